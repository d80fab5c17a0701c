"""The command ``pforte checks``."""

import json

import pytest
from click.testing import CliRunner

from pforte.commands import Call
from pforte.commands.checks import command
from pforte.settings.load import read
from pforte.visits.checks import CHECKS
from pforte.visits.request_rules import RequestRules

SSH = "Mar 28 06:29:51 gate sshd[2]: Invalid user admin from 192.0.2.7"
ENGINE = RequestRules({}).available


class Told(Call):
    """A call whose settings are what a test says."""

    def settings(self):
        return read(None, self.overrides, {}).settings


def run(*arguments: str, overrides: tuple[str, ...] = ()):
    return CliRunner().invoke(command, arguments, obj=Told(None, overrides, lambda _: 0))


def objects(result):
    assert result.exit_code == 0, result.output
    return {told["check"]: told for told in map(json.loads, result.output.splitlines())}


def test_every_check_is_listed():
    result = run()
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert [line.split()[0] for line in lines[1:]] == [check.id for check in CHECKS]
    assert "3 different in 1h" in next(line for line in lines if line.startswith("visit.software-probe"))


def test_the_list_as_json_has_both_languages():
    told = objects(run("--json"))
    assert set(told) == {check.id for check in CHECKS}
    assert all(entry["remedy"]["de"] and entry["summary"]["en"] for entry in told.values())
    assert told["visit.software-probe"]["threshold"] == {"count": 3, "window": "1h", "distinct": True}
    assert told["visit.xss"]["threshold"] is None


def test_the_operators_settings_are_shown(tmp_path):
    file = tmp_path / "pforte.toml"
    file.write_text(
        '[check."visit.xss"]\nmode = "off"\n[check."visit.software-probe"]\ncount = 9\nwindow = "2h"\n'
    )
    settings = read(file, (), {}).settings

    class FromFile(Call):
        def settings(self):
            return settings

    result = CliRunner().invoke(command, ["--json"], obj=FromFile(None, (), lambda _: 0))
    told = objects(result)
    assert told["visit.xss"]["mode"] == "off"
    assert told["visit.xss"]["default"] == "enforce"
    assert told["visit.software-probe"]["threshold"] == {"count": 9, "window": "2h", "distinct": True}


@pytest.mark.parametrize("slug", ["visit.jndi-lookup", "jndi-lookup"])
def test_one_check_is_explained_in_both_languages(slug):
    result = run("show", slug)
    assert result.exit_code == 0
    assert "log4j before 2.17.1" in result.output
    assert "log4j vor 2.17.1" in result.output
    assert json.loads(run("show", slug, "--json").output)["check"] == "visit.jndi-lookup"


def test_an_unknown_check_is_bad_usage():
    result = run("show", "nonsense")
    assert result.exit_code == 2
    assert "pforte checks" in result.output


def test_a_request_is_tried():
    told = objects(run("try", "--json", "--request", "GET /.git/config"))
    assert told["visit.secret-file"]["verdict"] == "offence"
    assert told["visit.secret-file"]["observed"] == "/.git/config"
    assert told["visit.secret-file"]["marks"]
    assert told["visit.not-found-storm"]["verdict"] == "counts as one of 40 different in 10m"
    assert told["visit.not-found-storm"]["status"] is True
    assert "visit.trap" not in told


@pytest.mark.skipif(not ENGINE, reason="request rules need the package libmodsecurity (x86_64 Linux)")
def test_request_rules_are_asked_too():
    told = objects(run("try", "--json", "--request", "GET /?id=1%27%20or%20%271%27=%271", "--status", "200"))
    assert told["visit.sql-injection"]["verdict"] == "offence"
    assert told["visit.xss"]["verdict"] == "nothing"


@pytest.mark.parametrize(
    ("option", "value"), [("--agent", '${jndi:ldap://x/a}"\\'), ("--referrer", "${jndi:ldap://x/a}")]
)
def test_header_fields_may_be_given(option, value):
    told = objects(run("try", "--json", "--request", "GET /", option, value))
    assert told["visit.jndi-lookup"]["verdict"] == "offence"


def test_the_rule_that_decides_is_named(tmp_path):
    """Of many lines of robots.txt it is this one."""
    (tmp_path / "robots.txt").write_text("User-agent: *\nAllow: /a\nDisallow: /b\n")
    sites = f'site=[{{name="example.org", robots="{tmp_path}/robots.txt"}}]'
    asked = ("try", "--request", "GET /b/x", "--agent", "AhrefsBot/7.0")
    told = objects(run(*asked, "--json", overrides=(sites,)))
    assert told["visit.robots"]["rule"] == "Disallow: /b (robots.txt:3)"
    assert told["visit.not-found-storm"]["rule"] == ""
    assert "Disallow: /b (robots.txt:3)" in run(*asked, overrides=(sites,)).output


def test_a_claim_is_no_offence_yet():
    agent = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    told = objects(run("try", "--json", "--request", "GET /", "--status", "200", "--agent", agent))
    assert told["visit.impersonated-crawler"]["verdict"] == "a claim to be proven"
    assert told["visit.impersonated-crawler"]["claim"] == "googlebot"


def test_a_line_is_tried():
    told = objects(run("try", "--json", "--line", SSH))
    assert told["visit.ssh-unknown-user"]["observed"] == "admin"


def test_people_get_a_table():
    result = run("try", "--request", "GET /.env\x1b")
    assert result.exit_code == 0
    assert "visit.secret-file" in run("try", "--request", "GET /.env").output
    assert "\x1b" not in result.output


def test_innocence_is_said():
    result = run("try", "--request", "GET /about", "--status", "200")
    assert (result.exit_code, result.output) == (0, "Nothing in it concerns any check.\n")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "either --line or --request"),
        (("--line", SSH, "--request", "GET /"), 2, "either --line or --request"),
        (("--request", "/x"), 2, "method and target"),
        (("--line", "nothing of any format"), 1, "--format"),
        (("--line", "x", "--format", "combined"), 1, "nothing to judge"),
        (("--request", "GET /", "--status", "9"), 2, "--status"),
    ],
)
def test_bad_usage_says_what_to_do(arguments, code, words):
    result = run("try", *arguments)
    assert result.exit_code == code
    assert words in result.output


def test_missing_rules_are_named(tmp_path):
    result = run("try", "--request", "GET /", overrides=(f"scan.rules={tmp_path}",))
    assert result.exit_code == 1
    assert "scan.rules" in result.output


def test_the_reference_page_is_printed():
    result = run("reference")
    assert result.exit_code == 0
    assert result.output.startswith("# Checks of visits\n")


def test_an_unknown_format_is_bad_usage():
    result = run("try", "--line", "x", "--format", "nix")
    assert result.exit_code == 2
    assert "unknown format 'nix'" in result.output
