"""Three dialects on one port, and whatever is none of them."""

import asyncio
import zlib
from contextlib import suppress
from ipaddress import ip_address

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from rspamd_house import MAIL, Examiner, answering, json_of, post

from pforte.gates.rspamd import connection
from pforte.mail.session import Tls


def heard(*pieces, examine=None, most=1_000_000, ends=True):
    async def run():
        async with answering(examine, most) as (say, _):
            return await say(*pieces, ends=ends)

    return asyncio.run(run())


def spamc(command, raw, *fields, version="SPAMC/1.5"):
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return f"{command} {version}\r\nContent-length: {len(raw)}\r\n{head}\r\n".encode() + raw


def test_a_mail_is_judged_over_http_with_all_that_is_told():
    examine = Examiner()
    fields = (
        *(
            ("IP", "192.0.2.1"),
            ("Helo", "mail.a.example"),
            ("From", "<x@a.example>"),
            ("Rcpt", "<b@c.example>"),
        ),
        *(("Rcpt", "d@c.example"), ("User", "somebody"), ("Queue-Id", "4Q"), ("TLS-Version", "TLSv1.3")),
        *(("TLS-Cipher", "AES"), ("File", "/etc/passwd")),
    )
    status, reply = json_of(heard(post(MAIL, *fields), examine=examine))
    assert (status, reply["action"], reply["score"], reply["symbols"]) == (200, "no action", 0, {})
    assert reply["message-id"] == "1@a.example"
    ((session, envelope, raw),) = examine.asked
    assert raw == MAIL
    assert (session.address, session.helo, session.user) == (
        ip_address("192.0.2.1"),
        "mail.a.example",
        "somebody",
    )
    assert (session.tls, session.tls_known, session.client_known) == (Tls("TLSv1.3", "AES"), True, True)
    assert (envelope.sender, envelope.recipients, envelope.queue) == (
        "x@a.example",
        ("b@c.example", "d@c.example"),
        "4Q",
    )


@pytest.mark.parametrize("question", [post(MAIL), b"CHECK SPAMC/1.5\r\nContent-length: 1\r\n\r\nx"])
def test_a_client_that_waits_for_the_end_hears_it_at_once(monkeypatch, question):
    """rspamc, and whoever speaks HTTP/1.0, reads until the gate ends the connection."""
    monkeypatch.setattr(connection, "LINGER_SECONDS", 3_600.0)
    assert heard(question, ends=False)


def test_a_refusal_tells_what_the_mail_server_is_to_say():
    _, reply = json_of(heard(post(MAIL.replace(b"hello", b"bad"))))
    assert (reply["action"], reply["score"], reply["required_score"]) == ("reject", 15, 15)
    assert reply["messages"]["smtp_message"] == "5.7.1 mail.bad-word: bad word bad https://example.org/r/PF-1"
    assert reply["symbols"]["MAIL_BAD_WORD"]["options"] == ["bad word bad", "reject"]


def test_what_is_put_off_is_a_soft_reject():
    _, reply = json_of(heard(post(MAIL.replace(b"hello", b"slow"))))
    assert reply["action"] == "soft reject"
    assert reply["messages"]["smtp_message"].startswith("4.7.1 ")


def test_marks_change_the_header():
    _, reply = json_of(heard(post(MAIL.replace(b"hello", b"odd"))))
    assert reply["action"] == "add header"
    assert reply["milter"] == {
        "add_headers": {"X-Pforte-Policy": [{"value": "id=mail.bad-word", "order": 0}]},
        "remove_headers": {"X-Pforte-Policy": [1]},
    }


def test_connections_are_kept_and_packed_mails_unpacked():
    examine = Examiner()
    packed = zstandard.compress(MAIL)
    first = post(MAIL).replace(b"Connection: close\r\n", b"")
    told = heard(first, post(packed, ("Content-Encoding", "zstd")), examine=examine)
    assert told.count(b"HTTP/1.1 200 OK") == 2
    assert [raw for _, _, raw in examine.asked] == [MAIL, MAIL]


def test_chunks_are_put_together():
    examine = Examiner()
    chunked = (
        b"POST /checkv2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nSubj\r\n5\r\nect: \r\n0\r\n\r\n"
    )
    heard(chunked[:70], chunked[70:], examine=examine)
    assert examine.asked[0][2] == b"Subject: "


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /ping HTTP/1.1\r\nConnection: close\r\n\r\n", b"200"),
        (b"GET /checkv2 HTTP/1.1\r\nConnection: close\r\n\r\n", b"405"),
        (b"GET /stat HTTP/1.1\r\nConnection: close\r\n\r\n", b"404"),
        (b"\x16\x03\x01 tls\r\n\r\n", b"400"),
        (post(MAIL, ("IP", "nobody")), b"400"),
        (post(b"x", ("Content-Encoding", "br")), b"400"),
        (post(b"x", ("Content-Encoding", "zstd")), b"400"),
        (b"GET /ping HTTP/1.1\r\n" + b"X: " + b"y" * 200_000 + b"\r\n\r\n", b"400"),
        (post(MAIL, *[("Rcpt", "a@b")] * 1001), b"400"),
    ],
)
def test_what_cannot_be_answered_is_told(request_, status):
    assert heard(request_).split()[1] == status


