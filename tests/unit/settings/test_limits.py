"""Each limit lets the good through and says in one sentence what is wrong with the rest."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.settings import limits


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        (limits.between(48, 128), 48),
        (limits.between(48, 128), 128),
        (limits.at_least(1), 1),
        (limits.lasting(timedelta(0), timedelta(days=1)), timedelta(days=1)),
        (limits.each(limits.address), ()),
        (limits.each(limits.address), ("192.0.2.1", "::1")),
        (limits.one_or_more(limits.word), ("wordpress",)),
        (limits.address, "2001:db8::1"),
        (limits.network, "192.0.2.1"),
        (limits.network, "192.0.2.0/24"),
        (limits.network, "2001:db8::/32"),
        (limits.host_name, "www.example.org"),
        (limits.host_name, "example.org."),
        (limits.host_name, "localhost"),
        (limits.host_name, "xn--mnchen-3ya.example"),
        (limits.host_name, "_dmarc.example.org"),
        (limits.host_and_port, "127.0.0.1:5514"),
        (limits.host_and_port, "[::1]:0"),
        (limits.host_and_port_or_path, "[::1]:10042"),
        (limits.host_and_port_or_path, "/run/pforte/milter"),
        (limits.host_and_port_or_path, "/" + "x" * 106),
        (limits.address_or_socket, "127.0.0.1:5514"),
        (limits.address_or_socket, "/run/pforte/gate"),
        (limits.address_or_socket, "unix:/run/pforte/gate"),
        (limits.next_hop, ""),
        (limits.next_hop, "smtp:127.0.0.1:10025"),
        (limits.next_hop, "smtp:[::1]:25"),
        (limits.next_hop, "lmtp:mail.internal:24"),
        (limits.next_hop, "lmtp:/run/dovecot/lmtp"),
        (limits.time_zone, "UTC"),
        (limits.time_zone, "Europe/Berlin"),
        (limits.page_or_file, ""),
        (limits.page_or_file, "/var/www/robots.txt"),
        (limits.page_or_file, "https://example.org/robots.txt"),
        (limits.url_path, "/trap/"),
        (limits.word, "phpmyadmin-5.2"),
        (limits.table_name, "pforte_2"),
        (limits.one_line, "Größe $remote_addr"),
        (limits.contact, "https://example.org/r/{reference}"),
        (limits.contact, "x" * 200),
    ],
)
def test_what_is_good_passes(limit, value):
    assert limit(value) == ""


@pytest.mark.parametrize(
    ("limit", "value", "said"),
    [
        (limits.between(48, 128), 47, "must be 48 to 128, not 47"),
        (limits.between(48, 128), 129, "must be 48 to 128, not 129"),
        (limits.at_least(1), 0, "must be 1 or more, not 0"),
        (limits.lasting(timedelta(seconds=1), timedelta(days=1)), timedelta(0), "must be 1s to 1d, not 0s"),
        (limits.lasting(timedelta(0), timedelta(days=1)), timedelta(days=2), "must be 0s to 1d, not 2d"),
        (limits.each(limits.address), ("192.0.2.1", "x", "y"), '"x" is not an IP address'),
        (limits.one_or_more(limits.word), (), "must not be empty"),
        (limits.contact, "größe@example.org", "printable ASCII characters"),
        (limits.contact, "a\nb", "printable ASCII characters"),
        (limits.contact, "x" * 201, "at most 200"),
        (limits.contact, "{reference}{reference}", "once at most"),
        (limits.one_or_more(limits.word), ("A B",), '"A B" is not a word of letters, digits and hyphens'),
        (limits.address, "192.0.2.0/24", '"192.0.2.0/24" is not an IP address'),
        (limits.network, "10.0.0.1/8", '"10.0.0.1/8" has host bits set; did you mean "10.0.0.0/8"?'),
        (limits.time_zone, "Europe/Berln", '; did you mean "Europe/Berlin"?'),
        (limits.time_zone, "../../etc/passwd", "is no time zone known here"),
        (limits.time_zone, "", "is no time zone known here"),
        (limits.time_zone, "Europe", "is no time zone known here"),
        (limits.page_or_file, "ftp://example.org/robots.txt", "is neither a path nor an http(s) URL"),
        (limits.page_or_file, "/a\n", "holds a control character"),
        (limits.url_path, "trap", '"trap" must begin with "/"'),
        (limits.url_path, "/\0", "holds a control character"),
        (limits.table_name, "a; flush ruleset", "must be a letter and then at most 30"),
        (limits.table_name, "", "must be a letter and then at most 30"),
        (limits.table_name, "a" * 32, "must be a letter and then at most 30"),
    ],
)
def test_what_is_wrong_is_said(limit, value, said):
    assert said in limit(value)


@pytest.mark.parametrize(
    "value", ["", ".", "a..b", "-a.example", "a-.example", "a b", "a" * 64, "a." * 127 + "aa"]
)
def test_no_host_name_passes_that_rfc_1123_refuses(value):
    assert limits.host_name(value) == f'"{value}" is not a host name'


@pytest.mark.parametrize(
    "value", ["", ":", "5514", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:٣", "::1:5514", "[127.0.0.1]:1",
              "[::1]", "host:1", "127.0.0.1:99999999999999999999"]
)  # fmt: skip
def test_no_address_and_port_passes_that_cannot_be_bound(value):
    assert limits.host_and_port(value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("milter", "is not an address and port"),
        ("/" + "ü" * 54, "must have 107 bytes at most as the path of a socket, not 109"),
        ("/run/\n", "control character"),
    ],
)
def test_a_place_to_listen_at_is_an_address_or_a_short_path(value, said):
    assert said in limits.host_and_port_or_path(value)


@pytest.mark.parametrize("value", ["", "gate", "unix:gate", "/run/pf\norte"])
def test_no_place_passes_that_is_neither_an_address_nor_a_path(value):
    assert limits.address_or_socket(value)


@pytest.mark.parametrize(
    "value",
    [
        "127.0.0.1:25",
        "smtp:",
        "smtp:25",
        "esmtp:127.0.0.1:25",
        "smtp:host",
        "smtp:-:25",
        "smtp:h:70000",
        "lmtp:/\n",
    ],
)
def test_a_next_hop_is_a_protocol_and_a_place(value):
    assert limits.next_hop(value).endswith(
        'is not a mail server such as "smtp:127.0.0.1:25" or "lmtp:/run/dovecot/lmtp"'
    )


def test_the_nearest_known_name_is_suggested():
    assert limits.suggestion("graze", ["level", "grace"]) == '; did you mean "grace"?'
    assert limits.suggestion("zzz", ["level", "grace"]) == ""


@given(st.text(max_size=80))
def test_no_text_makes_a_limit_fail(value):
    for limit in (
        limits.address,
        limits.network,
        limits.host_name,
        limits.host_and_port,
        limits.host_and_port_or_path,
        limits.address_or_socket,
        limits.next_hop,
        limits.page_or_file,
        limits.url_path,
        limits.word,
        limits.table_name,
        limits.one_line,
    ):
        assert isinstance(limit(value), str)
