"""DKIM keys: given and published."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pforte.mail.publishing.dkim import inspect_dkim
from pforte.mail.publishing.part import Entry
from pforte.mail.publishing.plan import DkimKey, read_dkim_record


def record(key):
    return read_dkim_record(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


LONG, OTHER = (record(rsa.generate_private_key(65537, bits)) for bits in (2048, 2048))
SHORT = record(rsa.generate_private_key(65537, 1024))
MODERN = record(ed25519.Ed25519PrivateKey.generate())
NAME = "s1._domainkey.example.org"


def inspected(look, wanted, *present, **options):
    zone = "\n".join(str(Entry(NAME, "TXT", text)) for text in present)
    found, lines = look(inspect_dkim, zone, dkim=(DkimKey("s1", wanted),), **options)
    assert len(lines) == 1
    return found, lines[0]


@pytest.mark.parametrize(
    ("wanted", "why"),
    [(LONG, "rsa-sha256, 2048 bits"), (MODERN, "ed25519-sha256, 256 bits")],
    ids=["rsa", "ed25519"],
)
def test_a_published_key_is_there(look, wanted, why):
    assert inspected(look, wanted, wanted)[0] == [("there", f"the key is published ({why})")]


def test_the_same_key_written_otherwise_is_there_and_stays(look):
    other = LONG.replace("v=DKIM1; k=rsa; p=", "p = ")
    found, line = inspected(look, LONG, other)
    assert found[0][0] == "there"
    assert line == str(Entry(NAME, "TXT", other))


@pytest.mark.parametrize(
    ("present", "found"),
    [
        ((), ("missing", "there is no key")),
        ((OTHER,), ("wrong", "the key there is another one, so signatures made with yours fail")),
        ((LONG, OTHER), ("wrong", "there are 2 records, and one only may be")),
        (("v=DKIM1; p=nonsense!",), ("wrong", None)),
    ],
)
def test_what_lacks_is_proposed(look, present, found):
    told, line = inspected(look, LONG, *present)
    assert told[0][0] == found[0]
    assert found[1] in (None, told[0][1])
    assert line == str(Entry(NAME, "TXT", LONG))


def test_short_keys_and_testing_are_advised_against(look):
    found, _ = inspected(look, SHORT, SHORT.replace("k=rsa", "k=rsa; t=y"))
    assert found == [
        ("there", "the key is published (rsa-sha256, 1024 bits)"),
        ("advice", "t=y says that signatures are only tried"),
        ("advice", "the key is short"),
    ]


def test_without_keys_nothing_is_looked_for(look):
    assert look(inspect_dkim) == ([("advice", "no key was given, so none was looked for")], [])


def test_trouble_is_no_fault(look):
    assert inspected(look, LONG, troubles=[NAME])[0] == [("unknown", "it could not be looked up: SERVFAIL")]
