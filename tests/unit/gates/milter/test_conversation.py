"""A mail server's commands drive a reception, and its answers arrive as the server understands them."""

import asyncio
from dataclasses import replace

import pytest
from milter_house import ALL_ACTS, ALL_STEPS, PASSES, REFUSAL, Reception, Server, play, refused, unpacked

from pforte.gates.milter import conversation as module
from pforte.gates.milter.wire import Command, WireError
from pforte.mail.reception import Answer
from pforte.mail.session import Tls

WORDS = b"550-5.7.1 mail.x: 100%% wrong\r\n550 5.7.1 https://example.org/r/PF-1\0"
TROUBLE = b"451 4.3.0 the mail could not be judged, try again later\0"
LATE = b"451 4.3.0 the mail could not be judged in time, try again later\0"
GO_ON, REPLY, ACCEPT = (b"c", b""), b"y", (b"a", b"")


def test_a_mail_that_passes():
    async def act(server):
        assert await server.begin() == []
        await server.macros(Command.RECIPIENT, rcpt_mailer="smtp")
        assert await server.envelope() == [GO_ON, GO_ON]
        await server.macros(Command.END_OF_MESSAGE, i="4Q")
        return await server.content(((b"Subject", b" a\n b"), (b"X", b"")), b"text\r\n")

    answers, reception = play(act)
    assert answers == [GO_ON]
    assert reception.heard == [
        ("receive", "192.0.2.1"),
        ("connected",),
        ("greeted", "mail.example.net"),
        ("sender", "a@example.net", ()),
        ("recipient", "b@example.org"),
        ("message", b"Subject: a\r\n b\r\nX:\r\n\r\ntext\r\n", "4Q"),
        ("closed",),
    ]


def test_parameters_of_mail_are_told():
    async def act(server):
        await server.begin()
        await server.say(Command.MAIL, b"<>\0SIZE=7\0SMTPUTF8\0")

    _, reception = play(act)
    assert ("sender", "", ("SIZE=7", "SMTPUTF8")) in reception.heard


@pytest.mark.parametrize("stage", ["sender", "recipient", "message"])
def test_a_refusal_is_told_where_it_is_found(stage):
    async def act(server):
        await server.begin()
        return await server.envelope() + await server.content()

    answers, _ = play(act, Reception(**{stage: refused() if stage == "message" else REFUSAL}))
    place = {"sender": 0, "recipient": 1, "message": 2}[stage]
    assert answers[place] == (REPLY, WORDS)
    assert answers.count(GO_ON) == 2


@pytest.mark.parametrize("stage", ["connected", "greeted"])
def test_a_refusal_of_the_client_is_told_at_mail(stage):
    async def act(server):
        assert await server.begin() == []
        first = await server.say(Command.MAIL, b"<a@example.net>\0")
        return first + await server.say(Command.MAIL, b"<a@example.net>\0")

    answers, reception = play(act, Reception(**{stage: REFUSAL}))
    assert answers == [(REPLY, WORDS)] * 2
    assert "sender" not in reception.names()


@pytest.mark.parametrize("stage", ["connected", "greeted"])
def test_who_has_logged_in_is_one_of_ours_wherever_he_is(stage):
    async def act(server):
        await server.begin()
        first = await server.say(Command.MAIL, b"<a@example.net>\0")
        await server.macros(Command.MAIL, auth_authen="u")
        return first + await server.say(Command.MAIL, b"<a@example.net>\0")

    answers, reception = play(act, Reception(**{stage: REFUSAL}))
    assert answers == [(REPLY, WORDS), GO_ON]
    assert "sender" in reception.names()


def test_a_better_greeting_helps():
    reception = Reception(greeted=REFUSAL)

    async def act(server):
        await server.begin()
        reception.answers.clear()
        await server.say(Command.HELO, b"better.example.net\0")
        return await server.say(Command.MAIL, b"<a@example.net>\0")

    assert play(act, reception)[0] == [GO_ON]


def test_who_is_shut_out_is_not_asked_for_a_greeting():
    async def act(server):
        await server.begin()
        await server.envelope()

    _, reception = play(act, Reception(connected=REFUSAL))
    assert "greeted" not in reception.names()


