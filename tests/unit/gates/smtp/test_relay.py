"""What the next hop answers is what the client hears, and nothing is acknowledged before it."""

import asyncio

import pytest
from next_hop_house import Server
from smtp_house import leave
from test_trace import letter

from pforte.gates.smtp import relay as module
from pforte.gates.smtp.commands import Path
from pforte.gates.smtp.next_hop import Heard, Place
from pforte.gates.smtp.relay import Relay, answer_of, fold, stuff

RAW = b"From: a\r\n\r\n.point\r\n"


def send(server, recipients=("u@ours.example",), encryption="offered", given=None, times=1):
    """Relay a mail; return what each recipient and the mail hear."""

    async def run():
        async with server.listening() as place:
            relay = Relay(place, encryption, "mx.ours.example")
            relay.open()
            carrier, heard = relay.carrier(), []
            for _ in range(times):
                accepted = ()
                for recipient in recipients:
                    answer = await carrier.address(
                        letter(path=given or Path("a@a.example"), recipients=accepted), recipient
                    )
                    heard.append(answer)
                    if answer is None:
                        accepted = (*accepted, recipient)
                if accepted:
                    heard.append(
                        await carrier.deliver(
                            letter(path=given or Path("a@a.example"), recipients=accepted), RAW
                        )
                    )
            carrier.close()
            return heard

    return asyncio.run(run())


def said(answer):
    return answer and (answer.code, answer.enhanced, *answer.texts)


def test_a_mail_goes_through():
    server = Server()
    nothing, answer = send(server)
    assert nothing is None
    assert said(answer) == (250, "2.0.0", "queued as 1")
    assert server.mails == [b"From: a\r\n\r\n..point\r\n.\r\n"]
    assert server.heard[:4] == [
        "EHLO mx.ours.example",
        "MAIL FROM:<a@a.example>",
        "RCPT TO:<u@ours.example>",
        "DATA",
    ]


def test_one_connection_carries_the_mails_of_a_session():
    server = Server()
    send(server, times=3)
    assert (server.connections, len(server.mails)) == (1, 3)


def test_what_the_next_hop_refuses_is_refused_word_for_word():
    server = Server(
        replies={
            "RCPT TO:<nobody": b"550-5.1.1 no such\r\n550 5.1.1 user\r\n",
            "end": b"554 5.7.1 no spam\r\n",
        }
    )
    nobody, fine, answer = send(server, ("nobody@ours.example", "u@ours.example"))
    assert said(nobody) == (550, "5.1.1", "no such", "user")
    assert fine is None
    assert said(answer) == (554, "5.7.1", "no spam")


def test_a_refused_sender_is_told_to_each_recipient():
    server = Server(replies={"MAIL": [b"550 5.1.8 unknown\r\n", b"450 later\r\n"]})
    assert [said(each) for each in send(server, ("u@ours.example", "v@ours.example"))] == [
        (550, "5.1.8", "unknown"),
        (450, "4.0.0", "later"),
    ]


@pytest.mark.parametrize(
    "replies",
    [
        {"greeting": b"554 5.3.2 no\r\n"},
        {"greeting": b""},
        {"greeting": b"SSH-2.0-x\r\n"},
        {"greeting": b"220-" + b"x" * 10_000},
        {"greeting": b"220-x\r\n" * 300},
        {"EHLO": b"421 4.3.2 busy\r\n"},
        {"MAIL": b""},
        {"RCPT": b"999 x\r\n"},
    ],
)
def test_a_next_hop_in_trouble_puts_mail_off(replies):
    (answer,) = send(Server(replies=replies))
    assert said(answer)[:2] == (451, "4.4.1")


def test_a_next_hop_that_is_away_or_silent_puts_mail_off(monkeypatch):
    monkeypatch.setattr(module, "ADDRESS_SECONDS", 0.05)
    left = asyncio.Event()

    async def run():
        silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
        port = silent.sockets[0].getsockname()[1]
        silently = await ask(Place(False, "127.0.0.1", port))
        silent.close()
        await silent.wait_closed()
        away = [
            await ask(place)
            for place in (Place(False, "127.0.0.1", port), Place(True, socket="/nonexistent"))
        ]
        await left.wait()
        return [silently, *away]

    async def say_nothing(reader, writer):
        await reader.read()
        await leave(writer)
        left.set()

    async def ask(place):
        return await Relay(place, "off", "mx").carrier().address(letter(), "u@ours.example")

    assert [said(each)[:2] for each in asyncio.run(run())] == [(451, "4.4.1")] * 3


def test_a_next_hop_that_left_meanwhile_is_told_again():
    server = Server(replies={"DATA": [b"421 4.4.2 too slow\r\n"]})
    answer = send(server, ("u@ours.example", "v@ours.example"))[-1]
    assert said(answer) == (250, "2.0.0", "queued as 1")
    assert server.connections == 2
    assert len(server.mails) == 1
    server = Server(replies={"DATA": [b""]})
    assert send(server)[-1].code == 250
    assert server.connections == 2


def test_a_recipient_that_is_refused_the_second_time_is_not_lost():
    server = Server(replies={"DATA": [b""], "RCPT TO:<v": [b"250 2.1.5 ok\r\n", b"450 4.2.1 later\r\n"]})
    assert said(send(server, ("u@ours.example", "v@ours.example"))[-1]) == (450, "4.2.1", "later")
    assert server.mails == []


