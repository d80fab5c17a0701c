"""Marks are told in a field of ours, and nobody else's field of that name stays."""

from mail_house import judged

from pforte.mail.checks.declaration import Action
from pforte.mail.headers import forged_fields, policy_fields
from pforte.mail.message import Message


def test_only_what_is_marked_is_told():
    assert policy_fields(judged(Action.WATCH)) == ()
    ((name, value),) = policy_fields(judged(Action.MARK))
    assert name == "X-Pforte-Policy"
    assert value == 'id=mail.wrong; action=mark; observed="wrong: y"'


def test_fields_of_others_are_found_by_their_place():
    message = Message(b"From: a\r\nx-pforte-policy: id=ok\r\nX-Pforte-Policy : also\r\nX-Pforte: no\r\n\r\n")
    assert forged_fields(message) == (1, 2)