def test_client_and_greeting_are_judged_once():
    async def act(server):
        await server.begin()
        await server.envelope()
        await server.say(Command.ABORT)
        await server.envelope()

    names = play(act)[1].names()
    assert (names.count("connected"), names.count("greeted"), names.count("sender")) == (1, 1, 2)


def test_encryption_is_told_before_the_greeting_that_follows_it():
    """What was said before it counts no more (RFC 3207 s4.2)."""

    async def act(server):
        await server.begin()
        await server.macros(
            Command.HELO, tls_version="TLSv1.3", cipher="TLS_AES_128_GCM_SHA256", cipher_bits="128"
        )
        await server.say(Command.HELO, b"again.example.net\0")
        await server.macros(
            Command.MAIL,
            tls_version="TLSv1.3",
            cipher="TLS_AES_128_GCM_SHA256",
            cipher_bits="128",
            auth_authen="u",
        )
        await server.envelope()

    _, reception = play(act)
    assert reception.heard[1:5] == [
        ("authenticated", "u"),
        ("connected",),
        ("secured", Tls("TLSv1.3", "TLS_AES_128_GCM_SHA256", 128)),
        ("greeted", "again.example.net"),
    ]


def test_encryption_that_shows_at_mail_only_keeps_the_greeting():
    async def act(server):
        await server.begin()
        await server.envelope()
        await server.macros(Command.MAIL, tls_version="TLSv1.2")
        await server.envelope()

    _, reception = play(act)
    assert reception.heard[5:8] == [
        ("secured", Tls("TLSv1.2")),
        ("greeted", "mail.example.net"),
        ("sender", "a@example.net", ()),
    ]


@pytest.mark.parametrize(("acts", "known"), [(ALL_ACTS, True), (ALL_ACTS & ~0x100, False)])
def test_encryption_is_known_only_where_the_macros_could_be_asked_for(acts, known):
    async def act(server):
        await server.negotiate(acts=acts)
        await server.connect()

    assert play(act)[1].session.tls_known is known


def test_a_recipient_that_the_server_refused_counts_and_is_not_judged():
    async def act(server):
        await server.begin()
        await server.say(Command.MAIL, b"<a@example.net>\0")
        await server.macros(Command.RECIPIENT, rcpt_mailer="error", rcpt_host="5.1.1")
        return await server.say(Command.RECIPIENT, b"<nobody@example.org>\0")

    answers, reception = play(act)
    assert answers == [GO_ON]
    assert "failed" in reception.names()
    assert "recipient" not in reception.names()


def test_macros_hold_for_one_command():
    """A server that says nothing of the next recipient does not say that it has refused it as well."""

    async def act(server):
        await server.begin()
        await server.say(Command.MAIL, b"<a@example.net>\0")
        await server.macros(Command.RECIPIENT, rcpt_mailer="error")
        await server.say(Command.RECIPIENT, b"<nobody@example.org>\0")
        await server.say(Command.RECIPIENT, b"<b@example.org>\0")

    _, reception = play(act)
    assert reception.names()[-3:] == ["failed", "recipient", "closed"]


ADDED = (("X-First", "one;\r\n two"), ("X-Second", "b"))
RAW = ((b"x-a", b" 1"), (b"X-B", b" 2"), (b"X-A ", b" 3"), (b"X-A", b" 4"))


def test_fields_are_added_first_last_and_removed_last_first():
    """Each is put on top of all, and a place counts among those that are still there."""

    async def act(server):
        await server.begin()
        await server.envelope()
        return await server.content(RAW)

    answers, _ = play(act, Reception(message=replace(PASSES, added=ADDED, removed=(0, 1, 3))))
    assert answers == [
        (b"m", b"\0\0\0\x03X-A\0\0"),
        (b"m", b"\0\0\0\x01X-B\0\0"),
        (b"m", b"\0\0\0\x01x-a\0\0"),
        (b"i", b"\0\0\0\0X-Second\0 b\0"),
        (b"i", b"\0\0\0\0X-First\0 one;\n two\0"),
        GO_ON,
    ]


