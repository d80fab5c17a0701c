"""Handing mail to the next hop within the dialogue: its answers are ours.

Each recipient is asked for before it is accepted (so nobody unknown is accepted, and nothing bounces later), and the
end of the data is answered when the next hop has answered it. There is no queue of our own.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import structlog

from pforte.gates.smtp.handover import Letter
from pforte.gates.smtp.next_hop import Channel, Encryption, Heard, NextHopError, Place
from pforte.gates.smtp.presenting import present
from pforte.gates.smtp.trace import plain_name
from pforte.mail.reception import Answer

ADDRESS_SECONDS = 120.0
"""How long the next hop may take for a recipient; a client waits 5 min (RFC 5321 s4.5.3.2.3)."""
DELIVER_SECONDS = 480.0
"""How long it may take for a message; a client waits 10 min (RFC 5321 s4.5.3.2.6)."""
_AWAY = Answer(451, "4.4.1", ("the mail server behind this one does not answer; try again later",))

_log = structlog.get_logger("pforte.gates")


class _RefusedError(Exception):
    """The next hop, or we for it, refuse what was asked."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.texts[0] if answer.texts else "")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Relay:
    """How to reach the next hop.

    Attributes:
        place: where it is.
        encryption: whether STARTTLS is used where it is offered, and whether its certificate must be right.
        host: our name.
    """

    place: Place
    encryption: Encryption
    host: str

    def open(self) -> None:
        """Need nothing: the next hop need not run yet."""

    def carrier(self) -> "RelayCarrier":
        """Return what hands on the mails of one session."""
        return RelayCarrier(self)


class RelayCarrier:
    """Hands on the mails of one session, over one connection while it stands.

    Args:
        relay: how to reach the next hop.
    """

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._channel: Channel | None = None
        self._accepted: tuple[str, ...] | None = None
        """Recipients that it has accepted of the mail under way; None where none is under way."""

    async def address(self, letter: Letter, recipient: str) -> Answer | None:
        """Ask the next hop for a recipient."""
        try:
            async with asyncio.timeout(ADDRESS_SECONDS):
                await self._address(letter, recipient)
        except _RefusedError as refused:
            return refused.answer
        except (NextHopError, OSError) as error:  # TimeoutError is an OSError
            return self._give_up(letter, error)
        return None

    async def deliver(self, letter: Letter, raw: bytes) -> Answer:
        """Hand the message on; where the next hop has left meanwhile, the envelope is told again."""
        try:
            async with asyncio.timeout(DELIVER_SECONDS):
                return await self._deliver(letter, raw)
        except _RefusedError as refused:
            return refused.answer
        except (NextHopError, OSError) as error:
            return self._give_up(letter, error)
        finally:
            self._accepted = None

    async def forget(self) -> None:
        """Let the next hop forget the mail; a connection that does not want to is ended."""
        if self._accepted is None:
            return
        self._accepted = None
        try:
            async with asyncio.timeout(ADDRESS_SECONDS):
                if self._channel is not None and (await self._channel.ask("RSET")).is_good:
                    return
        except (NextHopError, OSError):
            pass
        self.close()

    def close(self) -> None:
        """End the connection."""
        if self._channel is not None:
            self._channel.close()
        self._channel, self._accepted = None, None

    async def _address(self, letter: Letter, recipient: str) -> None:
        channel = await self._begin(letter)
        heard = await channel.ask(f"RCPT TO:<{recipient}>")
        if not heard.is_good:
            raise _RefusedError(answer_of(heard))
        self._accepted = (*(self._accepted or ()), recipient)

    async def _begin(self, letter: Letter) -> Channel:
        """Return a channel on which the next hop has accepted the sender."""
        if self._channel is not None and self._channel.is_gone:
            self.close()
        if self._channel is None:
            self._channel = await self._connect(letter)
        if self._accepted is None:
            heard = await self._channel.ask(_mail_command(letter, self._channel))
            if not heard.is_good:
                raise _RefusedError(answer_of(heard))
            self._accepted = ()
        return self._channel

    async def _connect(self, letter: Letter) -> Channel:
        relay = self._relay
        channel = await Channel.open(relay.place)
        try:
            await channel.greet(relay.host)
            if relay.encryption == "verified" or (
                relay.encryption == "offered" and "STARTTLS" in channel.offers
            ):
                await channel.secure(relay.encryption)
                await channel.greet(relay.host)
            if await present(channel, letter):
                await channel.greet(plain_name(letter.client))
        except BaseException:
            channel.close()
            raise
        return channel

    async def _deliver(self, letter: Letter, raw: bytes) -> Answer:
        heard = None
        if self._channel is not None and self._accepted == letter.recipients:
            with suppress(NextHopError, OSError):  # it may have waited for too long; nothing is lost yet
                heard = await self._channel.ask("DATA")
        if heard is None or heard.code == 421:
            self.close()
            for recipient in letter.recipients:
                await self._address(letter, recipient)
            heard = await (await self._begin(letter)).ask("DATA")
        if heard.code != 354 or self._channel is None:
            raise _RefusedError(answer_of(heard))
        await self._channel.say(stuff(raw))
        if not self._channel.place.is_local:
            return answer_of(await self._channel.hear())
        return fold(letter.recipients, [await self._channel.hear() for _ in letter.recipients])

    def _give_up(self, letter: Letter, error: Exception) -> Answer:
        self.close()
        text = str(error) or "it did not answer in time"
        _log.error("gate.next-hop", gate="smtp", queue=letter.queue, text=text)
        return _AWAY


