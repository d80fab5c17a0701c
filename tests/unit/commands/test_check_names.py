"""A mistyped check is named with the nearest right one, and is no empty answer."""

import click
import pytest

from pforte.commands.check_names import parse_check


@pytest.mark.parametrize("text", ["visit.trap", "trap"])
def test_a_check_is_found_with_and_without_its_stage(text):
    assert parse_check(text, "--check") == "visit.trap"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("visit.tarp", "visit.trap"),
        ("sqlinjection", "visit.sql-injection"),
        ("ladder.escalatoin", "ladder.escalation"),
    ],
)
def test_the_nearest_is_named(text, meant):
    with pytest.raises(click.BadParameter, match=rf'; did you mean "{meant}"\? `pforte'):
        parse_check(text, "--check", ["ladder.escalation"])


def test_what_is_near_nothing_points_to_the_list():
    with pytest.raises(
        click.BadParameter, match="no check is called 'zzz'; `pforte checks` lists them"
    ) as caught:
        parse_check("zzz", "--check")
    assert caught.value.param_hint == "--check"
