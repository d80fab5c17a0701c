"""Every setting can be seen with its origin, and the printed file reads back as what is in force."""

import re
import tomllib

import pytest

from pforte.settings.explain import Row, render_example, rows
from pforte.settings.load import read
from pforte.settings.shape import render_name, settings_below
from pforte.settings.table import Settings

FILE = """
[regulation]
grace = "30s"
[check."visit.probe"]
mode = "watch"
[[source]]
path = "/var/log/nginx/access.log"
[[source]]
kind = "journal"
"""


@pytest.fixture
def reading(tmp_path):
    file = tmp_path / "pforte.toml"
    file.write_text(FILE)
    return read(file, ["log.level=debug"], {"PFORTE_DNS__PORT": "5353"})


def test_each_row_tells_value_default_help_and_origin(reading):
    found = {row.name: row for row in rows(reading)}
    assert found["regulation.grace"] == Row(
        "regulation.grace",
        "duration",
        "1m",
        "30s",
        "Offences this long after the start of a ban belong to the same incident.",
        f"{reading.file}:3",
    )
    assert (found["log.level"].value, found["log.level"].origin) == ("debug", "--set")
    assert (found["dns.port"].value, found["dns.port"].origin) == (5353, "PFORTE_DNS__PORT")
    assert found["log.format"].origin == "default"
    assert found['check."visit.probe".mode'].value == "watch"
    assert found["source[2].kind"].value == "journal"
    assert found["source[2].path"].origin == "default"


def test_no_setting_is_left_out(reading):
    names = {row.name for row in rows(reading)}
    assert {render_name(name) for name, _ in settings_below()} <= names


def test_a_password_is_never_shown(tmp_path):
    file = tmp_path / "pforte.toml"
    file.write_text('register.url = "postgresql://pforte:s3cret@db:5432/pforte?sslmode=require"')
    reading = read(file, (), {})
    shown = next(row.value for row in rows(reading) if row.name == "register.url")
    assert shown == "postgresql://pforte:***@db:5432/pforte?sslmode=require"
    assert "s3cret" not in render_example(reading)


@pytest.mark.parametrize(
    "url", ["", "sqlite:////var/lib/pforte/register.db", "postgresql://pforte@db/pforte"]
)
def test_a_url_without_a_password_is_shown_as_it_is(tmp_path, url):
    file = tmp_path / "pforte.toml"
    file.write_text(f'register.url = "{url}"')
    assert next(row.value for row in rows(read(file, (), {})) if row.name == "register.url") == url


def test_the_example_reads_back_as_what_is_in_force(reading, tmp_path):
    file = tmp_path / "example.toml"
    file.write_text(render_example(reading))
    assert read(file, (), {}).settings == reading.settings


def test_the_example_of_defaults_sets_nothing(tmp_path):
    file = tmp_path / "example.toml"
    empty = tmp_path / "empty.toml"
    empty.touch()
    file.write_text(render_example(read(empty, (), {})))
    assert read(file, (), {}).settings == Settings()
    assert not [
        name
        for name in read(file, (), {}).places
        if len(name) > 1 and name != ("mail", "rates") and name[0] != "gate"
    ]


def test_every_commented_setting_of_the_example_is_toml_and_its_default(reading):
    defaults = {row.name.rpartition(".")[2]: [] for row in rows(reading)}
    for row in rows(reading):
        defaults[row.name.rpartition(".")[2]].append(row.default)
    lists = {"preset": [""], "watch": [[]]}
    commented = re.findall(r"(?m)^# ([a-z0-9_]+ = .*)$", render_example(reading))
    assert len(commented) > 50
    for line in commented:
        ((key, value),) = tomllib.loads(line).items()
        # The lists of sections (source, site, recipient) have settings of the same names.
        assert value in (*defaults.get(key, [value]), *lists.get(key, ()))
