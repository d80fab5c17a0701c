"""The command ``pforte mail publish``."""

import json

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pforte.__main__ import main

ZONE = """
example.org. MX 10 mx.example.org.
mx.example.org. A 192.0.2.1
1.2.0.192.in-addr.arpa. PTR mx.example.org.
mta-sts.example.org. A 192.0.2.3
example.org. TXT "v=spf1 mx -all"
_dmarc.example.org. TXT "v=DMARC1; p=reject; rua=mailto:reports@example.org"
_mta-sts.example.org. TXT "v=STSv1; id=1"
"""
LAST = '_smtp._tls.example.org. TXT "v=TLSRPTv1; rua=mailto:reports@example.org"\n'
FILE = "version: STSv1\nmode: enforce\nmx: mx.example.org\nmax_age: 604800\n"


@pytest.fixture
def zone(tmp_path):
    (tmp_path / "zone").write_text(ZONE + LAST)
    return tmp_path / "zone"


def run(zone, *arguments, domain="example.org"):
    return CliRunner().invoke(main, ["mail", "publish", domain, "--dns", str(zone), *map(str, arguments)])


def test_what_should_stand_is_printed_and_compared(zone):
    zone.write_text(ZONE)
    result = run(zone, "--reports", "reports@example.org")
    assert result.exit_code == 1
    records, policy, table = result.stdout.split("\n\n")[:3]
    assert records.splitlines() == [
        "Records that should stand for example.org",
        "example.org. IN MX 10 mx.example.org.",
        'example.org. IN TXT "v=spf1 mx -all"',
        '_dmarc.example.org. IN TXT "v=DMARC1; p=reject; rua=mailto:reports@example.org"',
        '_mta-sts.example.org. IN TXT "v=STSv1; id=1"',
        '_smtp._tls.example.org. IN TXT "v=TLSRPTv1; rua=mailto:reports@example.org"',
    ]
    assert policy == (
        "MTA-STS policy, to stand at https://mta-sts.example.org/.well-known/mta-sts.txt\n"
        + FILE.removesuffix("\n")
    )
    first = table.splitlines()[2]
    assert first.split()[:2] == ["missing", "TLS"]
    assert first.endswith(
        "RFC 8460 s3      there is no TLS reporting record. Publish the record as proposed; pforte mail reports reads"
        " what arrives."
    )
    assert result.stdout.splitlines()[-1] == "1 missing, 3 advice, 7 there"


def test_all_there_is_success(zone, tmp_path):
    (tmp_path / "file").write_text(FILE)
    assert run(zone, "--sts-file", tmp_path / "file").exit_code == 0


def test_programs_get_one_object(zone):
    zone.write_text(ZONE)
    result = run(zone, "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["domain"], found["complete"]) == (1, "example.org", False)
    assert found["mta_sts"]["file"] == FILE.replace("\n", "\r\n")
    assert found["records"][0] == {
        "name": "example.org",
        "type": "MX",
        "value": "10 mx.example.org.",
        "line": "example.org. IN MX 10 mx.example.org.",
    }
    (missing,) = (finding for finding in found["findings"] if finding["state"] == "missing")
    assert (missing["topic"], missing["name"], missing["standard"]) == (
        "TLS reports",
        "_smtp._tls.example.org",
        "RFC 8460 s3",
    )
    assert missing["remedy"]


def test_what_could_not_be_looked_up_is_neither(zone):
    zone.write_text(ZONE + "_smtp._tls.example.org. CNAME _smtp._tls.example.org.\n")
    result = run(zone, "--json")
    assert result.exit_code == 3
    assert [
        each["topic"] for each in json.loads(result.stdout)["findings"] if each["state"] == "unknown"
    ] == ["TLS reports"]


def test_wishes_are_minded(zone, tmp_path):
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    wishes = ["--dkim", f"s1={tmp_path / 'key.pem'}", "--mx", "MX2.example.org.", "--sender", "192.0.2.7"]
    wishes += [
        "--sender",
        "2001:db8::/32",
        "--sender",
        "include:example.net",
        "--bimi-logo",
        "https://a.example/b.svg",
    ]
    found = json.loads(run(zone, *wishes, "--json").stdout)
    values = {(entry["name"], entry["type"]): entry["value"] for entry in found["records"]}
    assert (
        values["example.org", "TXT"] == "v=spf1 mx ip4:192.0.2.7 ip6:2001:db8::/32 include:example.net -all"
    )
    assert values["s1._domainkey.example.org", "TXT"].startswith("v=DKIM1; k=ed25519; p=")
    assert values["default._bimi.example.org", "TXT"] == "v=BIMI1; l=https://a.example/b.svg;"
    assert values["example.org", "MX"] == "10 mx2.example.org."
    assert "PRIVATE" not in json.dumps(found)


def test_a_domain_outside_ascii_is_converted(zone):
    result = run(zone, "--json", domain="Bücher.example")
    assert json.loads(result.stdout)["domain"] == "xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--mx", "host"], '"host" is no full domain name'),
        (["--sender", "a b"], '"a b" is not of the form include:example.net'),
        (["--reports", "nobody"], '"nobody" is not of the form reports@example.org'),
        (["--bimi-logo", "https://a.example/;l=x"], "is not of the form https://example.org/logo.svg"),
        (["--dkim", "key.pem"], '"key.pem" is not of the form SELECTOR=FILE'),
        (["--dkim", "s1=/nowhere"], "/nowhere: cannot be read: No such file or directory"),
        (["--dkim", "s1={zone}"], "zone: it is no key in PEM"),
        (["--certificate", "{zone}"], "zone: it is no certificate in PEM"),
        (["--sts-file", "/nowhere"], "/nowhere: cannot be read: No such file or directory"),
        (["--dns", "/nowhere"], "/nowhere: cannot be read"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_option(zone, arguments, told):
    result = run(zone, *(argument.format(zone=zone) for argument in arguments))
    assert result.exit_code == 2
    assert told in " ".join(result.stderr.split())
    assert arguments[0] in result.stderr


def test_words_of_the_dns_do_not_speak_to_the_terminal(zone):
    zone.write_text(ZONE + LAST.replace("v=TLS", "v=TLS") + 'x.example.org. TXT "x"\n')
    text = zone.read_text().replace("v=spf1 mx -all", "v=spf1 mx \\155[2J -all")
    zone.write_text(text)
    assert "\x9b" not in run(zone).stdout