@pytest.mark.parametrize(
    "request_",
    [
        post(b"x" * 70_000),
        post(zstandard.compress(b"x" * 70_000), ("Content-Encoding", "zstd")),
        b"POST /checkv2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n20000\r\n"
        + b"x" * 0x20000
        + b"\r\n0\r\n\r\n",
    ],
)
def test_a_mail_that_is_too_large_is_refused_however_it_comes(request_):
    assert heard(request_, most=65_536).startswith(b"HTTP/1.1 413 ")


def test_spamc_checks():
    assert heard(spamc("CHECK", MAIL)) == (
        b"SPAMD/1.1 0 EX_OK\r\nContent-length: 0\r\nSpam: False ; 0.0 / 15.0\r\n\r\n"
    )
    assert b"Spam: True ; 15.0 / 15.0" in heard(spamc("CHECK", b"bad"))
    assert heard(spamc("SYMBOLS", b"bad")).endswith(b"\r\n\r\nMAIL_BAD_WORD")


def test_spamc_reports_only_what_is_asked_for():
    assert b"550 5.7.1 mail.bad-word: bad word bad" in heard(spamc("REPORT", b"bad"))
    assert b"Nothing is refused." in heard(spamc("REPORT", MAIL))
    assert heard(spamc("REPORT_IFSPAM", MAIL)).endswith(b"15.0\r\n\r\n")


def test_spamc_processes_the_mail_with_our_fields_and_without_forged_ones():
    odd = MAIL.replace(b"hello", b"odd")
    body = heard(spamc("PROCESS", odd)).partition(b"\r\n\r\n")[2]
    assert body.startswith(b"X-Pforte-Policy: id=mail.bad-word\r\nX-Spam-Status: No, score=6.0")
    assert b"forged" not in body
    assert body.endswith(b"\r\nSubject: odd\r\n\r\nbody\r\n")
    head = heard(spamc("HEADERS", odd)).partition(b"\r\n\r\n")[2]
    assert head.endswith(b"Subject: odd\r\n\r\n")


def test_spamc_without_a_length_ends_with_the_connection_and_zlib_is_unpacked():
    examine = Examiner()
    heard(b"CHECK SPAMC/1.5\r\n\r\n" + MAIL, examine=examine)
    heard(spamc("CHECK", zlib.compress(MAIL), ("Compress", "zlib"), ("User", "me")), examine=examine)
    assert [raw for _, _, raw in examine.asked] == [MAIL, MAIL]
    assert not examine.asked[0][0].client_known


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (b"PING SPAMC/1.5\r\n\r\n", b"SPAMD/1.5 0 PONG"),
        (b"TELL SPAMC/1.5\r\n\r\n", b"SPAMD/1.1 69 EX_UNAVAILABLE"),
        (
            b"CHECK SPAMC/1.5\r\nContent-length: many\r\n\r\n",
            b"SPAMD/1.1 76 EX_PROTOCOL: Content-length is no number",
        ),
        (b"CHECK SPAMC/1.5\r\nContent-length: 10\r\n\r\nabc", b"SPAMD/1.1 76 EX_PROTOCOL: 3 octets came, 10"),
        (b"CHECK SPAMC/1.5\r\nnothing\r\n\r\n", b"SPAMD/1.1 76 EX_PROTOCOL"),
        (b"CHECK SPAMC/1.5\r\nUser: x", b"SPAMD/1.1 76 EX_PROTOCOL: the head has no end"),
        (spamc("CHECK", b"x", ("Compress", "zlib")), b"SPAMD/1.1 76 EX_PROTOCOL: broken zlib"),
        (
            spamc("CHECK", zlib.compress(b"x" * 2_000_000), ("Compress", "zlib")),
            b"SPAMD/1.1 76 EX_PROTOCOL: a mail of",
        ),
    ],
)
def test_spamc_hears_what_is_wrong(said, answer):
    assert heard(said).startswith(answer)


def test_exim_hears_the_dialect_before_http():
    told = heard(spamc("CHECK", b"bad", ("IP", "192.0.2.1"), ("From", "a@b"), version="RSPAMC/1.3"))
    head, _, body = told.partition(b"\r\n\r\n")
    assert head.splitlines() == [b"RSPAMD/1.3 0 EX_OK", f"Content-Length: {len(body)}".encode()]
    assert body.splitlines() == [
        b"Metric: default; True; 15.00 / 15.00 / 0.0",
        b"Action: 5.7.1 mail.bad-word: bad word bad https://example.org/r/PF-1",
        b"Symbol: MAIL_BAD_WORD(0.00)",
    ]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_nothing_that_a_client_says_breaks_the_gate(said):
    async def run():
        async with answering() as (say, _):
            with suppress(ConnectionError):
                await say(said)
            return await say(b"GET /ping HTTP/1.1\r\nConnection: close\r\n\r\n")

    assert asyncio.run(run()).endswith(b"pong\r\n")
