"""What the pass looks for because of the sites."""

from pforte.robots.sites import Site, Sites
from pforte.robots.versions import Versions, read_version
from pforte.visits.engine import build
from pforte.visits.site_marks import SiteMarks, site_marks

LINE = b'192.0.2.1 - - [x] "GET %b HTTP/1.1" 200 1 "-" "%b"'


def site(robots: bytes = b"", traps: tuple[str, ...] = ()) -> Sites:
    versions = Versions((read_version(robots),)) if robots else Versions()
    return Sites([Site(name="example.org", versions=versions, traps=traps)])


def found(marks: SiteMarks, target: bytes, agent: bytes = b"Mozilla/5.0") -> tuple[bool, bool, bool]:
    """Whether crawlers, traps and fetches see the line."""
    scan = build((marks.crawlers, marks.traps, marks.fetches))
    lines = scan.candidates(LINE % (target, agent))
    groups = lines[0][2] if lines else 0
    return bool(groups & 1), bool(groups & 2), bool(groups & 4)


def test_without_sites_nothing_is_looked_for():
    assert site_marks(Sites()) == SiteMarks()


def test_without_a_robots_txt_no_crawler_is_of_interest():
    marks = site_marks(site(traps=("/secret-garden/",)))
    assert marks.crawlers == marks.fetches == ()
    assert found(marks, b"/secret-garden/a") == (False, True, False)


def test_known_crawlers_are_seen_by_name():
    marks = site_marks(site(b"User-agent: *\nDisallow: /private/"))
    assert found(marks, b"/", b"Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)")[0]
    assert not found(marks, b"/", b"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")[
        0
    ]


def test_names_in_robots_groups_are_seen_in_any_case():
    marks = site_marks(site(b"User-agent: MyOwnFetcher\nDisallow: /"))
    assert found(marks, b"/", b"myownfetcher/2.0")[0]


def test_requests_for_robots_txt_are_seen():
    marks = site_marks(site(b"User-agent: *\nDisallow: /private/"))
    assert found(marks, b"/robots.txt")[2]
    assert not found(marks, b"/robots")[2]


def test_a_trap_is_seen_by_the_letter():
    marks = site_marks(site(traps=("/a.b?c*", " /a.b?c* ", "")))
    assert len(marks.traps) == 1
    assert found(marks, b"/a.b?c*")[1]
    assert not found(marks, b"/axb?cc")[1]
