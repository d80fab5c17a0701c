"""What is not known yet is None, and what follows from the rest."""

from dataclasses import fields, replace

import pytest
from mail_house import facts

from pforte.mail.identity import dmarc
from pforte.mail.identity.dkim.signature import Result
from pforte.mail.identity.dkim.verification import Checked, Verdict, Verification
from pforte.mail.message import Message

MAIL = b"From: anna@sender.example\r\n\r\nAt one?\r\n"


def known(checked, raw=MAIL):
    return replace(
        facts(),
        message=Message(raw),
        dkim=Verification((checked,)),
        dmarc=dmarc.Evaluation(result=dmarc.Result.NONE, author_domain="sender.example", why=""),
    )


def signature(result=Result.PASS, domain="sender.example", **differs):
    told = {"from_covered": True, "whole_body": True, **differs}
    return Checked(verdict=Verdict(result=result, why=""), domain=domain, **told)


def test_what_nobody_has_found_out_is_none_or_empty():
    unknown = {field.name: getattr(facts(), field.name) for field in fields(facts())}
    given = {"now", "house", "session", "envelope", "message"}
    assert not any(value for name, value in unknown.items() if name not in given)


@pytest.mark.parametrize("domain", ["sender.example", "mail.sender.example", "example"])
def test_a_signature_over_author_and_text_proves_the_author(domain):
    assert known(signature(domain=domain)).proven_author == "sender.example"


@pytest.mark.parametrize(
    "checked",
    [
        signature(from_covered=False),
        signature(whole_body=False),
        signature(Result.FAIL),
        signature(domain="ender.example"),
        Checked(verdict=Verdict(result=Result.PASS, why="", testing=True), domain="sender.example"),
    ],
)
def test_a_signature_that_leaves_something_open_proves_nobody(checked):
    assert known(checked).proven_author == ""


def test_with_two_from_fields_nobody_is_proven():
    assert known(signature(), b"From: ceo@sender.example\r\n" + MAIL).proven_author == ""
    assert known(signature(), b"\r\n").proven_author == ""
