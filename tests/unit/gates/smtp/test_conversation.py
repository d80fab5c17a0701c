"""Whole sessions over a real connection: word for word."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from smtp_house import ENVELOPE, MAIL, Setup, connected, hold, listening

from pforte.gates.smtp import conversation
from pforte.gates.smtp.text import Room
from pforte.mail.facts import Shut
from pforte.mail.reception import Answer
from pforte.mail.session import Oddity


def deliver(setup, text):
    """Send one mail's text behind DATA; return the last reply and whether the session ended."""

    async def talk(client):
        await client.say(*ENVELOPE, b"DATA\r\n")
        heard = await client.say(text)
        client.writer.write(b"NOOP\r\n")
        return heard, await client.hear()

    return hold(setup, talk)


@pytest.mark.standard("9422:4")
def test_a_mail_from_greeting_to_end():
    setup = Setup()

    async def talk(client):
        heard = [await client.say(each) for each in (*ENVELOPE, b"DATA\r\n", MAIL + b".\r\n", b"QUIT\r\n")]
        return heard, await client.rest()

    heard, rest = hold(setup, talk)
    assert heard[0] == (
        b"250-mx.ours.example greets [127.0.0.1]\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
        b"250-ENHANCEDSTATUSCODES\r\n250-CHUNKING\r\n250-HELP\r\n250-SIZE 100000\r\n"
        b"250-LIMITS MAILMAX=100 RCPTMAX=1000\r\n250 STARTTLS\r\n"
    )
    assert [each[:9] for each in heard[1:]] == [
        b"250 2.1.0",
        b"250 2.1.5",
        b"354 end t",
        b"250 2.0.0",
        b"221 2.0.0",
    ]
    assert rest == b""
    ((letter, raw),) = setup.carrier.letters
    assert letter.recipients == ("u@ours.example",)
    head, _, message = raw.partition(b"From: a@a.example")
    assert head.startswith(b"X-Seen: yes\r\nReceived: from client.example ([127.0.0.1]) by mx.ours.example")
    assert b"with ESMTP id " in head
    assert b"for <u@ours.example>" in head
    assert b"From: a@a.example" + message == MAIL
    assert setup.ledger.left == 1
    assert setup.house.room.free == 1_000_000


SMUGGLING = {
    "LF . LF": b"\n.\n",
    "LF . CR": b"\n.\r",
    "CR . LF": b"\r.\n",
    "CR . CR": b"\r.\r",
    "LF . CRLF": b"\n.\r\n",
    "CR . CRLF": b"\r.\r\n",
    "CRLF . CR CRLF": b"\r\n.\r\r\n",
    "CR CRLF . CR CRLF": b"\r\r\n.\r\r\n",
    "CRLF NUL . CRLF": b"\r\n\x00.\r\n",
}


@pytest.mark.standard("5321:4.1.1.4")
@pytest.mark.parametrize("end", SMUGGLING.values(), ids=SMUGGLING)
@pytest.mark.parametrize("bdat", [False, True], ids=["DATA", "BDAT"])
def test_smuggling_is_refused(end, bdat):
    """Each of the nine false ends of data (SEC Consult, 2023) ends the session, and no mail comes of it."""
    setup = Setup()
    smuggled = (
        MAIL + b"x" + end + b"MAIL FROM:<evil@a.example>\r\nRCPT TO:<u@ours.example>\r\nDATA\r\nbad\r\n.\r\n"
    )

    async def talk(client):
        await client.say(*ENVELOPE)
        if bdat:
            client.writer.write(b"BDAT %d LAST\r\n" % len(smuggled) + smuggled)
        else:
            await client.say(b"DATA\r\n")
            client.writer.write(smuggled)
        return await client.rest()

    said = hold(setup, talk).decode()
    check = "mail.nul" if b"\0" in end else "mail.line-ends"
    assert said.startswith(f"550-5.5.2 {check}: ")
    assert said.endswith("\r\n550 5.5.2 https://example.org/r/PF-1\r\n")
    assert said.count("\r\n") == 2
    assert setup.checks == [check]
    assert setup.carrier.letters == []


@pytest.mark.parametrize("end", SMUGGLING.values(), ids=SMUGGLING)
def test_what_is_only_watched_cannot_smuggle(end):
    """While the policy only watches, mail passes; but no server behind may find another end in it than we did."""
    setup = Setup(watching=True)
    heard, after = deliver(setup, b"one" + end + b"MAIL FROM:<x@a.example>\r\n.\r\n")
    assert heard.startswith(b"250 2.0.0 taken")
    assert after == b"250 2.0.0 ok\r\n"
    ((_, raw),) = setup.carrier.letters
    body = raw.partition(b"one")[2]
    assert body.count(b"\r") == body.count(b"\n") == body.count(b"\r\n")
    assert b"\0" not in body
    assert len(setup.checks) == 1


