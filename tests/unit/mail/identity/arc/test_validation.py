"""Whether a chain holds."""

from dataclasses import replace

import pytest
from arc_chains import FINDINGS, SEALERS, ZONE, chain, result_of
from hypothesis import given
from hypothesis import strategies as st
from signing_keys import BODY, FIELDS, NOW, RSA_RECORD, run, zone

from pforte.mail.identity.arc.sealing import seal
from pforte.mail.identity.arc.validation import Result, Validation, validate
from pforte.mail.identity.dkim.verification import Limits

CHAINS = {length: chain(length) for length in range(1, 5)}


@pytest.mark.standard("8617:5.2")
@pytest.mark.parametrize("length", CHAINS)
def test_a_chain_that_holds(length):
    validation = result_of(CHAINS[length])
    assert validation.result is Result.PASS
    assert [one.domain for one in validation.sealers] == [signer.domain for signer in SEALERS[:length]]
    assert [one.instance for one in validation.sealers] == list(range(1, length + 1))
    assert validation.sealers[0].findings == FINDINGS
    assert validation.oldest_pass == 0


def test_nobody_sealed():
    assert result_of(FIELDS) == Validation(result=Result.NONE, why="nobody sealed the message")


def test_the_last_message_signature_must_fit():
    validation = result_of(CHAINS[2], body=BODY + b"more\r\n")
    assert validation.result is Result.FAIL
    assert validation.why == "message signature 2: the body is not the one that was signed"
    assert validation.oldest_pass is None
    assert len(validation.sealers) == 2


def test_earlier_message_signatures_need_not_fit():
    """That is what the chain is for: a list changes the message, says so by its seal, and the chain goes on."""
    changed = b"Subject: [list] dinner\r\n"
    fields = [changed if field.startswith(b"Subject") else field for field in CHAINS[2]]
    for signer in SEALERS[2:4]:
        fields[:0] = seal(fields, BODY, signer, NOW, Result.PASS, FINDINGS)
    validation = result_of(fields)
    assert validation.result is Result.PASS
    assert validation.oldest_pass == 3


@pytest.mark.standard("8617:5.1.1")
@pytest.mark.parametrize("place", [5, 8, 11])
def test_a_seal_covers_the_findings_of_all_before_it(place):
    """Nobody can change what an earlier sealer found."""
    fields = list(CHAINS[4])
    fields[place] = fields[place].replace(b"spf=pass", b"spf=fail")
    validation = result_of(fields)
    assert validation.result is Result.FAIL
    assert validation.why.startswith("seal 4: ")


def test_a_chain_cannot_be_cut_in_the_middle():
    """Taking out the last set but one and giving its number to the last breaks the last seal."""
    fields = [*(field.replace(b"i=4", b"i=3", 1) for field in CHAINS[4][:3]), *CHAINS[4][6:]]
    assert result_of(fields).result is Result.FAIL


def test_a_chain_may_be_cut_at_its_end_alone():
    """Whoever removes the newest set shows the message as it came to that sealer."""
    assert result_of(CHAINS[4][3:]).result is Result.PASS


@pytest.mark.parametrize(
    "records", [{}, {"rsa._domainkey.list1.example": "v=DKIM1; p="}], ids=["missing", "withdrawn"]
)
def test_every_sealer_needs_a_key(records):
    known = {f"rsa._domainkey.{signer.domain}": RSA_RECORD for signer in SEALERS[1:]}
    validation = result_of(CHAINS[3], resolver=zone({**known, **records}))
    assert validation.result is Result.FAIL
    assert validation.why.startswith("seal 1: ")


@pytest.mark.parametrize(("number", "what"), [(3, "message signature 3: "), (1, "seal 1: ")])
def test_trouble_is_no_verdict(number, what):
    records = {f"rsa._domainkey.{signer.domain}": RSA_RECORD for signer in SEALERS}
    troubled = zone(records, troubles={f"rsa._domainkey.list{number}.example": "SERVFAIL"})
    validation = result_of(CHAINS[3], resolver=troubled)
    assert validation.result is Result.TEMPERROR
    assert validation.why.startswith(what)


def test_a_broken_structure_fails_without_asking():
    class Nobody:
        async def records(self, name, kind):
            raise AssertionError("asked")

    assert result_of(CHAINS[2][1:], resolver=Nobody()).result is Result.FAIL


def test_limits_hold_for_seals():
    validation = run(validate(CHAINS[1], BODY, ZONE, NOW, Limits(least_rsa_bits=2048)))
    assert validation.result is Result.FAIL
    assert "1024 bits" in validation.why


def test_a_chain_of_50_holds_and_one_more_does_not():
    """RFC 8617 s4.2.1."""
    fields = list(FIELDS)
    for _ in range(50):
        state = Result.PASS if len(fields) > len(FIELDS) else Result.NONE
        fields[:0] = seal(fields, b"", replace(SEALERS[0], selector="rsa"), NOW, state, b"a")
    assert result_of(fields, body=b"").result is Result.PASS
    more = [field.replace(b"i=50", b"i=51", 1) for field in fields[:3]]
    assert result_of([*more, *fields], body=b"").result is Result.FAIL


@given(st.integers(0, 5), st.integers(0, 600))
def test_every_letter_of_every_set_counts(place, where):
    """What is no white space, no case of a field's name and no base64 that means the same cannot be changed."""
    fields = list(CHAINS[2])
    at = fields[place].index(b":") + 1 + where % (len(fields[place]) - fields[place].index(b":") - 1)
    old = fields[place][at : at + 1]
    if old.isspace() or old in b"=;:" or place in (0, 3):
        return
    fields[place] = fields[place][:at] + (b"z" if old != b"z" else b"y") + fields[place][at + 1 :]
    assert result_of(fields).result is Result.FAIL