def test_a_next_hop_that_dies_over_the_message_puts_it_off():
    """Nobody knows whether it has it: the client keeps it."""
    server = Server(replies={"end": b""})
    assert said(send(server)[-1])[:2] == (451, "4.4.1")
    assert server.connections == 1


def test_it_may_close_its_connection_without_closing_ours():
    server = Server(replies={"end": b"421 4.3.0 bye\r\n"})
    assert said(send(server)[-1]) == (451, "4.3.0", "bye")


@pytest.mark.standard("2033:4.2")
def test_lmtp_has_an_answer_for_each():
    server = Server(local=True)
    assert said(send(server, ("u@ours.example", "v@ours.example"))[-1]) == (250, "2.0.0", "queued as 1")
    assert server.heard[0] == "LHLO mx.ours.example"
    server = Server(local=True, replies={"end RCPT TO:<v": b"552 5.2.2 full\r\n"})
    answer = send(server, ("u@ours.example", "v@ours.example"))[-1]
    assert said(answer) == (552, "5.2.2", "v@ours.example: full", "the mail was delivered to u@ours.example")


def test_folding_is_safe():
    """The sender never hears that all is well while somebody did not get the mail."""
    good, full, later = (
        Heard(250, "2.0.0", ("ok",)),
        Heard(552, "5.2.2", ("full",)),
        Heard(450, "4.2.1", ("later",)),
    )
    names = ("a", "b", "c")
    assert fold(names, [good, good, good]).code == 250
    assert said(fold(names, [good, full, later])) == (450, "4.2.1", "c: later", "the mail was delivered to a")
    assert said(fold(names, [full, full, full])) == (552, "5.2.2", "a: full", "nobody got the mail")
    assert said(fold(names[:1], [full])) == (552, "5.2.2", "full")


def test_answers_are_ours():
    assert said(answer_of(Heard(354, "", ("go",)))) == (451, "4.0.0", "go")
    assert said(answer_of(Heard(550, "2.0.0", ("odd",)))) == (550, "5.0.0", "odd")


def test_parameters_go_along_where_they_are_known():
    path = Path("a@a.example", ("SIZE=9", "BODY=8BITMIME", "SMTPUTF8"))
    server = Server()
    assert send(server, given=path)[-1].code == 250
    assert server.heard[1] == "MAIL FROM:<a@a.example> SIZE=9 BODY=8BITMIME SMTPUTF8"
    old = Server(offers=())
    assert said(send(old, given=path)[0])[:2] == (554, "5.6.3")
    assert said(send(old, given=Path("ä@a.example", ("SMTPUTF8",)))[0])[:2] == (550, "5.6.7")
    assert send(old, given=Path("a@a.example", ("BODY=7BIT", "SIZE=1")))[-1].code == 250
    assert old.heard[-4] == "MAIL FROM:<a@a.example>"
    helo = Server(replies={"EHLO": b"502 5.5.1 no\r\n"})
    assert send(helo)[-1].code == 250
    assert helo.heard[1] == "HELO mx.ours.example"


def test_tls_is_used_where_it_is_offered():
    server = Server(offers=("STARTTLS", "XCLIENT ADDR"))
    assert send(server)[-1].code == 250
    assert server.secured
    assert server.heard[:4] == [
        "EHLO mx.ours.example",
        "STARTTLS",
        "EHLO mx.ours.example",
        "XCLIENT ADDR=192.0.2.1",
    ]
    plain = Server(offers=("STARTTLS",))
    assert send(plain, encryption="off")[-1].code == 250
    assert not plain.secured


@pytest.mark.parametrize(
    "server",
    [
        Server(offers=("STARTTLS",)),
        Server(replies={"STARTTLS": b"502 5.5.1 no\r\n"}),
        Server(offers=("STARTTLS",), replies={"STARTTLS": b"454 4.7.0 no\r\n"}),
    ],
    ids=["unsigned", "not offered", "refused"],
)
def test_a_certificate_that_must_be_right_is(server):
    assert said(send(server, encryption="verified")[0])[:2] == (451, "4.4.1")
    assert server.mails == []


def test_nothing_injected_behind_starttls_is_heard():
    server = Server(offers=("STARTTLS",), replies={"STARTTLS": b"220 go\r\n250 2.0.0 injected\r\n"})
    assert said(send(server)[0])[:2] == (451, "4.4.1")


def test_a_mail_given_up_is_forgotten():
    server = Server()

    async def run():
        async with server.listening() as place:
            carrier = Relay(place, "off", "mx").carrier()
            await carrier.forget()
            await carrier.address(letter(recipients=()), "u@ours.example")
            await carrier.forget()
            await carrier.address(letter(recipients=()), "v@ours.example")
            answer = await carrier.deliver(letter(recipients=("v@ours.example",)), RAW)
            server.replies = {"RSET": b""}
            await carrier.address(letter(recipients=()), "w@ours.example")
            await carrier.forget()
            assert await carrier.address(letter(recipients=()), "x@ours.example") is None
            carrier.close()
            return answer

    assert asyncio.run(run()).code == 250
    assert server.heard.count("RSET") == 2
    assert server.connections == 2


def test_points_are_doubled():
    assert stuff(b"") == b".\r\n"
    assert stuff(b".") == b"..\r\n.\r\n"
    assert stuff(b"a\r\n.\r\nb") == b"a\r\n..\r\nb\r\n.\r\n"
