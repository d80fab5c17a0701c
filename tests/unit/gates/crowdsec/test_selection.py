"""The parameters of the dialect mean what they mean to CrowdSec."""

from ipaddress import ip_network

import pytest
from bouncer_house import ban_of
from hypothesis import example, given
from hypothesis import strategies as st

from pforte.bans.ban import Origin
from pforte.gates.crowdsec.notice import notice_of
from pforte.gates.crowdsec.selection import (
    MOST_FIELDS,
    QueryError,
    parse_query,
    select_live,
    select_stream,
)


def notice(network="192.0.2.1", **values):
    ban = ban_of(network, **values)
    return notice_of(ban.network, ban)


def test_a_query_is_read_as_go_reads_it():
    assert parse_query("") == {}
    assert parse_query("startup=true&startup=false&ip=%3A%3A1&empty=") == {
        "startup": "true",
        "ip": "::1",
        "empty": "",
    }
    with pytest.raises(QueryError):
        parse_query("&".join(["a=b"] * (MOST_FIELDS + 1)))


@pytest.mark.parametrize(
    ("query", "taken"),
    [
        ("", True),
        ("scopes=ip,range", True),
        ("scopes=IP", True),
        ("scope=Range", False),
        ("scopes=country", False),
        ("scopes=", True),
        ("origins=crowdsec,lists", True),
        ("origins=cscli", False),
        ("scenarios_containing=TRAVERSAL", True),
        ("scenarios_containing=ssh,path", True),
        ("scenarios_containing=ssh", False),
        ("scenarios_not_containing=ssh", True),
        ("scenarios_not_containing=ssh,Visit.", False),
        ("dedup=false&additional_pull=false&community_pull=false&limit=1&unknown=1", True),
    ],
)
def test_what_a_stream_takes(query, taken):
    assert select_stream(parse_query(query)).takes(notice()) is taken


def test_a_network_is_of_another_scope():
    assert not select_stream({"scopes": "ip"}).takes(notice("192.0.2.0/24"))
    assert select_stream({"scopes": "range"}).takes(notice("192.0.2.0/24"))
    assert select_stream({"origins": "cscli"}).takes(notice(origin=Origin.OPERATOR))


@pytest.mark.parametrize(
    ("query", "network", "inward"),
    [
        ("ip=192.0.2.1", "192.0.2.1/32", False),
        ("ip=::ffff:192.0.2.1", "192.0.2.1/32", False),
        ("ip=2001:db8::1", "2001:db8::1/128", False),
        ("range=192.0.2.7/24", "192.0.2.0/24", False),
        ("range=192.0.2.0/24&contains=false", "192.0.2.0/24", True),
        ("range=::ffff:192.0.2.0/120&contains=1", "192.0.2.0/24", False),
        ("ip=192.0.2.0/24", "192.0.2.0/24", False),
    ],
)
def test_which_network_is_asked_about(query, network, inward):
    found = select_live(parse_query(query))
    assert (found.network, found.inward) == (ip_network(network), inward)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("ip=bogus", "unable to convert 'bogus' to int: invalid address: invalid ip address / range"),
        ("ip=", "unable to convert '' to int: invalid address: invalid ip address / range"),
        (
            "range=10.0.0.0/99",
            (
                "unable to convert '10.0.0.0/99' to int: while parsing range 10.0.0.0/99: "
                "invalid CIDR address: 10.0.0.0/99: invalid ip address / range"
            ),
        ),
        (
            "ip=192.0.2.1&contains=maybe",
            'invalid contains value : strconv.ParseBool: parsing "maybe": invalid syntax: invalid filter',
        ),
    ],
)
def test_mistakes_are_told_in_crowdsecs_words(query, said):
    """Seen from Debian's crowdsec 1.4.6. An empty address must never stand for all addresses."""
    with pytest.raises(QueryError) as raised:
        select_live(parse_query(query))
    assert str(raised.value) == said


@pytest.mark.parametrize(
    ("query", "taken"),
    [
        ("ip=192.0.2.1", True),
        ("ip=192.0.2.1&type=ban", True),
        ("ip=192.0.2.1&type=captcha", False),
        ("scope=Ip&value=192.0.2.1", True),
        ("scope=ip&value=192.0.2.2", False),
        ("scope=Country&value=DE", False),
        ("scopes=range", False),
    ],
)
def test_what_a_live_question_takes(query, taken):
    assert select_live(parse_query(query)).takes(notice()) is taken


@given(st.text(max_size=200))
@example("ip=1.2.3.4/")
@example("ip=%00")
@example("range=fe80::1%25eth0/64")
@example("ip=" + "1" * 5000)
def test_any_query_is_answered_or_refused(query):
    try:
        fields = parse_query(query)
        select_stream(fields)
        select_live(fields).takes(notice())
    except QueryError:
        pass