@pytest.mark.parametrize(
    ("said", "check", "reply"),
    [
        (b"EHLO x\n", "mail.line-ends", b"550-5.5.2"),
        (b"EHLO x\rNOOP\r\n", "mail.line-ends", b"550-5.5.2"),
        (b"EHLO \0\r\n", "mail.nul", b"550-5.5.2"),
        (b"\x16\x03\x01\x00\xa5", "mail.nul", b"550-5.5.2"),
        (b"EHLO " + b"x" * 600, "mail.command-length", b"500-5.5.2"),
        (b"EHLO client.example\r\nMAIL FROM:<a@a.example>\r\n", "mail.early-talk", b"554-5.5.1"),
        (b"NOOP\r\nNOOP\r\n", "mail.early-talk", b"554-5.5.1"),
        (b"HELO client.example\r\nMAIL FROM:<>\r\n", "mail.early-talk", b"554-5.5.1"),
    ],
)
def test_what_no_standard_allows_ends_the_session(said, check, reply):
    setup = Setup()

    async def talk(client):
        client.writer.write(said)
        return await client.rest()

    assert hold(setup, talk).startswith(reply)
    assert setup.checks == [check]
    assert setup.ledger.left == 1


@pytest.mark.standard("2920:3.1")
@pytest.mark.parametrize(
    "group",
    [
        b"DATA\r\nSubject: x\r\n\r\nbody\r\n.\r\n",
        b"NOOP\r\nDATA\r\n",
        b"VRFY x\r\nNOOP\r\n",
        b"STARTTLS\r\nNOOP\r\n",
    ],
)
def test_commands_that_end_a_group_end_it(group):
    setup = Setup()

    async def talk(client):
        await client.say(*ENVELOPE[:1] if group.startswith(b"STARTTLS") else ENVELOPE)
        client.writer.write(group)
        return await client.rest()

    assert hold(setup, talk).startswith(b"554-5.5.1 mail.early-talk: ")
    assert setup.carrier.letters == []


@pytest.mark.standard("2920:3.1")
def test_what_may_stand_together_is_answered_together():
    """The next envelope may stand behind the end of a text, too."""
    setup = Setup()

    async def talk(client):
        await client.say(ENVELOPE[0])
        client.writer.write(b"".join(ENVELOPE[1:]) + b"DATA\r\n")
        heard = [await client.hear() for _ in range(3)]
        client.writer.write(MAIL + b".\r\n" + b"".join(ENVELOPE[1:]) + b"DATA\r\n")
        heard += [await client.hear() for _ in range(4)]
        heard.append(await client.say(MAIL + b".\r\n"))
        return heard

    codes = [each[:3] for each in hold(setup, talk)]
    assert codes == [b"250", b"250", b"354", b"250", b"250", b"250", b"354", b"250"]
    assert len(setup.carrier.letters) == 2


@pytest.mark.parametrize("early", [b"E", b"EHLO client.example\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"])
def test_who_speaks_before_it_is_greeted_is_refused(early):
    setup = Setup(delay=timedelta(seconds=5))

    async def talk(client):
        client.writer.write(early)
        return await client.rest()

    assert hold(setup, talk, greeted=False).startswith(
        b"554-5.5.1 mail.early-talk: you talked before it was your turn"
    )
    assert setup.ledger.filed[0][0].session.oddities[0].observed == early[:80]


def test_an_early_talker_is_heard_while_the_policy_only_watches():
    setup = Setup(watching=True, delay=timedelta(seconds=5))

    async def talk(client):
        client.writer.write(b"EHLO client.example\r\n")
        return [await client.hear(), await client.hear()]

    greeting, heard = hold(setup, talk, greeted=False)
    assert greeting == b"220 mx.ours.example ESMTP\r\n"
    assert heard.startswith(b"250-mx.ours.example")


def test_who_waits_is_greeted_after_the_delay():
    setup = Setup(delay=timedelta(milliseconds=30))

    async def talk(client):
        return await client.say(b"QUIT\r\n")

    assert hold(setup, talk).startswith(b"221")


# TLS.


