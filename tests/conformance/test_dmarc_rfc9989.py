"""RFC 9989, rule by rule: each vector of dmarc_rfc9989.toml against :func:`evaluate`."""

import asyncio
import tomllib
from pathlib import Path

import pytest

from pforte.dns.zone_file import ZoneFileResolver
from pforte.mail.identity.dmarc import DkimIdentifier, SpfIdentifier, evaluate, evaluate_from

VECTORS = tomllib.loads(Path(__file__).with_suffix(".toml").with_stem("dmarc_rfc9989").read_text())["vector"]


class Recording:
    """Keeps which DMARC records were asked for."""

    def __init__(self, resolver):
        self._resolver = resolver
        self.asked = []

    async def records(self, name, kind):
        if name.startswith("_dmarc."):
            self.asked.append(name.removeprefix("_dmarc."))
        return await self._resolver.records(name, kind)


def of(*sections):
    return pytest.mark.parametrize(
        "vector", [each for each in VECTORS if each["section"] in sections], ids=lambda vector: vector["name"]
    )


def zone_of(vector):
    lines = [vector.get("zone", "")]
    for domain, texts in vector.get("records", {}).items():
        several = [texts] if isinstance(texts, str) else texts
        lines += [f'_dmarc.{domain}. TXT "{text}"' for text in several]
    return "\n".join(lines)


def judge(vector):
    """Evaluate and compare all that the vector names."""
    troubles = dict.fromkeys(vector.get("troubles", ()), "SERVFAIL")
    resolver = Recording(ZoneFileResolver(zone_of(vector), troubles=troubles))
    author = vector["author"]
    found = asyncio.run(
        (evaluate if isinstance(author, str) else evaluate_from)(
            resolver,
            author,
            spf=SpfIdentifier(*vector["spf"]) if "spf" in vector else None,
            dkim=[DkimIdentifier(*each) for each in vector.get("dkim", ())],
        )
    )
    wanted = ("result", "policy", "policy_tag", "policy_domain", "disposition", "organizational_domain")
    assert {key: getattr(found, key) for key in wanted if key in vector} == {
        key: vector[key] for key in wanted if key in vector
    }, found.why
    assert len(resolver.asked) == len(set(resolver.asked)), "asked twice"
    if "asked" in vector:
        assert resolver.asked == vector["asked"]
    assert found.why
    return found


@pytest.mark.standard("9989:4.5")
@pytest.mark.standard("9989:4.10")
@of("4.5", "4.10")
def test_the_walk(vector):
    judge(vector)


@pytest.mark.standard("9989:4.10.1")
@of("4.10.1")
def test_which_record_and_tag_apply(vector):
    judge(vector)


@pytest.mark.standard("9989:3.2.13")
@of("3.2.13")
def test_what_does_not_exist(vector):
    judge(vector)


@pytest.mark.standard("9989:4.4")
@pytest.mark.standard("9989:4.10.2")
@of("4.4", "4.10.2")
def test_organisation_and_alignment(vector):
    judge(vector)


@pytest.mark.standard("9989:5.3.5")
@of("5.3.5")
def test_pass_and_fail(vector):
    judge(vector)


@pytest.mark.standard("9989:5.3.6")
@of("5.3.6")
def test_trouble_is_no_verdict(vector):
    judge(vector)


@pytest.mark.standard("9989:4.7")
@of("4.7")
def test_tags(vector):
    judge(vector)


@pytest.mark.standard("9989:5.3.1")
@of("5.3.1")
def test_the_author(vector):
    judge(vector)


def test_every_vector_is_judged():
    """A vector under a section that no test takes would prove nothing."""
    taken = {
        mark.args[0].partition(":")[2]
        for test in list(globals().values())
        for mark in getattr(test, "pytestmark", ())
        if mark.name == "standard"
    }
    assert {vector["section"] for vector in VECTORS} <= taken
    assert len({vector["name"] for vector in VECTORS}) == len(VECTORS)
