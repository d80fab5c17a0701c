"""What the sites ask of their visitors."""

from dataclasses import dataclass

import pytest

from pforte.robots.sites import Site, Sites
from pforte.robots.versions import Versions, read_version

DAY = 24 * 3600.0
GOOGLEBOT = b"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
AHREFS = b"Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)"
FIREFOX = b"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
CHATGPT = b"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ChatGPT-User/1.0; +https://openai.com/bot)"
ADSBOT = b"AdsBot-Google (+http://www.google.com/adsbot.html)"


@dataclass(frozen=True)
class Asked:
    target: bytes
    agent: bytes = AHREFS
    at: float = 10 * DAY


def site(robots: bytes | None, name: str = "example.org", **more) -> Site:
    versions = Versions() if robots is None else Versions((read_version(robots),))
    return Site(name=name, versions=versions, **more)


def rule(robots: bytes, visit: Asked, *, fetched: bool = False) -> str:
    return Sites([site(robots)]).rule_against(b"", visit, fetched=fetched)


EVERYBODY = b"User-agent: *\nDisallow: /private"


def test_a_crawler_on_a_forbidden_path_breaks_the_rule_with_its_line():
    assert rule(EVERYBODY, Asked(b"/private/x")) == "Disallow: /private (robots.txt:2)"
    assert rule(EVERYBODY, Asked(b"/public")) == ""


@pytest.mark.parametrize(
    "agent", [FIREFOX, b"", b"curl/8.0", CHATGPT, ADSBOT, b"Slackbot-LinkExpanding 1.0", b"Mozilla"]
)
def test_who_declares_no_crawler_breaks_no_rule(agent):
    """People, tools, user-triggered fetchers and crawlers that obey only their name are not bound by ``*``."""
    assert rule(EVERYBODY, Asked(b"/private", agent)) == ""


def test_a_network_that_fetched_robots_txt_is_bound():
    """Whoever asks for the rules acts as a crawler, but for those who serve a person."""
    assert rule(EVERYBODY, Asked(b"/private", b"curl/8.0"), fetched=True)
    assert rule(EVERYBODY, Asked(b"/private", FIREFOX), fetched=True)
    assert rule(EVERYBODY, Asked(b"/private", CHATGPT), fetched=True) == ""
    assert rule(EVERYBODY, Asked(b"/private", ADSBOT), fetched=True) == ""


def test_a_group_binds_whom_it_names():
    robots = b"User-agent: curl\nUser-agent: AdsBot-Google\nUser-agent: odd\nDisallow: /x"
    assert rule(robots, Asked(b"/x", b"curl/8.0"))
    assert rule(robots, Asked(b"/x", ADSBOT))
    assert rule(robots, Asked(b"/x", b"Mozilla/5.0 (compatible; Odd/1.0)"))
    assert rule(robots, Asked(b"/x", AHREFS)) == ""


@pytest.mark.parametrize("name", [b"Mozilla", b"Mozilla/5.0", b"Chrome", b"Windows NT", b"X11", b"rv"])
def test_a_group_with_a_browsers_name_binds_nobody(name):
    """Careless robots.txt files name Mozilla; that must not make crawlers of people."""
    assert rule(b"User-agent: " + name + b"\nDisallow: /", Asked(b"/x", FIREFOX)) == ""


def test_googles_special_crawlers_fall_back_to_googlebot():
    robots = b"User-agent: Googlebot\nDisallow: /x\nUser-agent: *\nDisallow: /y"
    assert rule(robots, Asked(b"/x", b"Googlebot-Image/1.0"))
    assert rule(robots, Asked(b"/y", b"Googlebot-Image/1.0")) == ""
    special = robots + b"\nUser-agent: Googlebot-Image\nAllow: /"
    assert rule(special, Asked(b"/x", b"Googlebot-Image/1.0")) == ""
    assert rule(special, Asked(b"/x", GOOGLEBOT))


@pytest.mark.parametrize("line", [b"Disallow-it: /x", b"Disallow /x", b"Disallow: /x y"])
def test_what_only_a_lenient_parser_reads_convicts_nobody(line):
    """A crawler that follows the grammar of RFC 9309 is a good one."""
    assert rule(b"User-agent: *\n" + line, Asked(b"/x")) == ""


def test_a_rule_counts_after_a_day_and_ends_at_once():
    """RFC 9309 s2.4, see robots.versions."""
    closed = Versions(
        (read_version(b"", 1 * DAY), read_version(EVERYBODY, 5 * DAY), read_version(b"", 8 * DAY))
    )
    sites = Sites([Site(name="e", versions=closed)])

    def broken(days: float) -> bool:
        return bool(sites.rule_against(b"e", Asked(b"/private", at=days * DAY)))

    assert [broken(days) for days in (0.5, 4, 5.5, 5.99, 6, 7.99, 8, 8.5, 9.5)] == [
        False, False, False, False, True, True, False, False, False,
    ]  # fmt: skip


