"""Request rules in SecLang."""

import glob
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.visits import request_rules
from pforte.visits.checks.declaration import RuleMatch
from pforte.visits.request_rules import CORE, CoreRuleSet, RequestRules, RulesError
from pforte.visits.visit import Visit

needs_engine = pytest.mark.skipif(
    find_spec("libmodsecurity") is None, reason="install the package libmodsecurity to test request rules"
)

ONE = """
SecRule ARGS_GET "@rx evil" \\
    "id:1,phase:1,pass,log,t:none,t:urlDecodeUni,logdata:'%{MATCHED_VAR_NAME}=%{MATCHED_VAR}',tag:'visit.one'"
"""
TWO = """
SecRule REQUEST_HEADERS:User-Agent|REQUEST_HEADERS:Referer "@rx bad" \\
    "id:2,phase:2,pass,log,t:none,logdata:'%{MATCHED_VAR_NAME}=%{MATCHED_VAR}',tag:'visit.two',tag:'visit.one'"
"""
SHARED = """
SecAction "id:9,phase:1,pass,nolog,setvar:tx.shared=yes"
"""
USES_SHARED = """
SecRule TX:shared "@streq yes" "id:3,phase:1,pass,log,tag:'visit.three'"
"""
CRS = tuple(sorted(glob.glob("/usr/share/modsecurity-crs/rules/*.conf")))  # noqa: PTH207  the engine wants texts
needs_crs = pytest.mark.skipif(
    not CRS, reason="install the package modsecurity-crs to test the Core Rule Set"
)


def visit(target: bytes, agent: bytes = b"", referrer: bytes = b"", method: bytes = b"GET") -> Visit:
    return Visit("192.0.2.1", 0.0, method, target, b"HTTP/1.1", 200, agent, referrer, b"", b"")


@needs_engine
def test_a_rule_says_where_it_matched_and_what():
    rules = RequestRules({"one.conf": ONE})
    assert rules.matches("visit.one", visit(b"/?a=1&b=so%20evil")) == (
        RuleMatch(1, "visit.one", "ARGS_GET:b", b"so evil"),
    )
    assert rules.matches("visit.one", visit(b"/?a=1")) == ()


@needs_engine
def test_a_check_gets_the_rules_that_name_it_from_all_texts():
    rules = RequestRules({"one.conf": ONE, "two.conf": TWO})
    asked = visit(b"/?a=evil", agent=b"bad agent")
    assert [match.rule for match in rules.matches("visit.one", asked)] == [1, 2]
    assert [match.variable for match in rules.matches("visit.two", asked)] == ["REQUEST_HEADERS:User-Agent"]
    assert [match.data for match in rules.matches("visit.two", visit(b"/", referrer=b"bad page"))] == [
        b"bad page"
    ]
    assert rules.matches("visit.other", asked) == ()


def test_the_checks_that_rules_prove_are_known():
    assert RequestRules({"one.conf": ONE, "two.conf": TWO}).checks == {"visit.one", "visit.two"}
    assert RequestRules({}, core=CoreRuleSet(files=CRS)).checks == {CORE}


@needs_engine
def test_a_text_without_checks_is_loaded_in_front_of_the_others():
    rules = RequestRules({"z-shared.conf": SHARED, "three.conf": USES_SHARED})
    assert [match.rule for match in rules.matches("visit.three", visit(b"/"))] == [3]


@needs_engine
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("\n\ngarbage", "mine.conf:3: "),
        (ONE + ONE, "mine.conf: Rule id: 1 is duplicated"),
        ('SecRule ARGS "@rx x" "phase:1"', "mine.conf:1: Rules must have an ID"),
        ('# fine\nSecRule ARGS "@noSuchOperator x" bad', "mine.conf"),
    ],
)
def test_a_mistake_is_told_with_its_file_and_line(text, place):
    with pytest.raises(RulesError) as told:
        RequestRules({"mine.conf": text})
    assert str(told.value).startswith(place)


@needs_engine
def test_matched_bytes_that_are_no_utf_8_are_proven_by_the_target():
    rules = RequestRules({"one.conf": ONE})
    target = b"/?a=evil%ff%fe"
    assert rules.matches("visit.one", visit(target)) == (RuleMatch(1, "visit.one", "", target),)


@needs_engine
def test_raw_bytes_of_the_target_come_back_as_they_were():
    rules = RequestRules({"one.conf": ONE})
    assert rules.matches("visit.one", visit(b"/?a=evil\xe4"))[0].data == b"evil\xe4"
    assert rules.matches("visit.one", visit(b"/?a=evil%e2%82%ac"))[0].data == "evil€".encode()


@needs_engine
@pytest.mark.parametrize(
    "strange",
    [
        b"",
        b"\x00",
        b"*",
        b"/" + b"?" * 9,
        b"/?a=" + b"evil" * 20_000,
        b"\xff\xfe",
        b"http://[::1",
        b"/?" + b"&" * 5000,
    ],
)
def test_strange_targets_are_judged(strange):
    rules = RequestRules({"one.conf": ONE, "two.conf": TWO})
    assert isinstance(rules.matches("visit.one", visit(strange, method=b"")), tuple)


