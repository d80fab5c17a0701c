"""Our DKIM beside dkimpy: each verifies what the other signs, and both see the same changes.

Where we differ on purpose, ``test_where_we_differ`` says why.
"""

import re
from datetime import UTC, datetime

import dkim
from arc_chains import chain, result_of
from hypothesis import given, settings
from hypothesis import strategies as st
from signing_keys import (
    BODY,
    ED25519,
    ED25519_RECORD,
    FIELDS,
    KEYS,
    RSA,
    RSA_RECORD,
    private_text,
    run,
)

from pforte.mail.identity.dkim.canonical import Form
from pforte.mail.identity.dkim.signature import Result
from pforte.mail.identity.dkim.signing import Manner, sign
from pforte.mail.identity.dkim.verification import verify

NOW = datetime(2020, 1, 1, tzinfo=UTC)  # dkimpy reads the clock itself and refuses only what is to come
SPACE = re.compile(rb"(?<=[^\s]) ")
SIGNERS = st.sampled_from([RSA, ED25519])
WORDS = st.text(st.sampled_from("abcAB .,-=;:/\t"), max_size=12).map(lambda text: text.encode("ascii"))
FOLDED = st.lists(WORDS, min_size=1, max_size=3).map(
    lambda words: b"\r\n ".join([b"x" + word for word in words])
)
EXTRA = st.lists(st.tuples(st.sampled_from([b"Subject", b"X-A", b"x-b", b"To"]), FOLDED), max_size=4)
# Mail's last line has an end (RFC 5321 s4.1.1.4); where it has none, dkimpy leaves white space before it.
BODIES = st.lists(WORDS.map(lambda line: line + b"\r\n"), max_size=6).map(b"".join) | st.just(BODY)
MANNERS = st.builds(Manner, header_form=st.sampled_from(Form), body_form=st.sampled_from(Form))
PROFILE = settings(max_examples=60, deadline=None)


def _answer(name, timeout=5):
    return RSA_RECORD if name.startswith(b"rsa.") else ED25519_RECORD


def _message(fields, body):
    return b"".join(fields) + b"\r\n" + body


def _ours(fields, body):
    return run(verify(fields, body, KEYS, NOW)).signatures[0].verdict.result is Result.PASS


def _theirs(fields, body):
    return dkim.verify(_message(fields, body), dnsfunc=_answer)


def _fields(extra):
    return [*FIELDS, *(name + b": " + value + b"\r\n" for name, value in extra)]


def _signed_by_dkimpy(fields, body, signer, manner, *, length):
    return dkim.sign(
        _message(fields, body),
        signer.selector.encode(),
        signer.domain.encode(),
        private_text(signer.key),
        canonicalize=(manner.header_form.encode(), manner.body_form.encode()),
        include_headers=[b"from", b"subject", b"subject", b"to", b"x-a", b"date"],
        length=length,
        signature_algorithm=signer.algorithm.encode(),
    )


@PROFILE
@given(EXTRA, BODIES, SIGNERS, MANNERS)
def test_dkimpy_verifies_what_we_sign(extra, body, signer, manner):
    fields = _fields(extra)
    fields.insert(0, sign(fields, body, signer, NOW, manner))
    assert _theirs(fields, body)
    assert _ours(fields, body)


@PROFILE
@given(EXTRA, BODIES, SIGNERS, MANNERS, st.booleans())
def test_we_verify_what_dkimpy_signs(extra, body, signer, manner, length):
    fields = _fields(extra)
    fields.insert(0, _signed_by_dkimpy(fields, body, signer, manner, length=length))
    assert _ours(fields, body)
    assert _theirs(fields, body)


def _at(text, place, new, length=0):
    place %= len(text) + 1
    return text[:place] + new + text[place + length :]


