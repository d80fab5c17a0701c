"""Guessing names."""

import pytest

from pforte.visits.checks import not_found_storm


def test_a_guess_counts(asking):
    """No page led there."""
    assert asking(not_found_storm.CHECK)(b"/admin_old/") is not None
    assert asking(not_found_storm.CHECK)(b"/x", status=410) is not None


@pytest.mark.parametrize(
    "fields",
    [
        {"status": 200},
        {"status": 403},
        {"referrer": b"https://www.example.org/"},
        {"method": b"PROPFIND"},
        {"target": b"/favicon.ico"},
        {"target": b"/apple-touch-icon-120x120.png"},
        {"target": b"/.well-known/assetlinks.json"},
        {"target": b"/img/a.PNG?v=1"},
        {"target": b"/sitemap.xml"},
    ],
)
def test_what_pages_and_browsers_ask_for_does_not(asking, fields):
    """A broken page is the site's fault."""
    assert asking(not_found_storm.CHECK)(**{"target": b"/x", **fields}) is None


def test_a_declared_crawler_looks_for_old_pages(asking, facts):
    """Search engines ask for years whether a page came back."""
    assert asking(not_found_storm.CHECK)(b"/old", facts(declared="SomeBot")) is None


def test_different_addresses_are_counted():
    """A monitor that asks for one page that is gone is no storm."""
    threshold = not_found_storm.CHECK.threshold
    assert threshold is not None
    assert threshold.distinct