def test_the_newest_version_is_quoted():
    moved = b"# more\n# lines\n" + EVERYBODY
    versions = Versions((read_version(EVERYBODY, 0.0), read_version(moved, 5 * DAY)))
    sites = Sites([Site(name="e", versions=versions)])
    assert sites.rule_against(b"e", Asked(b"/private", at=5.5 * DAY)) == "Disallow: /private (robots.txt:4)"


@pytest.mark.parametrize(
    ("host", "name"),
    [
        (b"example.org", "example.org"),
        (b"EXAMPLE.org:8080", "example.org"),
        (b"example.org.", "example.org"),
        (b"www.example.net", "www.example.net"),
        (b"other.example", "example.org"),
        (b"", "example.org"),
        (b"\xff\x00", "example.org"),
        (b"[2001:db8::1]:80", "[2001:db8::1]"),
    ],
)
def test_the_first_site_stands_for_unknown_hosts(host, name):
    sites = Sites([site(b""), site(b"", "www.example.net"), site(b"", "[2001:db8::1]")])
    found = sites.site(host)
    assert found is not None
    assert found.name == name


def test_without_sites_nothing_is_asked():
    sites = Sites()
    assert sites.site(b"x") is None
    assert sites.rule_against(b"x", Asked(b"/")) == ""
    assert sites.trap(b"x", b"/") == ""
    assert not sites.runs(b"x", "wordpress")
    assert sites.agents() == ()


def test_a_site_is_given_once():
    with pytest.raises(ValueError, match=r"EXAMPLE\.org"):
        Sites([site(b""), site(b"", "EXAMPLE.org")])


def test_what_a_site_runs():
    sites = Sites([site(b"", runs=frozenset({"wordpress"}))])
    assert sites.runs(b"example.org", "WordPress")
    assert not sites.runs(b"example.org", "phpmyadmin")


@pytest.mark.parametrize(
    ("target", "trap"),
    [
        (b"/trap", "/trap"),
        (b"/trap?x=1", "/trap"),
        (b"/%74rap", "/trap"),
        (b"http://example.org/trap", "/trap"),
        (b"/trapeze", ""),
        (b"/trap/x", ""),
        (b"/pit/", "/pit/"),
        (b"/pit/deep?x", "/pit/"),
        (b"/pit", ""),
        (b"/", ""),
        (b"*", ""),
    ],
)
def test_a_trap_is_a_path(target, trap):
    sites = Sites([site(None, traps=("/trap", "/pit/"))])
    assert sites.trap(b"example.org", target) == trap


def test_a_trap_catches_only_where_robots_txt_forbids_it():
    """A crawler that may go there must not be caught there."""
    assert Sites([site(b"User-agent: *\nDisallow: /trap", traps=("/trap",))]).trap(b"", b"/trap")
    sites = Sites(
        [site(b"User-agent: AhrefsBot\nAllow: /\nUser-agent: *\nDisallow: /trap", traps=("/trap", "trap2"))]
    )
    assert sites.trap(b"", b"/trap", FIREFOX, 0.0) == "/trap"
    assert sites.trap(b"", b"/trap", AHREFS, 0.0) == ""
    assert sites.trap(b"", b"/trap") == "/trap"
    assert sites.trap(b"", b"/trap2") == "trap2"
    assert Sites([site(b"", traps=("/trap",))]).trap(b"", b"/trap") == ""


def test_a_trap_needs_its_day_too():
    versions = Versions((read_version(b"User-agent: *\nDisallow: /trap", 10 * DAY),))
    sites = Sites([Site(name="e", versions=versions, traps=("/trap",))])
    assert sites.trap(b"e", b"/trap", FIREFOX, 10.5 * DAY) == ""
    assert sites.trap(b"e", b"/trap", FIREFOX, 11 * DAY) == "/trap"


def test_the_operator_hears_of_traps_that_cannot_catch():
    sites = Sites(
        [site(b"User-agent: *\nDisallow: /a", traps=("/a", "/b")), site(None, "other", traps=("/c",))]
    )
    assert sites.open_traps() == (("example.org", "/b"),)


def test_all_names_in_groups_are_known_for_the_marks():
    sites = Sites([site(b"User-agent: B\nUser-agent: *\nDisallow:"), site(b"User-agent: a1", "other")])
    assert sites.agents() == ("a", "a1", "b")
