"""An LMTP server that keeps every message in memory, for tests; it speaks by the book (RFC 2033)."""

import socketserver
import threading
from collections.abc import Mapping


class Session(socketserver.StreamRequestHandler):
    """One session with a sink."""

    server: "Server"

    def handle(self) -> None:
        recipients: list[str] = []
        self.say("220 sink.example LMTP")
        while line := self.rfile.readline():
            command = line.decode().strip()
            match command.partition(" ")[0].upper():
                case "LHLO":
                    self.say("250-sink.example", "250-8BITMIME", "250 PIPELINING")
                case "RCPT":
                    recipients.append(command.partition("<")[2].rstrip(">"))
                    self.say("250 2.1.5 ok")
                case "DATA":
                    self.say("354 go")
                    self.server.sink.mails.append((list(recipients), self.text()))
                    for recipient in recipients:
                        self.say(self.server.sink.replies.get(recipient, "250 2.0.0 kept"))
                case "QUIT":
                    self.say("221 2.0.0 bye")
                    return
                case _:
                    recipients.clear()
                    self.say("250 2.0.0 ok")

    def text(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


class Server(socketserver.ThreadingTCPServer):
    """Listens for a sink."""

    daemon_threads = True
    sink: "Sink"


class Sink:
    """Takes mail by LMTP at a free port.

    Args:
        replies: what a recipient is answered behind the data, instead of that all is well.
    """

    def __init__(self, replies: Mapping[str, str]) -> None:
        self.replies = replies
        self.mails: list[tuple[list[str], bytes]] = []
        self._server = Server(("127.0.0.1", 0), Session)
        self._server.sink = self
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
