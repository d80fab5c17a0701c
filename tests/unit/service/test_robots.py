"""robots.txt versions come from files and URLs, survive a restart, and count from when they came into force."""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog

from pforte.clock import SetClock
from pforte.register.store import Register
from pforte.service import robots
from pforte.service.robots import RobotsKeeper
from pforte.settings.table import Settings, SiteSettings
from pforte.sources.robots_txt import Fetched, FetchStatus
from pforte.worker import Worker

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RULES = b"User-agent: *\nDisallow: /private/\n"


def keeper(tmp_path: Path) -> tuple[RobotsKeeper, SetClock]:
    clock = SetClock(NOW)
    return RobotsKeeper(Register.open(tmp_path / "state", clock), clock), clock


def test_a_file_counts_from_its_last_change(tmp_path: Path) -> None:
    """The web server has served it since; a day later crawlers must know it (RFC 9309 s2.4)."""
    path = tmp_path / "robots.txt"
    path.write_bytes(RULES)
    changed = NOW - timedelta(days=3)
    os.utime(path, (changed.timestamp(), changed.timestamp()))
    keep, _ = keeper(tmp_path)
    site = SiteSettings(name="shop.example", robots=str(path))
    keep.read_files([site])
    keep.read_files([site])
    (version,) = keep.versions([site])["shop.example"].versions
    assert version.raw == RULES
    assert version.since == changed.timestamp()


def test_a_new_version_follows_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "robots.txt"
    path.write_bytes(RULES)
    os.utime(path, (NOW.timestamp() - 9000, NOW.timestamp() - 9000))
    keep, clock = keeper(tmp_path)
    site = SiteSettings(name="shop.example", robots=str(path))
    keep.read_files([site])
    clock.move(timedelta(seconds=300))
    path.write_bytes(RULES + b"Disallow: /cellar/\n")
    os.utime(path, (NOW.timestamp() + 200, NOW.timestamp() + 200))
    keep.read_files([site])
    since = [version.since for version in keep.versions([site])["shop.example"].versions]
    assert since == [NOW.timestamp() - 9000, NOW.timestamp() + 200]


def _put(path: Path, content: bytes, changed: datetime) -> None:
    """Put a copy in place that keeps the time of the original, as ``cp -p``, ``rsync -a`` and packages do."""
    path.write_bytes(content)
    os.utime(path, (changed.timestamp(), changed.timestamp()))


def test_an_old_copy_put_back_is_in_force_from_when_it_was_seen(tmp_path: Path) -> None:
    """Otherwise the rules that were withdrawn would convict for ever."""
    path, site = (
        tmp_path / "robots.txt",
        SiteSettings(name="shop.example", robots=str(tmp_path / "robots.txt")),
    )
    keep, clock = keeper(tmp_path)
    week = timedelta(days=7)
    _put(path, b"User-agent: *\nAllow: /\n", NOW - 2 * week)
    keep.read_files([site])
    _put(path, RULES, NOW - week)
    keep.read_files([site])
    _put(path, b"User-agent: *\nAllow: /\n", NOW - 2 * week)
    clock.move(timedelta(hours=1))
    keep.read_files([site])
    keep.read_files([site])
    _put(path, b"User-agent: *\nDisallow: /old/\n", NOW - 1.5 * week)
    clock.move(timedelta(hours=1))
    keep.read_files([site])
    versions = keep.versions([site])["shop.example"].versions
    assert [(version.raw[14:], version.since) for version in versions] == [
        (b"Allow: /\n", (NOW - 2 * week).timestamp()),
        (b"Disallow: /private/\n", NOW.timestamp()),
        (b"Allow: /\n", (NOW + timedelta(hours=1)).timestamp()),
        (b"Disallow: /old/\n", (NOW + timedelta(hours=2)).timestamp()),
    ]


def test_a_rule_that_appears_in_an_older_file_counts_from_when_it_was_seen(tmp_path: Path) -> None:
    """A crawler has a day to learn of it, whatever time the file carries."""
    path, site = (
        tmp_path / "robots.txt",
        SiteSettings(name="shop.example", robots=str(tmp_path / "robots.txt")),
    )
    keep, clock = keeper(tmp_path)
    _put(path, b"User-agent: *\nAllow: /\n", NOW - timedelta(days=9))
    keep.read_files([site])
    clock.move(timedelta(hours=1))
    keep.read_files([site])
    _put(path, RULES, NOW - timedelta(days=3))
    clock.move(timedelta(hours=1))
    keep.read_files([site])
    last = keep.versions([site])["shop.example"].versions[-1]
    assert (last.raw, last.since) == (RULES, (NOW + timedelta(hours=2)).timestamp())


def test_a_file_that_changed_while_nobody_looked_counts_from_its_time(tmp_path: Path) -> None:
    """The service was stopped; lines of that time are judged by what was in force."""
    path, site = (
        tmp_path / "robots.txt",
        SiteSettings(name="shop.example", robots=str(tmp_path / "robots.txt")),
    )
    keep, _ = keeper(tmp_path)
    _put(path, RULES, NOW - timedelta(days=9))
    keep.read_files([site])
    _put(path, b"User-agent: *\nAllow: /\n", NOW - timedelta(days=3))
    later, _ = keeper(tmp_path)
    later.read_files([site])
    assert later.versions([site])["shop.example"].versions[-1].since == (NOW - timedelta(days=3)).timestamp()


def test_a_missing_file_changes_nothing(tmp_path: Path) -> None:
    """A file that is gone for a moment must not set crawlers free or bind them."""
    keep, _ = keeper(tmp_path)
    site = SiteSettings(name="shop.example", robots=str(tmp_path / "absent.txt"))
    keep.read_files([site])
    assert keep.versions([site])["shop.example"].versions == ()


@pytest.mark.parametrize(
    ("status", "content", "versions"),
    [(FetchStatus.FOUND, RULES, 1), (FetchStatus.ABSENT, b"", 1), (FetchStatus.TROUBLE, b"", 0)],
)
def test_urls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: FetchStatus, content: bytes, versions: int
) -> None:
    """What was fetched is a version; trouble is none."""

    async def fetch(url: str, clock: SetClock) -> Fetched:
        return Fetched(status, content, clock.now(), "")

    monkeypatch.setattr(robots, "fetch_robots", fetch)
    keep, _ = keeper(tmp_path)
    site = SiteSettings(name="shop.example", robots="https://shop.example/robots.txt")
    asyncio.run(keep.fetch([site], Worker("test")))
    assert len(keep.versions([site])["shop.example"].versions) == versions


def test_traps_that_convict_nobody_are_named_when_they_are_new(tmp_path: Path) -> None:
    """Whoever sets a trap and forgets robots.txt would wait for ever."""
    path = tmp_path / "robots.txt"
    path.write_bytes(RULES)
    os.utime(path, (NOW.timestamp() - 9000, NOW.timestamp() - 9000))
    keep, _ = keeper(tmp_path)
    site = SiteSettings(name="shop.example", robots=str(path), traps=("/private/pit/", "/pit/"))
    keep.read_files([site])
    with structlog.testing.capture_logs() as logged:
        sites = keep.sites(Settings(site=(site,)))
        keep.sites(Settings(site=(site,)))
        keep.sites(Settings())
        keep.sites(Settings(site=(site,)))
    assert [each.name for each in sites.sites] == ["shop.example"]
    assert [(each["event"], each["site"], each["trap"]) for each in logged] == [
        ("trap.open", "shop.example", "/pit/")
    ] * 2