@st.composite
def _mutated(draw):
    """Make a signed message and change it once or twice, as transport and forgers do."""
    fields, body = _fields(draw(EXTRA)), draw(BODIES)
    signer, manner = draw(SIGNERS), draw(MANNERS)
    make = draw(st.sampled_from([sign, None]))
    signed = (
        sign(fields, body, signer, NOW, manner)
        if make
        else _signed_by_dkimpy(fields, body, signer, manner, length=True)
    )
    fields.insert(0, signed)
    for _ in range(draw(st.integers(1, 2))):
        which = draw(st.integers(0, len(fields) - 1))
        where = draw(st.integers(0, 400))
        field, name = fields[which], fields[which].partition(b":")[0]
        kind = draw(
            st.sampled_from(["letter", "case", "fold", "space", "drop", "swap", "add", "body", "tail"])
        )
        if kind == "letter" and not name.lower().startswith(b"dkim"):
            letters = [at for at in range(len(name) + 1, len(field)) if not field[at : at + 1].isspace()]
            fields[which] = _at(field, letters[where % len(letters)], b"q", 1)
        elif kind == "case":
            fields[which] = name.swapcase() + field[len(name) :]
        elif kind in ("fold", "space"):
            fields[which] = SPACE.sub(b"\r\n " if kind == "fold" else b" \t", field, count=1)
        elif kind == "drop" and which:
            del fields[which]
        elif kind == "swap":
            fields[which], fields[-1] = fields[-1], fields[which]
        elif kind == "add":
            fields.append(draw(st.sampled_from([b"Subject: new\r\n", b"X-New: y\r\n", b"X-A: 1\r\n"])))
        elif kind == "body":
            new = draw(st.sampled_from([b" ", b"x", b"\r\n", b" \t"]))
            body = _at(body.removesuffix(b"\r\n"), where, new) + b"\r\n"
        else:
            body += draw(st.sampled_from([b"\r\n", b"\r\n\r\n", b" \r\n", b"more\r\n"]))
    return fields, body


@settings(max_examples=250, deadline=None)
@given(_mutated())
def test_both_see_the_same_changes(message):
    """A change that one overlooks and the other does not is a hole in one of them."""
    fields, body = message
    assert _ours(fields, body) is _theirs(fields, body)


def test_where_we_differ():
    """An added From is read by dkimpy as if it had been signed; we say that it is not covered."""
    fields = [sign(FIELDS, BODY, RSA, NOW, Manner(names=(b"from",))), *FIELDS]
    added = [b"From: eve@evil.example\r\n", *fields]
    assert not _theirs(added, BODY)
    (one,) = run(verify(added, BODY, KEYS, NOW)).signatures
    assert one.verdict.result is Result.PASS
    assert not one.from_covered


CHAINS = {length: chain(length) for length in (1, 3)}
ARC_CHANGES = st.tuples(
    st.sampled_from(list(CHAINS)),
    st.integers(0, 8),
    st.integers(0, 600),
    st.sampled_from(["letter", "drop", "case", "space", "number", "body", "twice", "none"]),
)


@settings(max_examples=250, deadline=None)
@given(ARC_CHANGES)
def test_both_see_the_same_chains(change):
    """ARC is held against dkimpy too; where we see trouble, it sees a fail."""
    length, which, where, kind = change
    fields, body = list(CHAINS[length]), BODY
    which %= 3 * length
    field = fields[which]
    if kind == "letter":
        letters = [at for at in range(field.index(b":") + 1, len(field)) if not field[at : at + 1].isspace()]
        fields[which] = _at(field, letters[where % len(letters)], b"q", 1)
    elif kind == "drop":
        del fields[which]
    elif kind == "case":
        fields[which] = field.partition(b":")[0].swapcase() + field[field.index(b":") :]
    elif kind == "space":
        fields[which] = field.replace(b"; ", b"; \t", 1)
    elif kind == "number":
        fields[which] = field.replace(b"i=", b"i=%d" % (where % 3), 1)
    elif kind == "body":
        body = _at(BODY[:-2], where, b"x") + b"\r\n"
    elif kind == "twice":
        fields.insert(0, field)
    state, _, why = dkim.arc_verify(_message(fields, body), dnsfunc=lambda name, timeout=5: RSA_RECORD)
    ours = result_of(fields, body)
    assert ours.result.value == (state or b"fail").decode(), (why, ours.why)


def test_where_we_differ_about_chains():
    """Sets belong together by their numbers; dkimpy takes the fields as they stand."""
    fields = [*reversed(CHAINS[3][:9]), *CHAINS[3][9:]]
    assert dkim.arc_verify(_message(fields, BODY), dnsfunc=_answer)[0] == b"fail"
    assert result_of(fields).result.value == "pass"
