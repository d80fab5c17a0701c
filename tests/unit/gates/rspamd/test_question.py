"""What a client tells of session and envelope."""

from contextlib import suppress
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.gates.rspamd.question import QuestionError, read_question


def test_without_fields_nothing_is_known():
    question = read_question(())
    assert not question.session.client_known
    assert (question.session.tls, question.session.tls_known) == (None, False)
    assert (question.envelope.sender, question.envelope.recipients) == (None, ())
    assert not question.envelope.parameters_known


def test_the_null_sender_is_told_from_none():
    assert read_question([(b"From", b"<>")]).envelope.sender == ""


def test_the_first_of_a_name_counts_in_any_case_of_letters():
    question = read_question([(b"ip", b"::ffff:192.0.2.1"), (b"IP", b"192.0.2.2")])
    assert question.session.address == ip_address("192.0.2.1")


@given(st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=60)), max_size=20))
def test_any_fields_are_read_or_refused(fields):
    with suppress(QuestionError):
        read_question(fields)


def test_an_address_that_is_none_is_refused():
    with pytest.raises(QuestionError, match="IP"):
        read_question([(b"IP", b"mail.example")])
