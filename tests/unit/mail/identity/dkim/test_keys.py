"""Key records and the asking for them."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from signing_keys import ED25519_RECORD, RSA_KEY, RSA_RECORD, public_text, run, zone

from pforte.dns.resolver import Answer, Status
from pforte.mail.identity.dkim.keys import MOST_RECORDS, Found, KeyRecordError, Keys, key_name, parse_key
from pforte.mail.identity.dkim.signing import encode

RSA_TEXT = public_text(RSA_KEY)


@pytest.mark.standard("6376:3.6.1")
def test_the_shortest_record():
    key = parse_key(f"p={RSA_TEXT}")
    assert (key.algorithm, key.bits, key.testing, key.strict) == ("rsa-sha256", 1024, False, False)


@pytest.mark.standard("8463:4.2")
def test_an_ed25519_key_is_bare():
    key = parse_key(ED25519_RECORD)
    assert (key.algorithm, key.bits) == ("ed25519-sha256", 256)


def test_everything_a_record_can_say():
    key = parse_key(
        f"v=DKIM1; g=*; h=sha1 : sha256; k=rsa; n=note; s=other:email; t= y : s ; p={RSA_TEXT[:9]} {RSA_TEXT[9:]};"
    )
    assert key.testing
    assert key.strict


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("v=spf1 -all", "another kind"),
        ("google-site-verification", "cannot be read"),
        ("v=DMARC1; p=none", "another kind"),
        (f"k=rsa; v=DKIM1; p={RSA_TEXT}", "another kind"),
        (f"v=DKIM1; k=dsa; p={RSA_TEXT}", "not known"),
        ("v=DKIM1; k=rsa", "no key"),
        ("v=DKIM1; p=", "withdrawn"),
        (f"v=DKIM1; h=sha1; p={RSA_TEXT}", "forbids"),
        (f"v=DKIM1; s=tlsrpt; p={RSA_TEXT}", "not for mail"),
        (f"v=DKIM1; p={RSA_TEXT[:-8]}", "cannot be read"),
        (f"v=DKIM1; p={RSA_TEXT[1:]}", "cannot be read"),
        (f"v=DKIM1; k=ed25519; p={RSA_TEXT}", "cannot be read"),
        (ED25519_RECORD.replace("ed25519", "rsa"), "cannot be read"),
    ],
    ids=range(13),
)
def test_records_without_a_key_for_us(text, why):
    with pytest.raises(KeyRecordError, match=why):
        parse_key(text)


def test_a_key_of_a_third_kind():
    octets = (
        generate_private_key(SECP256R1())
        .public_key()
        .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
    with pytest.raises(KeyRecordError, match="another kind"):
        parse_key(f"p={encode(octets)}")


@pytest.mark.standard("6376:3.6.2.1")
def test_where_a_key_stands():
    assert key_name("mail", "example.org") == "mail._domainkey.example.org"


def test_several_records_are_all_looked_at():
    """The standard leaves open what several records mean; one good key is enough."""
    found = run(Keys(zone({"k.example.org": ("v=spf1 -all", RSA_RECORD)})).find("k.example.org"))
    assert len(found.keys) == len(found.faults) == 1


def test_no_more_records_than_a_few():
    texts = [f"v=DKIM1; p=; n={number}" for number in range(MOST_RECORDS + 3)]
    assert len(run(Keys(zone({"k.example.org": texts})).find("k.example.org")).faults) == MOST_RECORDS


def test_nothing_there():
    assert run(Keys(zone({"x.example.org": "-"})).find("k.example.org")) == Found()


def test_trouble_is_told_and_ends_the_asking():
    """Eight signatures with keys behind a dead server must not cost eight time-outs."""

    class Counting:
        asked = 0

        async def records(self, name, kind):
            self.asked += 1
            return await dead.records(name, kind)

    names = [f"{number}.example.org" for number in range(4)]
    dead = zone({"x.example.org": "-"}, troubles=dict.fromkeys(names, "SERVFAIL"))
    resolver = Counting()
    keys = Keys(resolver)

    async def ask():
        return [await keys.find(name) for name in [*names, *names]]

    found = run(ask())
    assert resolver.asked == 2
    assert all(one.trouble for one in found)


def test_what_is_known_beside_trouble_is_kept():
    """A key that came with a broken answer is a key nonetheless."""

    class Broken:
        async def records(self, name, kind):
            return Answer(status=Status.TROUBLE, values=(RSA_RECORD,), trouble="too large")

    found = run(Keys(Broken()).find("k.example.org"))
    assert found == Found((parse_key(RSA_RECORD),), (), "too large")