@pytest.mark.parametrize(("acts", "kinds"), [(0x1, [b"i", b"i", b"c"]), (0x10, [b"m", b"c"]), (0, [b"c"])])
def test_only_what_the_server_allows_is_changed(acts, kinds):
    async def act(server):
        await server.negotiate(acts=acts)
        await server.connect()
        await server.envelope()
        return await server.content(RAW)

    answers, _ = play(act, Reception(message=replace(PASSES, added=ADDED, removed=(1,))))
    assert [kind for kind, _ in answers] == kinds


def test_without_leading_space_the_server_puts_it_in_itself():
    async def act(server):
        await server.negotiate(steps=ALL_STEPS & ~0x100000)
        await server.connect()
        await server.envelope()
        return await server.content(((b"Subject", b"x"),))

    answers, reception = play(act, Reception(message=replace(PASSES, added=(("X-A", "b"),))))
    assert answers[0] == (b"i", b"\0\0\0\0X-A\0b\0")
    assert reception.heard[-2] == ("message", b"Subject: x\r\n\r\ntext\r\n", "")


def test_an_old_server_hears_an_answer_to_everything():
    async def act(server):
        await server.negotiate(acts=0, steps=0, version=2)
        answers = await server.connect() + await server.say(Command.HELO, b"h\0") + await server.envelope()
        for command, data in (
            (Command.DATA, b""),
            (Command.UNKNOWN, b"NOOP\0"),
            (Command.HEADER, b"A\0b\0"),
            (Command.END_OF_HEADER, b""),
            (Command.BODY, b"x"),
            (Command.END_OF_MESSAGE, b"y"),
        ):
            answers += await server.say(command, data)
        return answers

    answers, reception = play(act)
    assert answers == [GO_ON] * 10
    assert reception.heard[-2] == ("message", b"A: b\r\n\r\nxy", "")


def test_what_is_too_large_is_refused_and_the_next_mail_passes():
    async def act(server):
        await server.begin()
        await server.envelope()
        large = await server.content(body=bytes(101))
        await server.envelope()
        return large + await server.content()

    answers, reception = play(act, most=100)
    assert answers == [(REPLY, b"552 5.3.4 the mail is larger than 100 octets\0"), GO_ON]
    assert reception.names().count("message") == 1
    assert "reset" in reception.names()


def test_no_more_of_it_is_wanted_where_the_server_waits_for_an_answer():
    async def act(server):
        await server.negotiate(steps=ALL_STEPS & ~0x80000)
        await server.connect()
        await server.envelope()
        first = await server.say(Command.BODY, bytes(50))
        return first + await server.say(Command.BODY, bytes(101))

    assert play(act, most=100)[0] == [GO_ON, (b"s", b"")]


def test_mail_that_finds_no_memory_is_put_off():
    async def act(server):
        await server.begin()
        await server.envelope()
        return await server.content(body=bytes(60))

    answers, reception = play(act, room=50)
    assert answers == [(REPLY, b"451 4.3.1 too many large mails at once, try again later\0")]
    assert "message" not in reception.names()


def test_a_mail_given_up_leaves_nothing_behind():
    async def act(server):
        await server.begin()
        await server.envelope()
        await server.say(Command.HEADER, b"Old\0 x\0")
        assert server.space.free < 1_000_000
        assert await server.say(Command.ABORT) == []
        assert server.space.free == 1_000_000
        await server.envelope()
        return await server.content()

    _, reception = play(act)
    assert ("message", b"Subject: hello\r\n\r\ntext\r\n", "") in reception.heard
    assert reception.names().count("reset") == 1


def test_a_new_mail_without_an_abort_begins_anew():
    async def act(server):
        await server.begin()
        await server.say(Command.HEADER, b"Old\0 x\0")
        await server.envelope()
        await server.content()

    _, reception = play(act)
    assert ("message", b"Subject: hello\r\n\r\ntext\r\n", "") in reception.heard