@pytest.mark.standard("3207:4.2")
def test_tls_begins_anew():
    setup = Setup(tls=True)

    async def talk(client):
        heard = [await client.say(*ENVELOPE[:2])]
        await client.secure()
        heard.append(await client.say(ENVELOPE[1]))
        heard.append(await client.say(*ENVELOPE[:1]))
        heard.append(await client.say(b"STARTTLS\r\n"))
        heard.append(await client.say(*ENVELOPE[1:], b"DATA\r\n", MAIL + b".\r\n"))
        return heard

    plain, unknown, greeted, again, taken = hold(setup, talk)
    assert plain.startswith(b"530-5.7.0 mail.tls: Must issue a STARTTLS command first\r\n")
    assert unknown == b"503 5.5.1 say EHLO first\r\n"
    assert b"STARTTLS" not in greeted
    assert again.startswith(b"503 5.5.1")
    assert taken.startswith(b"250 2.0.0")
    ((letter, raw),) = setup.carrier.letters
    assert letter.client.tls.version == "TLSv1.3"
    assert b"with ESMTPS" in raw
    assert b"(TLSv1.3 TLS_" in raw


@pytest.mark.standard("3207:4.2")
@pytest.mark.parametrize("watching", [False, True])
def test_nothing_said_in_the_clear_is_heard_behind_tls(watching):
    """CVE-2011-0411: commands sent together with STARTTLS must not be taken for encrypted ones."""
    setup = Setup(watching=watching)

    async def talk(client):
        await client.say(ENVELOPE[0])
        client.writer.write(b"STARTTLS\r\nMAIL FROM:<injected@a.example>\r\n")
        said = await client.hear()
        if not watching:
            return said + await client.rest()
        await client.handshake()
        return said + await client.say(b"EHLO client.example\r\n")

    said = hold(setup, talk)
    oddities = [moved.oddity for moved in setup.receptions[0].facts.session.oddities]
    assert oddities == [Oddity.PIPELINING]
    if watching:
        assert said.startswith(b"220 2.0.0 ready for TLS\r\n250-mx.ours.example greets")
        assert setup.receptions[0].facts.envelope.sender is None
    else:
        assert said.startswith(b"554-5.5.1")


# Text.


@pytest.mark.standard("5321:4.5.2")
def test_points_are_taken_off():
    setup = Setup()
    heard, _ = deliver(setup, b"Subject: x\r\n\r\n..\r\n...\r\n.x\r\n.\r\n")
    assert heard.startswith(b"250")
    assert setup.carrier.letters[0][1].endswith(b"\r\n\r\n.\r\n..\r\nx\r\n")


def test_an_empty_text_is_one():
    setup = Setup()
    assert deliver(setup, b".\r\n")[0].startswith(b"250")
    assert setup.carrier.letters[0][1].endswith(b"\r\n")


@pytest.mark.standard("3030:2")
def test_chunks_are_one_mail():
    setup = Setup()
    half = len(MAIL) // 2

    async def talk(client):
        await client.say(*ENVELOPE)
        heard = [await client.say(b"BDAT %d\r\n" % half + MAIL[:half])]
        heard.append(await client.say(b"RCPT TO:<v@ours.example>\r\n"))
        heard.append(await client.say(b"DATA\r\n"))
        heard.append(await client.say(b"BDAT %d\r\n" % (len(MAIL) - half) + MAIL[half:]))
        heard.append(await client.say(b"BDAT 0 LAST\r\n"))
        heard.append(await client.say(b"BDAT 6 LAST\r\nNOOP\r\n"))
        heard.append(await client.say(b"NOOP\r\n"))
        return heard

    heard = hold(setup, talk)
    assert heard[0] == b"250 2.0.0 %d octets\r\n" % half
    assert [each[:3] for each in heard[1:]] == [b"503", b"503", b"250", b"250", b"503", b"250"]
    assert setup.carrier.letters[0][1].endswith(MAIL)


def test_a_chunk_without_a_size_ends_the_session():
    """Nobody knows where the next command would begin."""

    async def talk(client):
        await client.say(*ENVELOPE)
        client.writer.write(b"BDAT x LAST\r\n")
        return await client.rest()

    assert hold(Setup(), talk) == b"501 5.5.4 BDAT needs a number of octets, and LAST or nothing\r\n"


@pytest.mark.standard("1870:6.1")
def test_a_mail_too_large_is_refused_when_it_is_announced():
    async def talk(client):
        await client.say(ENVELOPE[0])
        return await client.say(b"MAIL FROM:<a@a.example> SIZE=100001\r\n")

    assert hold(Setup(), talk) == b"552 5.3.4 mails have 100000 octets at most here\r\n"


