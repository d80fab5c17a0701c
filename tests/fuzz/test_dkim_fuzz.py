"""No signature, seal, key or message makes DKIM and ARC stumble."""

from arc_chains import chain
from hypothesis import given, settings
from hypothesis import strategies as st
from signing_keys import BODY, FIELDS, NOW, RSA_RECORD, run, sign_example

from pforte.dns.resolver import Answer, Status
from pforte.mail.identity.arc import validation as arc
from pforte.mail.identity.dkim.signature import Result
from pforte.mail.identity.dkim.verification import verify

NAMES = st.sampled_from(
    [b"DKIM-Signature", b"ARC-Seal", b"ARC-Message-Signature", b"ARC-Authentication-Results", b"From", b""]
)
SPECS = st.sampled_from(
    [
        *(tag + b"=" for tag in b"v|a|b|bh|c|d|h|i|l|q|s|t|x|cv|z".split(b"|")),
        *b"1|rsa-sha256|ed25519-sha256|relaxed/relaxed|example.org|rsa|from:to|YmI=|none|pass|fail|;|; |\r\n\t".split(
            b"|"
        ),
        b"\x00",
        b"\xff",
        b"=",
        b":",
    ]
)
FIELD = st.builds(
    lambda name, specs: name + b":" + b"".join(specs) + b"\r\n", NAMES, st.lists(SPECS, max_size=25)
)
ANSWERS = st.builds(
    Answer,
    status=st.sampled_from(Status),
    values=st.lists(
        st.just(RSA_RECORD)
        | st.text(st.characters(max_codepoint=255), max_size=40)
        | st.lists(SPECS, max_size=9).map(lambda specs: b"".join(specs).decode("latin-1")),
        max_size=3,
    ).map(tuple),
)
SIGNED = [sign_example(), *chain(1)]


class Answering:
    """Gives the same answer to whatever is asked."""

    def __init__(self, answer):
        self.answer = answer

    async def records(self, name, kind):
        return self.answer


@settings(max_examples=150, deadline=None)
@given(st.lists(FIELD | st.binary(max_size=60), max_size=8), st.binary(max_size=80), ANSWERS)
def test_any_message(fields, body, answer):
    resolver = Answering(answer)
    for one in run(verify(fields, body, resolver, NOW)).signatures:
        assert one.verdict.result in Result
        assert one.verdict.why
    assert run(arc.validate(fields, body, resolver, NOW)).result in arc.Result


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 4), st.integers(0, 800), st.binary(max_size=4), st.integers(0, 4), ANSWERS)
def test_a_real_message_with_a_few_octets_changed(which, where, new, length, answer):
    """What passes was signed: only a body or a header that means the same may."""
    fields = list(SIGNED)
    where %= len(fields[which])
    fields[which] = fields[which][:where] + new + fields[which][where + length :]
    verification = run(verify(fields, BODY, Answering(answer), NOW))
    if answer.values.count(RSA_RECORD) == 0:
        assert all(one.verdict.result is not Result.PASS for one in verification.signatures)
    assert run(arc.validate(fields, BODY, Answering(answer), NOW)).why


def test_much_of_everything_is_read_in_one_go():
    """A million fields, names that repeat and lists without end: bounded work, and an answer."""
    many = [b"a: b\r\n"] * 200_000
    names = b":".join([b"from", *[b"a"] * 8_000])
    signature = (
        b"DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=rsa; b=YmI=; bh=YmI=; h=" + names + b"\r\n"
    )
    verification = run(
        verify([signature] * 20 + many + list(FIELDS), BODY, Answering(Answer(status=Status.NONE)), NOW)
    )
    assert len(verification.signatures) == 8
    assert verification.left_out == 12