def stuff(raw: bytes) -> bytes:
    r"""Return a message as it goes over the wire, with its end (RFC 5321 s4.5.2).

    >>> stuff(b".one\r\n..two\r\n")
    b'..one\r\n...two\r\n.\r\n'
    """
    end = b"" if raw.endswith(b"\r\n") or not raw else b"\r\n"
    return (b"\r\n" + raw).replace(b"\r\n.", b"\r\n..")[2:] + end + b".\r\n"


def answer_of(heard: Heard) -> Answer:
    """Return a reply of the next hop as our own; that it closes its connection does not close ours."""
    code = heard.code
    if not 200 <= code < 600 or 300 <= code < 400 or code == 421:
        code = 451
    enhanced = heard.enhanced if heard.enhanced.startswith(str(code)[0]) else f"{str(code)[0]}.0.0"
    return Answer(code, enhanced, heard.texts)


def fold(recipients: tuple[str, ...], heard: list[Heard]) -> Answer:
    """Return one answer for the replies of LMTP, of which each recipient has one (RFC 2033 s4.2).

    The sender must learn of everybody who did not get the mail: one temporary refusal lets it send again to all, which
    may give somebody the mail twice; one for good refuses the mail, and says who got it.
    """
    worst = min(heard, key=lambda each: (not 400 <= each.code < 500, each.is_good))
    if worst.is_good or len(heard) == 1:
        return answer_of(worst)
    answer = answer_of(worst)
    refused = recipients[heard.index(worst)]
    got = [recipient for recipient, each in zip(recipients, heard, strict=True) if each.is_good]
    told = f"the mail was delivered to {', '.join(got)}" if got else "nobody got the mail"
    return Answer(answer.code, answer.enhanced, (f"{refused}: {' '.join(answer.texts)}", told))


def _mail_command(letter: Letter, channel: Channel) -> str:
    """Return MAIL with the parameters that the next hop knows.

    Raises:
        _RefusedError: it cannot take such a mail.
    """
    words = [f"MAIL FROM:<{letter.path.address}>"]
    for each in letter.path.parameters:
        name = each.partition("=")[0].upper()
        offered = {"SIZE": "SIZE", "BODY": "8BITMIME", "SMTPUTF8": "SMTPUTF8"}[name] in channel.offers
        if offered:
            words.append(each)
        elif name == "SMTPUTF8":  # RFC 6531 s3.5
            raise _RefusedError(Answer(550, "5.6.7", ("the mail server behind this one knows no SMTPUTF8",)))
        elif each.upper() == "BODY=8BITMIME":  # RFC 6152 s3
            raise _RefusedError(Answer(554, "5.6.3", ("the mail server behind this one takes 7 bits only",)))
    return " ".join(words)
