"""Findings are told in fields of ours, and nobody else's fields in our name stay."""

from dataclasses import replace

from mail_house import facts, judged
from test_authentication import found

from pforte.dns.forward_confirmed import Confirmation, Outcome
from pforte.mail.checks.declaration import Action
from pforte.mail.facts import House
from pforte.mail.headers import fields_to_remove, policy_fields, results_field
from pforte.mail.identity.authres import parse_results
from pforte.mail.message import Message


def told(known):
    name, value = results_field(replace(known, house=House(host="mx.pforte.example")))
    assert name == "Authentication-Results"
    assert all(len(line) <= 78 for line in f"{name}: {value}".split("\r\n"))
    return parse_results(value.encode())


def test_only_what_is_marked_is_told():
    assert policy_fields(judged(Action.WATCH)) == ()
    ((name, value),) = policy_fields(judged(Action.MARK))
    assert name == "X-Pforte-Policy"
    assert value == 'id=mail.wrong; action=mark; observed="wrong: y"'


def test_results_tell_each_method_with_what_it_looked_at():
    known = found("mail.dmarc/passes/signed.eml", address="198.51.100.1")
    results = told(replace(known, names=Confirmation(Outcome.PASS, ("mail.example",))))
    assert results.server == "mx.pforte.example"
    assert [(each.method, each.result) for each in results.methods] == [
        ("iprev", "pass"),
        ("spf", "fail"),
        ("dkim", "pass"),
        ("dmarc", "pass"),
    ]
    iprev, spf, dkim, dmarc = results.methods
    assert iprev.value("policy", "iprev") == "198.51.100.1"
    assert spf.value("smtp", "mailfrom") == "anna@sender.example"
    assert (dkim.value("header", "d"), dkim.value("header", "s")) == ("sender.example", "s")
    assert (dmarc.value("header", "from"), dmarc.value("policy", "dmarc")) == ("sender.example", "none")


def test_a_chain_of_seals_is_told_and_no_signature_is_none():
    sealed = told(found("mail.dmarc/passes/sealed.eml", address="198.51.100.1", sender="list@lists.example"))
    assert [(each.method, each.result) for each in sealed.methods if each.method == "arc"] == [
        ("arc", "pass")
    ]
    bare = told(found(b"From: anna@sender.example\r\n\r\n"))
    assert [(each.method, each.result) for each in bare.methods] == [
        ("spf", "pass"),
        ("dkim", "none"),
        ("dmarc", "pass"),
    ]


def test_where_nothing_was_asked_nothing_is_told():
    assert told(facts()).methods == ()


def test_fields_in_our_name_are_found_by_their_place():
    message = Message(
        b"From: a\r\nx-pforte-policy: id=ok\r\nAuthentication-Results: MX.pforte.example; spf=pass\r\n"
        b"Authentication-Results: mx.other.example; spf=pass\r\nX-Pforte-Policy : also\r\nX-Pforte: no\r\n\r\n"
    )
    assert fields_to_remove(message, "mx.pforte.example") == (1, 2, 4)
    assert fields_to_remove(message, "") == (1, 4)