@needs_engine
@given(st.binary(max_size=300), st.binary(max_size=60), st.binary(max_size=60))
@settings(max_examples=60)
def test_any_request_is_judged(target, agent, referrer):
    assert isinstance(ANY.matches("visit.one", visit(target, agent, referrer, agent[:20])), tuple)


ANY = RequestRules({"one.conf": ONE, "two.conf": TWO})


def rule(number: int, action: str) -> str:
    return f'SecRule ARGS_GET "@rx evil" "id:{number},phase:1,{action},log,tag:\'visit.x\'"\n'


@needs_engine
@pytest.mark.parametrize(
    ("actions", "matched"),
    [
        (("pass", "pass"), [1, 2]),
        (("allow", "pass"), [1]),
        (("pass", "allow"), [1, 2]),
        (("deny", "allow"), [1, 2]),
        (("allow", "block"), [1, 2]),
        (("drop", "deny"), [1, 2]),
    ],
)
def test_a_rule_that_allows_ends_the_judgement_where_no_rule_denies(actions, matched):
    text = "".join(rule(number, action) for number, action in enumerate(actions, 1))
    found = RequestRules({"x.conf": text}).matches("visit.x", visit(b"/?a=evil"))
    assert [match.rule for match in found] == matched


@needs_engine
def test_a_rule_that_would_run_for_ages_is_stopped():
    text = """SecRule ARGS_GET "@rx ^(a+)+$" "id:5,phase:1,pass,log,tag:'visit.slow'" """
    assert RequestRules({"slow.conf": text}).matches("visit.slow", visit(b"/?a=" + b"a" * 5000 + b"!")) == ()


@needs_engine
def test_the_same_request_of_another_client_is_answered_from_memory(monkeypatch):
    rules = RequestRules({"one.conf": ONE})
    first = rules.matches("visit.one", visit(b"/?a=evil"))
    monkeypatch.setattr(request_rules._RuleSet, "judge", None)
    assert rules.matches("visit.one", visit(b"/?a=evil")) == first


def test_without_the_engine_no_rule_matches_and_everybody_can_see_why(monkeypatch):
    monkeypatch.setattr(request_rules, "find_spec", lambda name: None)
    rules = RequestRules({"one.conf": ONE})
    assert not rules.available
    assert rules.checks == {"visit.one"}
    assert rules.matches("visit.one", visit(b"/?a=evil")) == ()


@needs_engine
def test_the_shipped_rules_load():
    folder = Path(__file__).parents[3] / "rules"
    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.conf")}
    assert {"visit.sql-injection", "visit.xss"} <= RequestRules(texts).checks


@needs_engine
@needs_crs
@pytest.mark.parametrize(
    ("asked", "variable"),
    [
        (visit(b"/?id=1'+union+select+1,2--"), "ARGS:id"),
        (visit(b"/?f=../../../etc/passwd"), "ARGS:f"),
        (visit(b"/?q=<script>alert(1)</script>"), "ARGS:q"),
    ],
)
def test_the_core_rule_set_convicts_attacks(asked, variable):
    found = RequestRules({}, core=CoreRuleSet(files=CRS)).matches(CORE, asked)
    assert found
    assert all(match.tag == CORE for match in found)
    assert found[0].variable == variable
    assert found[0].message, "the rule says what it looks for"


@needs_engine
@needs_crs
@pytest.mark.parametrize(
    "asked",
    [
        visit(b"/"),
        visit(b"/?id=1", agent=b"Mozilla/5.0 (X11; Linux x86_64)", referrer=b"https://example.org/"),
        visit(b"/form", method=b"POST"),
        visit(b"/api/1", method=b"DELETE"),
        visit(b"*", method=b"OPTIONS"),
    ],
)
def test_the_core_rule_set_lets_people_through_whose_headers_the_log_does_not_tell(asked):
    assert RequestRules({}, core=CoreRuleSet(files=CRS)).matches(CORE, asked) == ()


@needs_engine
@needs_crs
def test_the_core_rule_set_has_a_threshold_and_a_paranoia_level_of_its_own():
    asked = visit(b"/?id=1'+union+select+1,2--")
    assert RequestRules({}, core=CoreRuleSet(files=CRS, threshold=100)).matches(CORE, asked) == ()
    mild = RequestRules({}, core=CoreRuleSet(files=CRS, paranoia=1)).matches(CORE, asked)
    strict = RequestRules({}, core=CoreRuleSet(files=CRS, paranoia=4)).matches(CORE, asked)
    assert {match.rule for match in mild} < {match.rule for match in strict}


@needs_engine
def test_a_core_rule_set_that_is_not_there_is_told():
    with pytest.raises(RulesError, match="REQUEST-901-INITIALIZATION"):
        RequestRules({}, core=CoreRuleSet(files=("/nowhere/REQUEST-901-INITIALIZATION.conf",)))


def test_a_folder_without_rules_of_the_core_rule_set_is_told():
    with pytest.raises(RulesError, match=r"scan\.crs"):
        RequestRules({}, core=CoreRuleSet(files=("/tmp/readme.txt",)))
