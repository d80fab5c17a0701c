"""The test suite of RFC 7208, all of its 203 cases, over a resolver made of the suite's own zones."""

import asyncio
from ipaddress import ip_address
from pathlib import Path

import pytest
import yaml

from pforte.dns.resolver import Answer, Status
from pforte.mail.identity.spf import Client, check_mail_from

SUITE = Path(__file__).parent / "openspf" / "rfc7208-tests.yml"
SCENARIOS = list(yaml.safe_load_all(SUITE.read_text(encoding="utf-8")))
CASES = [
    pytest.param(scenario["zonedata"], case, id=name)
    for scenario in SCENARIOS
    for name, case in scenario["tests"].items()
]
TROUBLE = Answer(status=Status.TROUBLE, trouble="time-out")


class SuiteResolver:
    """Answers from a scenario's zone; TIMEOUT beside records is met by every question they do not answer."""

    def __init__(self, zonedata):
        self._zone = {name.lower(): list(_records(entries)) for name, entries in zonedata.items()}

    async def addresses(self, name, version=None):
        found = self._look_up(name, {4: "A", 6: "AAAA"}[version])
        return Answer(status=found.status, values=tuple(map(ip_address, found.values)), trouble=found.trouble)

    async def names(self, address):
        return self._look_up(address.reverse_pointer, "PTR")

    async def records(self, name, kind):
        return self._look_up(name, kind)

    def _look_up(self, name, kind, aliases=0):
        entries = self._zone.get(name.lower().removesuffix("."), [])
        values = tuple(value for found, value in entries if found == kind)
        if values:
            return Answer(status=Status.FOUND, values=values)
        if ("TIMEOUT", "") in entries or aliases > 8:
            return TROUBLE
        for found, target in entries:
            if found == "CNAME":
                return self._look_up(target, kind, aliases + 1)
        return Answer(status=Status.NONE, nonexistent=not entries)


def _records(entries):
    """Yield type and text; a record of type SPF stands for TXT where the name has no TXT of its own."""
    written = {kind for entry in entries if isinstance(entry, dict) for kind in entry}
    for entry in entries:
        if entry == "TIMEOUT":
            yield "TIMEOUT", ""
            continue
        ((kind, value),) = entry.items()
        if kind == "SPF":
            if "TXT" in written:
                continue
            kind = "TXT"
        if kind == "TXT":
            strings = [value] if isinstance(value, str) else value
            if strings != ["NONE"]:
                yield kind, "".join(strings).encode("utf-8").decode("latin-1")
        elif kind == "MX":
            yield kind, f"{value[0]} {value[1].removesuffix('.')}."
        elif kind in ("PTR", "CNAME"):
            yield kind, value.lower().removesuffix(".")
        else:
            yield kind, value


def test_the_suite_is_whole():
    assert len(CASES) == 203


@pytest.mark.standard("7208:4")
@pytest.mark.parametrize(("zonedata", "case"), CASES)
def test_the_suite_is_passed(zonedata, case):
    client = Client(ip_address(case["host"]), case["helo"])
    found = asyncio.run(check_mail_from(SuiteResolver(zonedata), client, case["mailfrom"]))
    allowed = case["result"] if isinstance(case["result"], list) else [case["result"]]
    assert found.result in allowed, found.why
    assert found.why
    if "explanation" in case:
        assert (found.explanation or "DEFAULT") == case["explanation"]
