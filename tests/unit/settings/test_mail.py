"""The settings of mail: what is allowed, and what a check of mail may do."""

from pathlib import Path

import pytest

from pforte.settings.load import Known, SettingsError, read

KNOWN = Known(checks=["visit.xss", "mail.fcrdns", "mail.tls"])


def mistakes(tmp_path: Path, text: str) -> tuple[str, ...]:
    file = tmp_path / "pforte.toml"
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        read(file, (), {}, KNOWN)
    return tuple(each.removeprefix(f"{file}:") for each in caught.value.mistakes)


def test_good_settings_are_taken(tmp_path: Path) -> None:
    file = tmp_path / "pforte.toml"
    file.write_text(
        '[mail]\npreset = "strict"\nwatch = "0s"\n[check."mail.fcrdns"]\nmode = "reject"\n'
        '[[recipient]]\ndomain = "example.org"\nmark = ["mail.tls"]\n'
    )
    settings = read(file, (), {}, KNOWN).settings
    assert settings.mail.preset == "strict"
    assert settings.check["mail.fcrdns"].mode == "reject"
    assert settings.recipient[0].mark == ("mail.tls",)


def test_each_kind_of_check_has_modes_of_its_own(tmp_path: Path) -> None:
    assert mistakes(
        tmp_path, '[check."mail.fcrdns"]\nmode = "enforce"\n[check."visit.xss"]\nmode = "mark"\n'
    ) == (
        '2: check."mail.fcrdns".mode: "enforce" is no mode of a check of mail; use off, watch, mark, defer or reject',
        '4: check."visit.xss".mode: "mark" is no mode of a check of visits; use off, watch or enforce',
    )


def test_a_recipient_names_its_domain_once_and_checks_that_there_are(tmp_path: Path) -> None:
    text = """[[recipient]]
domain = "example.org"
[[recipient]]
domain = "Example.org"
mark = ["mail.tls"]
reject = ["mail.tls", "mail.fcrdn"]
[[recipient]]
preset = "strict"
"""
    assert mistakes(tmp_path, text) == (
        '4: recipient[2].domain: two [[recipient]] are for "example.org"',
        '6: recipient[2].reject: "mail.tls" stands in mark too; a check has one mode',
        '6: recipient[2].reject: there is no check of mail "mail.fcrdn"; did you mean "mail.fcrdns"?',
        "7: recipient[3].domain: must be set to the domain behind the @",
    )
