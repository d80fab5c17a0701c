"""MTA-STS: the record, the web server, the file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.mail.publishing.mta_sts import allows, inspect_sts, parse_policy, policy_address, render_policy
from pforte.mail.publishing.plan import Mode, Plan

ZONE = """
example.org. MX 10 mx.example.org.
_mta-sts.example.org. TXT "v=STSv1; id=20261124"
mta-sts.example.org. A 192.0.2.3
"""
FILE = "version: STSv1\r\nmode: enforce\r\nmx: mx.example.org\r\nmax_age: 604800\r\n"


def inspected(look, zone=ZONE, file=FILE, **options):
    return look(inspect_sts, zone, find=(), policy_file=file, **options)


def test_what_is_in_order_is_there(look):
    assert inspected(look) == (
        [
            ("there", "v=STSv1; id=20261124"),
            ("there", "the web server for the policy file has an address"),
            ("there", "mode enforce for mx.example.org"),
        ],
        ['_mta-sts.example.org. IN TXT "v=STSv1; id=20261124"'],
    )


@pytest.mark.standard("8461:3.1")
@pytest.mark.parametrize(
    ("record", "found"),
    [
        ("", ("missing", "there is no MTA-STS record")),
        ('_mta-sts.example.org. TXT "v=STSv2; id=1"', ("missing", "there is no MTA-STS record")),
        ('_mta-sts.example.org. TXT "v=STSv1"', ("missing", "there is no MTA-STS record")),
        ('_mta-sts.example.org. TXT "v=STSv1;"', ("wrong", "it has no valid id")),
        ('_mta-sts.example.org. TXT "v=STSv1; id=2026-11-24;"', ("wrong", "it has no valid id")),
        (f'_mta-sts.example.org. TXT "v=STSv1; id={"1" * 33};"', ("wrong", "it has no valid id")),
        (
            '_mta-sts.example.org. TXT "v=STSv1; id=1"\n_mta-sts.example.org. TXT "v=STSv1; id=2"',
            ("wrong", "more than one record count as none"),
        ),
    ],
)
def test_a_record_that_senders_do_not_take_is_told(look, record, found):
    told, (line,) = inspected(look, zone=record)
    assert told[0] == found
    identity = line.partition("id=")[2].removesuffix('"')
    assert identity.isalnum()
    assert len(identity) == 20


def test_the_proposed_id_changes_with_the_policy_only(look):
    lines = [
        inspected(look, zone="", file=None, **options)[1] for options in ({}, {}, {"mode": Mode.TESTING})
    ]
    assert lines[0] == lines[1] != lines[2]


@pytest.mark.standard("8461:3.2")
@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("STSv1", "STSv2", "its version is not STSv1"),
        ("version: STSv1\r\n", "", "its version is not STSv1"),
        ("enforce", "strict", "its mode is none of enforce, testing and none"),
        ("604800", "31557601", "its max_age is no number of seconds up to 31557600"),
        ("604800", "-1", "its max_age is no number of seconds up to 31557600"),
        ("604800", "\u0661", "its max_age is no number of seconds up to 31557600"),
        ("mx: mx.example.org\r\n", "", "it names no mx"),
        ("mode: enforce", "mode enforce", '"mode enforce" is no field'),
    ],
)
def test_a_file_that_senders_do_not_take_is_told(look, old, new, why):
    told, _ = inspected(look, file=FILE.replace(old, new))
    assert ("wrong", why) in told[2:]


@pytest.mark.parametrize(
    "file", [FILE, FILE.replace("\r\n", "\n"), FILE + "\r\nnew: thing\r\nmode: none\r\n"]
)
def test_files_with_other_line_ends_and_further_fields_are_read(file):
    found = parse_policy(file)
    assert (found.mode, found.max_age, found.patterns, found.faults) == (
        "enforce",
        604_800,
        ("mx.example.org",),
        (),
    )


def test_a_policy_of_no_mode_needs_no_servers():
    assert parse_policy("version: STSv1\nmode: none\nmax_age: 86400\n").faults == ()


def test_a_file_that_does_not_fit_the_servers_is_wrong(look):
    told, _ = inspected(look, file=FILE.replace("mx.ex", "other.ex"))
    assert told[2:] == [("wrong", "it does not allow mx.example.org, which mail is then kept from")]


def test_another_mode_and_a_short_life_are_told(look):
    told, _ = inspected(look, file=FILE.replace("enforce", "testing").replace("604800", "60"))
    assert told[2:] == [("wrong", "its mode is testing"), ("advice", "senders keep it for less than a day")]


def test_without_the_file_nothing_is_said_of_it(look):
    assert inspected(look, file=None)[0][2] == ("advice", "the file was not given, so it was not looked at")


@pytest.mark.standard("8461:4.1")
@pytest.mark.parametrize(
    ("pattern", "host", "allowed"),
    [
        ("mx.example.org", "mx.example.org", True),
        ("*.example.org", "mx.example.org", True),
        ("*.example.org", "a.mx.example.org", False),
        ("*.example.org", "example.org", False),
        ("example.org", "mx.example.org", False),
    ],
)
def test_wildcards_stand_for_the_first_label(pattern, host, allowed):
    assert allows([pattern], host) is allowed


def test_trouble_is_no_fault(look):
    told, _ = inspected(look, troubles=["_mta-sts.example.org", "mta-sts.example.org"])
    assert told[:2] == [
        ("unknown", "the record could not be looked up: SERVFAIL"),
        ("unknown", "it could not be looked up: SERVFAIL"),
    ]
    assert inspected(look, zone="")[0][1] == ("missing", "the web server for the policy file has no address")


@given(
    st.lists(st.sampled_from(["a.example", "b.example", "*.c.example"]), min_size=1, unique=True),
    st.sampled_from(Mode),
)
def test_what_is_rendered_is_read_as_it_was_meant(hosts, mode):
    found = parse_policy(render_policy(Plan(domain="example.org", mode=mode), hosts))
    assert (found.mode, found.patterns, found.faults) == (mode, tuple(hosts), ())


@given(st.text(max_size=200))
def test_any_text_is_read_or_told(text):
    found = parse_policy(text)
    assert found.faults or found.mode in list(Mode)


def test_the_file_has_one_place():
    assert policy_address("example.org") == "https://mta-sts.example.org/.well-known/mta-sts.txt"