@pytest.mark.parametrize("bdat", [False, True], ids=["DATA", "BDAT"])
def test_a_mail_too_large_is_read_to_its_end_and_refused(bdat):
    setup = Setup()
    text = b"x" * 70 + b"\r\n"
    text *= 2_000

    async def talk(client):
        await client.say(*ENVELOPE)
        if bdat:
            heard = await client.say(b"BDAT %d LAST\r\n" % len(text) + text)
        else:
            await client.say(b"DATA\r\n")
            heard = await client.say(text + b".\r\n")
        return heard, await client.say(*ENVELOPE)

    heard, after = hold(setup, talk)
    assert heard == b"552 5.3.4 the mail is too large\r\n"
    assert after.startswith(b"250")
    assert setup.carrier.letters == []
    assert setup.house.room.free == 1_000_000


def test_a_text_without_end_is_cut_off():
    async def talk(client):
        await client.say(*ENVELOPE, b"DATA\r\n")
        client.writer.write(b"x" * 400_000)
        return await client.rest()

    assert hold(Setup(), talk).startswith(b"552 5.3.4")


def test_mails_that_find_no_room_are_put_off():
    setup = Setup(room=Room(1_000))
    heard, _ = deliver(setup, b"x" * 80 + b"\r\n" + (b"y" * 80 + b"\r\n") * 20 + b".\r\n")
    assert heard == b"452 4.3.1 too many mails at once; try again later\r\n"
    assert setup.house.room.free == 1_000


# Recipients.


@pytest.mark.standard("5321:3.6")
@pytest.mark.parametrize(
    "recipient",
    [
        "u@other.example",
        "u%other.example@ours.example",
        "other.example!u@ours.example",
        '"u@other.example"@ours.example',
        '"@other.example:u"@ours.example',
        "@ours.example:u@other.example",
        "@ours.example,@other.example:u@other.example",
        "u@[127.0.0.1]",
        "u@sub.ours.example",
        "u@ours.example.other.example",
    ],
)
def test_no_mail_is_taken_for_others(recipient):
    setup = Setup()

    async def talk(client):
        await client.say(*ENVELOPE[:2])
        return await client.say(f"RCPT TO:<{recipient}>\r\n".encode()), await client.say(b"DATA\r\n")

    refused, data = hold(setup, talk)
    assert refused == b"550 5.7.1 no mail is taken for this address: it is no relay\r\n"
    assert data.startswith(b"503")
    assert len(setup.ledger.failed) == 1


@pytest.mark.parametrize(
    "path",
    ["<u@OURS.example>", "<@other.example:u@ours.example>", "<Postmaster>", '<"u v"@ours.example>'],
)
def test_mail_for_us_is_taken(path):
    async def talk(client):
        return await client.say(*ENVELOPE[:2], f"RCPT TO:{path}\r\n".encode())

    assert hold(Setup(), talk).startswith(b"250 2.1.5")


@pytest.mark.standard("6531:3.4")
def test_international_mail():
    setup = Setup()

    async def talk(client):
        await client.say(ENVELOPE[0])
        plain = await client.say(b"MAIL FROM:<a@a.example>\r\n", "RCPT TO:<ü@ours.example>\r\n".encode())
        await client.say(b"RSET\r\n", "MAIL FROM:<ä@a.example> SMTPUTF8\r\n".encode())
        return plain, await client.say(
            "RCPT TO:<ü@bücher.example>\r\n".encode(), b"DATA\r\n", MAIL + b".\r\n"
        )

    plain, taken = hold(setup, talk)
    assert plain == b"553 5.6.7 the recipient's address is not ASCII\r\n"
    assert taken.startswith(b"250")
    assert b"with UTF8SMTP id " in setup.carrier.letters[0][1]


def test_the_next_hop_says_who_is_there():
    setup = Setup()

    async def talk(client):
        await client.say(*ENVELOPE[:2])
        heard = await client.say(b"RCPT TO:<nobody@ours.example>\r\n")
        await client.say(b"RCPT TO:<u@ours.example>\r\n", b"DATA\r\n", MAIL + b".\r\n")
        return heard

    assert hold(setup, talk) == b"550 5.1.1 nobody here\r\n"
    assert setup.ledger.failed == [("nobody@ours.example",)]
    assert setup.carrier.letters[0][0].recipients == ("u@ours.example",)


def test_what_the_next_hop_does_not_take_is_not_acknowledged():
    setup = Setup()
    setup.carrier.refusal = Answer(451, "4.4.1", ("away",))
    heard, after = deliver(setup, MAIL + b".\r\n")
    assert heard == b"451 4.4.1 away\r\n"
    assert after.startswith(b"250")


# Refusals of the policy, and trouble in judging.


