"""The scanner is what the settings say, and what cannot be used is named with the next step."""

from dataclasses import replace
from pathlib import Path

import pytest

from pforte.commands import scanning
from pforte.commands.scanning import (
    ScanningError,
    build_scanner,
    pages_of_robots,
    read_rules,
    shipped_rules,
    sites_of,
    sites_offline,
)
from pforte.robots.versions import Versions, read_version
from pforte.settings.table import ScanSettings, Settings, SiteSettings
from pforte.visits.engine import EngineError
from pforte.visits.visit import Visit

FORBIDDING = b"User-agent: *\nDisallow: /private/\n"


def visit(target, host=b""):
    agent = b"Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)"
    return Visit("192.0.2.7", 1772445600.0, b"GET", target, b"HTTP/1.1", 200, agent, b"", host, b"")


def scan(**values):
    return Settings(scan=ScanSettings(**values))


def site(name, robots="", **values):
    return SiteSettings(name=name, robots=robots, **values)


@pytest.fixture
def robots(tmp_path):
    file = tmp_path / "robots.txt"
    file.write_bytes(FORBIDDING)
    return file


def test_the_shipped_rules_are_found_in_a_checkout_and_in_a_wheel(tmp_path, monkeypatch):
    assert list(shipped_rules().glob("*.conf"))
    installed = tmp_path / "pforte" / "rules"
    installed.mkdir(parents=True)
    monkeypatch.setattr(scanning, "__file__", str(tmp_path / "pforte" / "commands" / "scanning.py"))
    assert shipped_rules() == installed


def test_rules_may_stand_in_a_folder_of_ones_own(tmp_path):
    (tmp_path / "own.conf").write_text('SecRule ARGS "@rx x" "id:1,phase:1,deny,tag:\'visit.sql-injection\'"')
    assert "visit.sql-injection" in read_rules(Settings()).checks
    assert read_rules(scan(rules=tmp_path)).checks == {"visit.sql-injection"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "holds no request rules"),
        (b"\xff", "is not UTF-8 at byte 0"),
        (b"#" * 4_194_305, "is larger than 4194304 bytes"),
    ],
)
def test_rules_that_cannot_be_used_are_named(tmp_path, content, sentence):
    if content is not None:
        (tmp_path / "own.conf").write_bytes(content)
    with pytest.raises(ScanningError, match=sentence) as error:
        read_rules(scan(rules=tmp_path))
    assert str(tmp_path) in str(error.value)


def test_rules_that_cannot_be_read_are_named(tmp_path):
    (tmp_path / "own.conf").mkdir()
    with pytest.raises(ScanningError, match=r"own.conf cannot be read"):
        read_rules(scan(rules=tmp_path))


def test_a_mistake_in_a_rule_is_told_with_its_line(tmp_path):
    pytest.importorskip("libmodsecurity")
    (tmp_path / "own.conf").write_text('# mine\nSecRule FOO "bar" "id:1,tag:\'visit.xss\'"\n')
    with pytest.raises(ScanningError, match=r"own\.conf:2"):
        read_rules(scan(rules=tmp_path))


def test_the_core_rule_set_is_used_where_it_is_wanted_and_there(tmp_path, monkeypatch):
    monkeypatch.setattr(scanning, "DEBIAN_CORE_RULES", tmp_path / "absent")
    assert "visit.core-rule-set" not in read_rules(scan(crs="auto")).checks
    with pytest.raises(ScanningError, match="holds no rules of the Core Rule Set"):
        read_rules(scan(crs=str(tmp_path)))
    (tmp_path / "REQUEST-942-APPLICATION-ATTACK-SQLI.conf").write_text("# no rules\n")
    assert "visit.core-rule-set" in read_rules(scan(crs=str(tmp_path))).checks
    monkeypatch.setattr(scanning, "DEBIAN_CORE_RULES", tmp_path)
    assert "visit.core-rule-set" in read_rules(scan(crs="auto")).checks


def test_sites_carry_what_the_settings_say():
    settings = Settings(site=(site("a.example", traps=("/trap/",), runs=("WordPress",)), site("b.example")))
    sites = sites_of(settings, {"b.example": Versions((read_version(FORBIDDING),))})
    assert sites.runs(b"a.example", "wordpress")
    assert not sites.runs(b"b.example", "wordpress")
    assert sites.rule_against(b"a.example", visit(b"/private/")) == ""
    assert sites.rule_against(b"b.example", visit(b"/private/")).startswith("Disallow: /private/")
    assert sites.trap(b"a.example", b"/trap/x", b"", 0.0) == "/trap/"


def test_offline_a_robots_file_was_always_in_force(robots):
    settings = Settings(site=(site("a.example"), site("b.example", str(robots))))
    sites = sites_offline(settings, None)
    assert sites.rule_against(b"b.example", visit(b"/private/"))
    assert not sites.rule_against(b"a.example", visit(b"/private/"))


@pytest.mark.parametrize("sites", [(), (site("a.example", "https://a.example/robots.txt"),)])
def test_the_given_robots_file_is_that_of_the_first_site(robots, sites):
    found = sites_offline(Settings(site=sites), robots)
    assert found.rule_against(b"", visit(b"/private/"))
    assert not found.rule_against(b"", visit(b"/public/"))


def test_a_robots_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(ScanningError, match="cannot be read: No such file"):
        sites_offline(Settings(), tmp_path / "absent")


def test_the_setting_that_names_such_a_file_is_told(tmp_path):
    settings = Settings(site=(site("a.example", str(tmp_path / "absent")),))
    with pytest.raises(
        ScanningError, match=r'No such file.*; the setting robots of the site "a.example" names it'
    ):
        sites_offline(settings, None)


def test_a_file_that_another_one_replaces_is_not_read(robots, tmp_path):
    settings = Settings(site=(site("a.example", str(tmp_path / "absent")),))
    assert sites_offline(settings, robots).rule_against(b"a.example", visit(b"/private/"))


def test_robots_from_the_web_are_not_there_offline():
    pages = site("a.example", "https://a.example/robots.txt"), site("b.example", "http://b.example/r")
    settings = Settings(site=(*pages, site("c.example", "robots.txt"), site("d.example")))
    both = [(page.name, page.robots) for page in pages]
    assert pages_of_robots(settings, None) == both
    assert pages_of_robots(settings, Path("robots.txt")) == both[1:]


def test_the_scanner_is_built_from_the_settings(monkeypatch):
    plans = []
    monkeypatch.setattr(scanning, "Scanner", plans.append)
    settings = replace(scan(findings=7, networks=8, engine="re2"), site=(site("a.example"),))
    sites = sites_of(settings, {})
    build_scanner(settings, sites, tracked=True)
    [plan] = plans
    assert (plan.findings, plan.networks, plan.engine.name, plan.tracked) == (7, 8, "re2", True)
    assert plan.sites is sites
    assert plan.ipv6_prefix == settings.regulation.ipv6_prefix


def test_a_missing_engine_is_told_as_what_cannot_be_used(monkeypatch):
    def refuse(_):
        raise EngineError("setting scan.engine: install the package hyperscan to read logs")

    monkeypatch.setattr(scanning, "Scanner", refuse)
    with pytest.raises(ScanningError, match="install the package"):
        build_scanner(Settings(), sites_of(Settings(), {}))
