"""The grammar of commands (RFC 5321 s4.1.2): a line in, a value out."""

import re
from dataclasses import dataclass

_VERB = re.compile(r"[A-Za-z]{1,16}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# Each is linear: what stands in quotes and what stands outside begin with different signs.
_PATH = re.compile(r'<((?:[^"<>\\ ]|"(?:[^"\\]|\\.)*")*)>(?: +|\Z)')
_PARAMETER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~]+))?")
_ROUTE = re.compile(r"@[^:\"]*:")
_SIZE = re.compile(r"[0-9]{1,20}")
_CHUNK = re.compile(r"([0-9]{1,20})(?: +(LAST))?", re.IGNORECASE)


class CommandError(Exception):
    """A command breaks the grammar.

    Attributes:
        code: what is answered.
        enhanced: the same as enhanced status code.
    """

    def __init__(self, code: int, enhanced: str, said: str) -> None:
        super().__init__(said)
        self.code, self.enhanced = code, enhanced


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes:
        verb: in capitals.
        argument: what stands behind it, without white space around it. Octets that are no UTF-8 are lone surrogates.
    """

    verb: str
    argument: str


@dataclass(frozen=True, slots=True)
class Path:
    """What MAIL or RCPT names.

    Attributes:
        address: without its brackets and without a source route, which is passed over (RFC 5321 s3.6.1).
        parameters: as given.
    """

    address: str
    parameters: tuple[str, ...] = ()

    def parameter(self, name: str) -> str | None:
        """Return the value of a parameter (in capitals), "" where it has none, None where it is not given."""
        for each in self.parameters:
            given, _, value = each.partition("=")
            if given.upper() == name:
                return value
        return None


def read_command(line: bytes) -> Command:
    """Read a line.

    Raises:
        CommandError: it is no command at all.
    """
    text = line.decode("utf-8", "surrogateescape")
    verb, _, argument = text.partition(" ")
    if not _VERB.fullmatch(verb):
        raise CommandError(500, "5.5.2", "this is no SMTP command")
    if _CONTROL.search(argument):
        raise CommandError(500, "5.5.2", "a control character stands in the command")
    return Command(verb.upper(), argument.strip(" "))


def read_path(argument: str, word: str) -> Path:
    """Read what stands behind MAIL or RCPT; ``word`` is FROM or TO.

    Raises:
        CommandError: it is no path in angle brackets, or a parameter is malformed or given twice.
    """
    status = "5.1.7" if word == "FROM" else "5.1.3"
    name, colon, rest = argument.partition(":")
    if name.strip(" ").upper() != word or not colon:
        raise CommandError(501, "5.5.4", f"the command needs {word}:<address>")
    found = _PATH.match(rest.lstrip(" "))
    if found is None:
        raise CommandError(501, status, "the address must stand in angle brackets")
    # RFC 5321 s3.6.1: a source route is passed over; what counts is the mailbox behind it.
    address = _ROUTE.sub("", found[1], count=1) if found[1].startswith("@") else found[1]
    parameters = tuple(rest.lstrip(" ")[found.end() :].split())
    names = [each.partition("=")[0].upper() for each in parameters]
    if not all(map(_PARAMETER.fullmatch, parameters)) or len(set(names)) < len(names):
        raise CommandError(501, "5.5.4", "a parameter is malformed or stands twice")
    return Path(address, parameters)


def check_mail_parameters(path: Path, most: int) -> None:
    """Check the parameters of MAIL.

    Args:
        path: what MAIL names.
        most: octets of a mail at most.

    Raises:
        CommandError: one is unknown or wrong, or says that the mail is too large.
    """
    for each in path.parameters:
        name, equals, value = each.partition("=")
        match name.upper():
            case "SIZE" if _SIZE.fullmatch(value):  # RFC 1870 s6.1
                if int(value) > most:
                    raise CommandError(552, "5.3.4", f"mails have {most} octets at most here")
            case "BODY" if value.upper() in ("7BIT", "8BITMIME"):  # RFC 6152 s2
                pass
            case "SMTPUTF8" if not equals:  # RFC 6531 s3.4
                pass
            case "SIZE" | "BODY" | "SMTPUTF8":
                raise CommandError(501, "5.5.4", f"{name} has a wrong value")
            case _:
                raise CommandError(555, "5.5.4", f"the parameter {name[:40]} is not known here")


def read_chunk(argument: str) -> tuple[int, bool]:
    """Read what stands behind BDAT: the octets of the chunk, and whether it is the last (RFC 3030 s2).

    Raises:
        CommandError: it is no number of octets; nobody knows then where the next command begins.
    """
    found = _CHUNK.fullmatch(argument)
    if found is None:
        raise CommandError(501, "5.5.4", "BDAT needs a number of octets, and LAST or nothing")
    return int(found[1]), found[2] is not None
