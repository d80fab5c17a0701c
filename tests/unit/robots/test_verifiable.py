"""Crawlers that can be proven, and their names."""

import pytest

from pforte.robots.verifiable import VERIFIABLE, crawler_name


@pytest.mark.parametrize("claim", VERIFIABLE)
def test_each_is_named_as_people_know_it(claim):
    """Offences and replay show it."""
    assert crawler_name(claim).lower() == claim


def test_a_claim_that_is_known_no_more_stays_as_it_is():
    """The register may be older than the list."""
    assert crawler_name("ask-jeeves") == "ask-jeeves"
