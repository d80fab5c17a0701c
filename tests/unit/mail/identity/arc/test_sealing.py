"""Sets of our own."""

import pytest
from arc_chains import FINDINGS, SEALERS, chain, result_of
from signing_keys import BODY, ED25519, FIELDS, KEYS, NOW, RSA, sign_example

from pforte.mail.identity.arc.chain import read_chain
from pforte.mail.identity.arc.sealing import SealError, seal
from pforte.mail.identity.arc.validation import Result
from pforte.mail.identity.dkim.content import Content


@pytest.mark.standard("8617:5.1")
def test_a_set_is_three_fields_to_put_above_the_others():
    first, second, third = seal(FIELDS, BODY, RSA, NOW, Result.NONE, FINDINGS)
    assert first.startswith(b"ARC-Seal: i=1; a=rsa-sha256; cv=none; d=example.org;")
    assert second.startswith(b"ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed;")
    assert third == b"ARC-Authentication-Results: i=1; " + FINDINGS + b"\r\n"


def test_ed25519_seals_too():
    fields = [*seal(FIELDS, BODY, ED25519, NOW, Result.NONE, FINDINGS), *FIELDS]
    assert result_of(fields, resolver=KEYS).result is Result.PASS


def test_dkim_signatures_are_covered_and_seals_are_not():
    """RFC 8617 s4.1.2."""
    fields = [sign_example(), *chain(1)]
    fields[:0] = seal(fields, BODY, RSA, NOW, Result.PASS, FINDINGS)
    names = read_chain(Content(fields, BODY))[1].signature.names
    assert b"dkim-signature" in names
    assert not any(name.startswith(b"arc-") for name in names)


@pytest.mark.standard("8617:5.1.2")
def test_a_broken_chain_is_sealed_as_broken_and_alone():
    """Such a seal covers its own set only, because nobody can say what else there is."""
    broken = chain(2)[1:]
    ours = seal(broken, BODY, RSA, NOW, Result.FAIL, FINDINGS)
    assert ours[0].startswith(b"ARC-Seal: i=3; a=rsa-sha256; cv=fail;")
    alone = seal(FIELDS, BODY, RSA, NOW, Result.FAIL, FINDINGS)
    assert alone[0].startswith(b"ARC-Seal: i=1; a=rsa-sha256; cv=fail;")
    validation = result_of([*ours, *broken])
    assert validation.result is Result.FAIL
    assert validation.why == "sealer 3 found that the chain before it is broken"


def test_nobody_seals_after_the_end():
    broken = chain(2)[1:]
    ended = [*seal(broken, BODY, RSA, NOW, Result.FAIL, FINDINGS), *broken]
    with pytest.raises(SealError, match="has ended"):
        seal(ended, BODY, SEALERS[0], NOW, Result.FAIL, FINDINGS)


@pytest.mark.parametrize(
    ("fields", "state", "why"),
    [
        (FIELDS, Result.PASS, "0 sets"),
        (chain(2), Result.NONE, "2 sets"),
        (chain(1), Result.TEMPERROR, "again"),
        ([*chain(2)[3:], b"ARC-Seal: junk\r\n"], Result.PASS, "no chain"),
        ([b"ARC-Authentication-Results: i=50; x\r\n", *FIELDS], Result.FAIL, "50 sets"),
    ],
    ids=["none to pass", "some and none", "trouble", "no chain", "full"],
)
def test_what_cannot_be_sealed(fields, state, why):
    with pytest.raises(SealError, match=why):
        seal(fields, BODY, RSA, NOW, state, FINDINGS)
