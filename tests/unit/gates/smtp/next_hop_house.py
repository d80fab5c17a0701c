"""A mail server to relay to, which does what a test wants."""

import asyncio
from contextlib import asynccontextmanager

from smtp_house import CERTIFICATE, leave

from pforte.gates.smtp.next_hop import Place


class Server:
    """Speaks SMTP or LMTP badly enough for tests.

    Args:
        local: whether it speaks LMTP.
        offers: lines of the answer to EHLO.
        replies: instead of the usual ones, by the beginning of a command; "end" is the end of the data; a list is used
            up one by one; b"" ends the connection.
    """

    def __init__(self, *, local=False, offers=("8BITMIME", "SMTPUTF8", "SIZE 1000000"), replies=None):
        self.local, self.offers, self.replies = local, offers, replies or {}
        self.heard, self.mails, self.connections, self.secured = [], [], 0, False
        self._held = set()

    def reply(self, command, usual):
        for begin, reply in self.replies.items():
            if command.upper().startswith(begin.upper()):
                if isinstance(reply, list):
                    return reply.pop(0) if reply else usual
                return reply
        return usual

    async def serve(self, reader, writer):
        self.connections += 1
        self._held.add(asyncio.current_task())
        try:
            await self._serve(reader, writer)
        except (OSError, EOFError):
            pass
        finally:
            await leave(writer)

    async def _serve(self, reader, writer):  # noqa: C901  one case for each command
        accepted = []

        async def say(reply):
            if not reply:
                raise EOFError
            writer.write(reply)
            await writer.drain()

        await say(self.reply("greeting", b"220 hop.example\r\n"))
        while line := await reader.readline():
            command = line.decode().rstrip("\r\n")
            self.heard.append(command)
            verb = command.split(" ")[0].split(":")[0].upper()
            if verb in ("EHLO", "LHLO"):
                offers = [each for each in self.offers if not (self.secured and each == "STARTTLS")]
                usual = "".join(f"250-{each}\r\n" for each in ("hop.example", *offers)) + "250 HELP\r\n"
                await say(self.reply(command, usual.encode()))
            elif verb == "STARTTLS":
                await say(self.reply(command, b"220 2.0.0 go\r\n"))
                await writer.start_tls(CERTIFICATE.context())
                self.secured = True
            elif verb == "XCLIENT":
                await say(self.reply(command, b"220 hop.example\r\n"))
            elif verb == "DATA":
                reply = self.reply(command, b"354 go\r\n")
                await say(reply)
                if reply.startswith(b"354"):
                    await self._take(reader, say, accepted)
            elif verb == "QUIT":
                return
            else:
                reply = self.reply(command, b"250 2.0.0 ok\r\n")
                await say(reply)
                if verb in ("MAIL", "RSET"):
                    accepted.clear()
                elif verb == "RCPT" and reply.startswith(b"2"):
                    accepted.append(command)

    async def _take(self, reader, say, accepted):
        text = b""
        while not text.endswith(b"\r\n.\r\n") and text != b".\r\n":
            text += await reader.readuntil(b"\r\n")
        self.mails.append(text)
        for recipient in accepted if self.local else accepted[:1]:
            await say(self.reply(f"end {recipient}", self.reply("end", b"250 2.0.0 queued as 1\r\n")))

    @asynccontextmanager
    async def listening(self):
        """Listen; yield the place."""
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0, limit=1_000_000)
        try:
            yield Place(self.local, "127.0.0.1", server.sockets[0].getsockname()[1])
        finally:
            server.close()
            if self._held:
                await asyncio.wait(self._held, timeout=5)
            self._held.clear()
