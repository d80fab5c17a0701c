"""Postfix asks the mail policy at each stage, and hears refusals in one line."""

import asyncio
from contextlib import asynccontextmanager
from ipaddress import ip_address

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from pforte.gates.gate import GateError
from pforte.gates.postfix.dialogue import QuestionError
from pforte.gates.postfix.judging import JudgingListener, action_of, envelope_of, session_of
from pforte.gates.postfix.policy import LONGEST_QUESTION
from pforte.mail.checks.declaration import Stage
from pforte.mail.reception import Answer
from pforte.mail.session import Tls
from pforte.net.addresses import AddressError

REFUSAL = Answer(550, "5.7.25", ("mail.fcrdns: no name", "https://example.org/r/PF-1"), "PF-1")


class Judge:
    """Refuses the recipient no@, and keeps what it was asked."""

    def __init__(self):
        self.asked, self.mails = [], []

    async def __call__(self, session, envelope, stage, mail):
        self.asked.append((session, envelope, stage))
        self.mails.append(mail)
        return REFUSAL if "no@pforte.example" in envelope.recipients else None


@asynccontextmanager
async def answering(judge, **options):
    listener = JudgingListener("127.0.0.1:0", judge, **options)
    await listener.open()

    async def say(raw, *, ends=True):
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port())
        try:
            writer.write(raw)
            if ends:
                writer.write_eof()
            return await asyncio.wait_for(reader.read(), 20)
        except OSError:
            return b""
        finally:
            writer.close()

    try:
        yield say
    finally:
        await listener.close()


def question(state="RCPT", **attributes):
    known = {
        "request": "smtpd_access_policy",
        "protocol_state": state,
        "client_address": "192.0.2.1",
        **attributes,
    }
    return "".join(f"{name}={value}\n" for name, value in known.items()).encode() + b"\n"


def heard(*questions, judge=None, **options):
    async def run():
        async with answering(judge or Judge(), **options) as say:
            return await say(b"".join(questions))

    return asyncio.run(run())


def test_questions_of_one_connection_are_answered_in_order():
    judge = Judge()
    told = heard(
        question("CONNECT"),
        question("MAIL", sender="a@b"),
        question("RCPT", sender="a@b", recipient="no@pforte.example"),
        question("RCPT", sender="a@b", recipient="yes@pforte.example"),
        judge=judge,
    )
    refused = b"action=550 5.7.25 mail.fcrdns: no name https://example.org/r/PF-1\n\n"
    assert told == b"action=DUNNO\n\n" * 2 + refused + b"action=DUNNO\n\n"
    assert [stage for _, _, stage in judge.asked] == [
        Stage.CONNECT,
        Stage.MAIL,
        Stage.RECIPIENT,
        Stage.RECIPIENT,
    ]
    assert [envelope.sender for _, envelope, _ in judge.asked] == [None, "a@b", "a@b", "a@b"]


def test_what_leads_to_no_mail_is_not_judged():
    judge = Judge()
    assert (
        heard(question("VRFY"), question("RCPT", client_address="unknown"), judge=judge)
        == b"action=DUNNO\n\n" * 2
    )
    assert judge.asked == []


@pytest.mark.parametrize(
    "raw", [b"nonsense\n\n", b"a=b\n\n", b"x=" + b"y" * (LONGEST_QUESTION + 10) + b"\n\n"]
)
def test_what_is_no_question_ends_the_connection_and_is_told(raw):
    with structlog.testing.capture_logs() as log:
        assert heard(raw) == b""
    assert [each["event"] for each in log] == ["gate.bad-question"]


def test_more_connections_than_allowed_are_closed():
    async def run():
        async with answering(Judge(), connections=0) as say:
            return await say(question())

    with structlog.testing.capture_logs() as log:
        assert asyncio.run(run()) == b""
    assert [each["event"] for each in log] == ["gate.full"]


def test_an_address_that_cannot_be_used_is_named():
    async def run():
        first = JudgingListener("127.0.0.1:0", Judge())
        await first.open()
        second = JudgingListener(f"127.0.0.1:{first.port()}", Judge())
        try:
            with pytest.raises(GateError, match=r"gate\.postfix\.listen: cannot listen on"):
                await second.open()
            await second.close()
        finally:
            await first.close()

    asyncio.run(run())


def test_the_session_is_read_as_postfix_tells_it():
    session = session_of(
        {
            "client_address": "2001:db8::1",
            "client_port": "4711",
            "client_name": "Mail.Example",
            "helo_name": "h",
            "encryption_protocol": "TLSv1.3",
            "encryption_cipher": "AES",
            "encryption_keysize": "256",
            "sasl_username": "u",
        }
    )
    assert (session.address, session.port, session.names) == (
        ip_address("2001:db8::1"),
        4711,
        ("mail.example",),
    )
    assert (session.helo, session.tls, session.user) == ("h", Tls("TLSv1.3", "AES", 256), "u")


def test_an_unknown_name_is_looked_up_and_no_encryption_is_none():
    session = session_of({"client_address": "192.0.2.1", "client_name": "unknown", "encryption_protocol": ""})
    assert (session.names, session.tls, session.tls_known) == (None, None, True)


def test_a_recipient_counts_only_once_it_is_asked_about():
    asked = {"sender": "a@b", "recipient": "c@d", "queue_id": "4Q"}
    assert envelope_of(asked, Stage.MAIL).recipients == ()
    assert envelope_of(asked, Stage.MAIL).may_be_international  # Postfix does not tell
    assert (envelope_of(asked, Stage.RECIPIENT).recipients, envelope_of(asked, Stage.RECIPIENT).queue) == (
        ("c@d",),
        "4Q",
    )


def test_a_long_reply_is_cut():
    assert len(action_of(Answer(550, "5.7.1", ("x" * 1000,)))) < 450


@given(
    st.dictionaries(
        st.sampled_from(["client_address", "client_port", "encryption_keysize", "client_name"]),
        st.text(max_size=40),
    )
)
def test_any_attributes_are_read_or_refused(attributes):
    try:
        session_of(attributes)
    except (AddressError, QuestionError):
        return
