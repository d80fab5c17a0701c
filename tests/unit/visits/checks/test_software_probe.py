"""Doors of software that is not there."""

import pytest

from pforte.visits.checks import software_probe


@pytest.mark.parametrize(
    "target",
    [
        b"/wp-login.php",
        b"/wp-login.php?action=register",
        b"/blog/wp-admin/",
        b"/phpMyAdmin/index.php",
        b"/pma/",
        b"/administrator/index.php",
        b"/admin.php",
        b"/js/fckeditor/editor/x.html",
        b"/manager/html",
        b"/server-status",
        b"/api/actuator/env",
        b"/adminer-4.8.1.php",
        b"/xmlrpc.php",
        b"/user/register",
    ],
)
def test_convicts(asking, target):
    """These doors belong to software with a name."""
    finding = asking(software_probe.CHECK)(target)
    assert finding is not None
    assert finding.check == software_probe.ID
    assert finding.observed


@pytest.mark.parametrize(
    "target",
    [
        b"/wp-content/uploads/a.jpg",
        b"/administrators",
        b"/pmatters",
        b"/admin/",
        b"/blog/actuators",
        b"/managers/html",
        b"/infos.php",
        b"/latest.php",
        b"/user/registered",
        b"/solrx",
    ],
)
def test_acquits(asking, target):
    """Names that only begin the same way."""
    assert asking(software_probe.CHECK)(target) is None


@pytest.mark.parametrize("status", [0, 200, 301, 302, 401, 403, 500, 503])
def test_only_an_answer_that_denies_it_counts(asking, status):
    """A redirect, a refusal or a failure may come from the real thing."""
    assert asking(software_probe.CHECK)(b"/wp-login.php", status=status) is None


def test_what_the_site_runs_is_no_probe(asking, facts):
    """Setting site.runs = ["wordpress"]."""
    ask = asking(software_probe.CHECK)
    assert ask(b"/wp-login.php", facts(runs=frozenset({"wordpress"}))) is None
    assert ask(b"/pma/", facts(runs=frozenset({"wordpress"}))) is not None


def test_it_takes_several_different_doors():
    """One address may be a mistake."""
    threshold = software_probe.CHECK.threshold
    assert threshold is not None
    assert threshold.count >= 3
    assert threshold.distinct