def test_another_client_on_the_same_connection():
    """Sendmail keeps the connection (SMFIC_QUIT_NC)."""

    async def act(server):
        await server.begin()
        await server.macros(Command.CONNECT, client_resolve="TEMP")
        assert await server.say(Command.QUIT_NEW_CONNECTION) == []
        assert await server.connect("198.51.100.2") == []
        assert not server.conversation.is_over
        return await server.envelope()

    answers, reception = play(act)
    assert answers == [GO_ON, GO_ON]
    assert reception.names().count("receive") == reception.names().count("closed") == 2
    assert reception.session.names == ("mail.example.net",)


def test_quitting_ends_it():
    async def act(server):
        await server.begin()
        assert await server.say(Command.QUIT) == []
        return server.conversation.is_over

    assert play(act)[0] is True


def test_a_client_that_says_nothing_is_not_judged():
    _, reception = play(Server.begin)
    assert reception.names() == ["receive", "closed"]


FAILURES = ["connected", "greeted", "sender", "recipient", "message"]


@pytest.mark.parametrize("stage", FAILURES)
@pytest.mark.parametrize("opens", [True, False])
def test_a_judging_that_fails_is_never_a_verdict(stage, opens):
    """It is our fault: the mail passes or is put off, as the operator says, and the log tells."""

    async def act(server):
        await server.begin()
        first = await server.say(Command.MAIL, b"<a@example.net>\0")
        return first + await server.say(Command.RECIPIENT, b"<b@example.org>\0") + await server.content()

    answers, _ = play(act, Reception(**{stage: ValueError("a fault")}), opens=opens)
    given_up = ACCEPT if opens else (REPLY, TROUBLE)
    place = {"recipient": 1, "message": 2}.get(stage, 0)
    assert answers == [GO_ON] * place + [given_up] * (3 - place)


def test_after_a_failure_the_next_mail_is_judged_again():
    reception = Reception(recipient=ValueError("a fault"))

    async def act(server):
        await server.begin()
        await server.envelope()
        reception.answers.clear()
        await server.say(Command.ABORT)
        return await server.envelope() + await server.content()

    assert play(act, reception, opens=False)[0] == [GO_ON] * 3


@pytest.mark.parametrize("opens", [True, False])
def test_a_judging_that_takes_too_long_puts_the_mail_off(monkeypatch, opens):
    """Whoever can make us wait, by a slow DNS server of his own, must not get in by it."""
    monkeypatch.setattr(module, "JUDGE_SECONDS", 0.01)

    async def forever():
        await asyncio.Event().wait()

    async def act(server):
        await server.begin()
        return await server.envelope() + await server.content()

    assert play(act, Reception(sender=forever), opens=opens)[0] == [(REPLY, LATE)] * 3


@pytest.mark.parametrize(
    ("command", "data", "said"),
    [
        (Command.HELO, b"h\0", "must connect first"),
        (Command.MAIL, b"<a>\0", "must connect first"),
        (Command.RECIPIENT, b"<a>\0", "must connect first"),
        (Command.HEADER, b"A\0b\0", "must connect first"),
        (Command.BODY, b"x", "must connect first"),
        (Command.END_OF_MESSAGE, b"", "must connect first"),
        (ord("X"), b"", "no command b'X'"),
        (Command.CONNECT, b"", "without a client"),
    ],
)
def test_who_does_not_keep_the_order_is_cut_off(command, data, said):
    async def act(server):
        await server.negotiate()
        with pytest.raises(WireError, match=said):
            await server.say(command, data)
        with pytest.raises(WireError, match="must connect first"):
            await server.say(Command.MAIL, b"<a>\0")

    play(act)


def test_nothing_comes_before_the_offer():
    async def act(server):
        with pytest.raises(WireError, match="the first packet must be an offer"):
            await server.connect()

    play(act)


def test_a_reply_to_a_client_that_is_over_its_rate_keeps_its_code():
    """Postfix closes the connection after 421."""

    async def act(server):
        await server.begin()
        return await server.say(Command.MAIL, b"<a@example.net>\0")

    answers, _ = play(act, Reception(connected=Answer(421, "4.7.28", ("too many",), closes=True)))
    assert answers == [(REPLY, b"421 4.7.28 too many\0")]


def test_unpacked_needs_whole_packets():
    with pytest.raises(AssertionError):
        unpacked(b"\0\0")