def test_a_refusal_of_the_policy_is_word_for_word_and_a_new_greeting_begins_anew():
    setup = Setup()

    async def talk(client):
        refused = await client.say(b"EHLO ours.example\r\n", *ENVELOPE[1:])
        return refused, await client.say(*ENVELOPE)

    refused, after = hold(setup, talk)
    assert refused == (
        b"501-5.5.4 mail.helo: the greeting ours.example is our own name\r\n501 5.5.4 https://example.org/r/PF-1\r\n"
    )
    assert after.startswith(b"250")


def test_a_client_that_is_shut_out_hears_so_instead_of_a_greeting():
    setup = Setup()

    async def of_client(facts):
        shut = Shut(reference="PF-2", ends=datetime(2026, 3, 1, tzinfo=UTC))
        return replace(facts, shut=shut)

    setup.inquirer.of_client = of_client

    async def talk(client):
        return await client.rest()

    heard = hold(setup, talk, greeted=False)
    assert heard.startswith(
        b"554-5.7.1 mail.banned: 127.0.0.1 is shut out until 2026-03-01T00:00:00Z\r\n554 5.7.1 "
    )


class _Broken:
    async def of_client(self, facts):
        return facts

    of_sender = of_recipient = of_client

    async def of_message(self, facts):
        raise RuntimeError("a bug")

    def headers(self, facts, verdict):
        raise AssertionError


@pytest.mark.parametrize(
    ("opens", "reply"), [(True, b"250 2.0.0 taken"), (False, b"451 4.3.0 this cannot be judged")]
)
def test_what_cannot_be_judged_goes_by_the_setting(opens, reply):
    setup = Setup(opens=opens)
    setup.inquirer = _Broken()
    heard, after = deliver(setup, MAIL + b".\r\n")
    assert heard.startswith(reply)
    assert after.startswith(b"250")


# Limits.


def test_too_many_errors_end_the_session():
    async def talk(client):
        for _ in range(conversation.MOST_ERRORS):
            assert (await client.say(b"BLAH\r\n")).startswith(b"500 5.5.1")
        client.writer.write(b"BLAH\r\n")
        return await client.rest()

    assert hold(Setup(), talk) == b"421 4.7.0 too many errors\r\n"


@pytest.mark.parametrize("command", [b"NOOP\r\n", b"RSET\r\n", b"HELP\r\n", b"VRFY u\r\n"])
def test_idle_talk_ends_the_session(command, monkeypatch):
    monkeypatch.setattr(conversation, "MOST_IDLE", 3)

    async def talk(client):
        heard = [await client.say(command) for _ in range(3)]
        client.writer.write(command)
        return heard, await client.rest()

    heard, rest = hold(Setup(), talk)
    assert all(each.startswith(b"2") for each in heard)
    assert rest.startswith(b"421 4.7.0")


def test_who_is_silent_is_sent_away(monkeypatch):
    monkeypatch.setattr(conversation, "COMMAND_SECONDS", 0.05)

    async def talk(client):
        return await client.rest()

    assert hold(Setup(), talk) == b"421 4.4.2 nothing came for too long\r\n"


@pytest.mark.standard("5321:4.5.3.2.7")
@pytest.mark.parametrize("begin", [(), (*ENVELOPE, b"DATA\r\n")], ids=["command", "text"])
def test_octets_one_by_one_do_not_prolong_anything(begin, monkeypatch):
    monkeypatch.setattr(conversation, "COMMAND_SECONDS", 0.2)

    async def talk(client):
        await client.say(*begin)
        heard = asyncio.create_task(client.rest())
        while not heard.done():
            client.writer.write(b"N")
            await asyncio.sleep(0.01)
        return await heard

    assert hold(Setup(), talk).startswith(b"421 4.4.2")


@pytest.mark.parametrize("command", [b"GET / HTTP/1.1\r\n", b"POST /x HTTP/1.1\r\n"])
def test_other_protocols_are_sent_away_at_once(command):
    async def talk(client):
        client.writer.write(command)
        return await client.rest()

    assert hold(Setup(), talk) == b"554 5.5.1 this is an SMTP server\r\n"


def test_who_leaves_in_the_middle_leaves_nothing():
    setup = Setup()

    async def run():
        async with listening(setup) as gate:
            async with connected(gate) as client:
                await client.say(*ENVELOPE, b"DATA\r\n")
                client.writer.write(b"half")
                await client.writer.drain()
            await asyncio.wait(set(gate._open), timeout=20)

    asyncio.run(run())
    assert setup.ledger.left == 1
    assert setup.carrier.letters == []
    assert setup.house.room.free == 1_000_000
