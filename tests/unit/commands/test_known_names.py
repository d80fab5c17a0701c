"""What settings may name is what the program has."""

from pforte.commands.known_names import known_names


def test_everything_that_is_there_may_be_named() -> None:
    known = known_names()
    assert "visit.robots" in (known.checks or ())
    assert "wordpress" in (known.software or ())
    assert [known.mistake_in_format(text) for text in ("combined", "syslog:json")] == ["", ""]


def test_a_format_that_is_not_there_is_told() -> None:
    assert "did you mean 'combined'?" in known_names().mistake_in_format("combind")
