"""What a client is told: answers as octets, and those that no check of the policy gives."""

from pforte.mail.reception import Answer

_LONGEST_LINE = 512
"""Octets of a line with its CR LF (RFC 5321 s4.5.3.1.5)."""
_MOST_LINES = 20

GOODBYE = Answer(221, "2.0.0", ("goodbye",), closes=True)
BEGIN = Answer(354, "", ("end the mail with a point on a line by itself",))
TLS_READY = Answer(220, "2.0.0", ("ready for TLS",))
FINE = Answer(250, "2.0.0", ("ok",))
SENDER_FINE = Answer(250, "2.1.0", ("ok",))
RECIPIENT_FINE = Answer(250, "2.1.5", ("ok",))
LONG_COMMAND = Answer(500, "5.5.2", ("the command line is too long",))
UNJUDGED = Answer(451, "4.3.0", ("this cannot be judged now; try again later",))
SILENT = Answer(421, "4.4.2", ("nothing came for too long",), closes=True)
ENDING = Answer(421, "4.3.2", ("the service is ending; try again later",), closes=True)
CROWDED = Answer(421, "4.3.2", ("too many connections; try again later",), closes=True)
TROUBLE = Answer(421, "4.3.0", ("something went wrong here; try again later",), closes=True)
TOO_MANY_ERRORS = Answer(421, "4.7.0", ("too many errors",), closes=True)
IDLE_TALK = Answer(421, "4.7.0", ("too many commands without a mail",), closes=True)
NO_SMTP = Answer(554, "5.5.1", ("this is an SMTP server",), closes=True)
TOO_MANY_MAILS = Answer(421, "4.5.3", ("too many mails over one connection; connect again",), closes=True)
TOO_LARGE = Answer(552, "5.3.4", ("the mail is too large",))
NO_ROOM = Answer(452, "4.3.1", ("too many mails at once; try again later",))
FOREIGN = Answer(550, "5.7.1", ("no mail is taken for this address: it is no relay",))

EXTENSIONS = ("PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "CHUNKING", "HELP")


def render(answer: Answer) -> bytes:
    r"""Render an answer; what is not printable ASCII in its texts is replaced.

    >>> render(Answer(250, "2.1.5", ("fine", "very fine")))
    b'250-2.1.5 fine\r\n250 2.1.5 very fine\r\n'
    """
    texts = answer.texts[:_MOST_LINES] or ("",)
    lines = []
    for place, text in enumerate(texts, 1):
        mark = " " if place == len(texts) else "-"
        begin = f"{answer.code}{mark}{answer.enhanced}{' ' if answer.enhanced else ''}"
        shown = "".join(sign if " " <= sign <= "~" else "?" for sign in text)
        lines.append((begin + shown)[: _LONGEST_LINE - 2])
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def complaint(code: int, enhanced: str, text: str) -> Answer:
    """Return an answer of one line."""
    return Answer(code, enhanced, (text,))


def greeting(host: str, client: str, extensions: tuple[str, ...] | None) -> Answer:
    """Return the answer to EHLO, with the extensions that not every session is offered; None answers HELO."""
    told = f"{host} greets {client}"
    return Answer(250, "", (told,) if extensions is None else (told, *EXTENSIONS, *extensions))
