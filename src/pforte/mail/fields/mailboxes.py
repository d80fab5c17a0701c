"""Lists of mailboxes, as From, Sender, Reply-To, To and Cc have them (RFC 5322 s3.4, s4.4; RFC 6854 for groups)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from pforte.languages import Text
from pforte.mail.fields.encoded_words import decode_words
from pforte.mail.fields.tokens import Kind, MalformedError, Token, read_tokens

FIELDS = (b"from", b"sender", b"reply-to", b"to", b"cc", b"bcc")
"""Fields that list mailboxes, with their names in small letters."""

MOST_TOKENS = 20_000
"""Words and signs of a list that are read: some 3,000 addresses with names."""

_WORDS = (Kind.ATOM, Kind.QUOTED)
NO_ADDRESS = Text(en="names no address", de="nennt keine Adresse")
_TOO_MANY = Text(en="lists more addresses than anybody reads", de="nennt mehr Adressen, als irgendwer liest")
_UNQUOTED = Text(
    en="has signs in a name that need quotes", de="hat in einem Namen Zeichen, die Anführungszeichen brauchen"
)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One mailbox.

    Attributes:
        name: the display name as written, without quotes; "" is none.
        local: what stands before the @, without quotes.
        domain: what stands behind it, as written.
        flaw: what the grammar forbids although the address is clear, or None.
    """

    name: str
    local: str
    domain: str
    flaw: Text | None = None

    @property
    def address(self) -> str:
        """Return the address, without the quotes that its local part may need."""
        return f"{self.local}@{self.domain}"

    @property
    def shown(self) -> str:
        """Return the display name as a person reads it, its encoded words decoded."""
        return decode_words(self.name).text


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """What a list of mailboxes says.

    Attributes:
        boxes: the mailboxes that can be read, those of groups too.
        groups: how many groups there are.
        wrong: why an element is no mailbox, for the first one that is none; None is a good list.
    """

    boxes: tuple[Mailbox, ...] = ()
    groups: int = 0
    wrong: Text | None = None

    @property
    def flaw(self) -> Text | None:
        """Return the first thing that the grammar forbids, or None."""
        return self.wrong or next((box.flaw for box in self.boxes if box.flaw), None)


def read_mailboxes(value: str) -> Mailboxes:
    """Read a list; whatever can be read is, and the first thing that cannot is named.

    >>> [box.address for box in read_mailboxes('Anna <anna@example.org>, team: bo@example.org (Bo);').boxes]
    ['anna@example.org', 'bo@example.org']
    """
    boxes: list[Mailbox] = []
    tokens, wrong = _read(value)
    elements, groups = _elements(tokens)
    for element in elements:
        try:
            boxes.append(_mailbox(element))
        except MalformedError as error:
            wrong = wrong or error.words
    return Mailboxes(tuple(boxes), groups, wrong)


def _read(value: str) -> tuple[list[Token], Text | None]:
    """Return the tokens of a list as far as they can be read, and why they end there if they do."""
    tokens: list[Token] = []
    try:
        for token in islice(read_tokens(value), MOST_TOKENS):
            tokens.append(token)  # noqa: PERF402  what stands before a mistake is kept
    except MalformedError as error:
        return tokens, error.words
    return tokens, _TOO_MANY if len(tokens) == MOST_TOKENS else None


def _elements(tokens: Sequence[Token]) -> tuple[list[list[Token]], int]:
    """Cut a list at its commas, open its groups up and count them; empty elements are dropped (s4.4, obs-mbox-list)."""
    elements: list[list[Token]] = [[]]
    groups = 0
    bracketed = grouped = False
    named = True  # the element could be the name of a group until now
    for token in tokens:
        sign = token.text if token.kind is Kind.SPECIAL else ""
        if not bracketed and sign == ":" and not grouped and named and elements[-1]:
            grouped, groups = True, groups + 1
            elements[-1] = []
        elif not bracketed and (sign == "," or (sign == ";" and grouped)):
            grouped = grouped and sign == ","
            elements.append([])
            named = True
        else:
            elements[-1].append(token)
            bracketed = sign != ">" if bracketed else sign == "<"
            named = named and sign in ("", ".") and token.kind is not Kind.LITERAL
    return [element for element in elements if element], groups


def _mailbox(element: Sequence[Token]) -> Mailbox:
    signs = [token.text if token.kind is Kind.SPECIAL else "" for token in element]
    if "<" not in signs:
        local, domain = read_addr_spec(element)
        return Mailbox("", local, domain)
    opens = signs.index("<")
    name, flaw = _phrase(element[:opens])
    if ">" not in signs[opens:]:
        raise MalformedError("has a < without >", "hat ein < ohne >")
    closes = signs.index(">", opens)
    if closes != len(element) - 1:
        raise MalformedError("has something behind an address in <>", "hat etwas hinter einer Adresse in <>")
    local, domain = read_addr_spec(_without_route(element[opens + 1 : closes]))
    if flaw and "@" in signs[:opens] and f"{local}@{domain}".lower() not in name.lower():
        # Software that does not ask for quotes takes the other address for the author's.
        raise MalformedError(
            "names another address outside of quotes",
            "nennt außerhalb von Anführungszeichen eine andere Adresse",
        )
    return Mailbox(name, local, domain, flaw)


def _phrase(tokens: Sequence[Token]) -> tuple[str, Text | None]:
    """Return a display name, and what is wrong with it. Points stand in many (RFC 5322 s4.1, obs-phrase)."""
    text = "".join((" " if token.spaced and index else "") + token.text for index, token in enumerate(tokens))
    if not tokens:
        return "", None
    good = tokens[0].kind in _WORDS and all(token.kind in _WORDS or token.text == "." for token in tokens)
    return text, None if good else _UNQUOTED


def _without_route(tokens: Sequence[Token]) -> Sequence[Token]:
    """Drop the route before an address (RFC 5322 s4.4, obs-route); it means nothing any more (RFC 5321 s4.1.1.3)."""
    if tokens and tokens[0].text == "@" and tokens[0].kind is Kind.SPECIAL:
        for index, token in enumerate(tokens):
            if token.kind is Kind.SPECIAL and token.text == ":":
                return tokens[index + 1 :]
    return tokens


def read_addr_spec(tokens: Sequence[Token]) -> tuple[str, str]:
    """Return local part and domain (RFC 5322 s3.4.1); white space may stand between all tokens (s4.4).

    Raises:
        MalformedError: it is no address.
    """
    ats = [index for index, token in enumerate(tokens) if token.kind is Kind.SPECIAL and token.text == "@"]
    if not ats:
        raise MalformedError(NO_ADDRESS.en, NO_ADDRESS.de)
    if len(ats) > 1:
        raise MalformedError("has an address with more than one @", "hat eine Adresse mit mehr als einem @")
    local, domain = tokens[: ats[0]], tokens[ats[0] + 1 :]
    if not _is_dotted(local, _WORDS):
        raise MalformedError(
            "has an address with signs before the @ that need quotes",
            "hat eine Adresse mit Zeichen vor dem @, die Anführungszeichen brauchen",
        )
    literal = len(domain) == 1 and domain[0].kind is Kind.LITERAL
    if not literal and not _is_dotted(domain, (Kind.ATOM,)):
        raise MalformedError(
            "has an address without a name behind the @", "hat eine Adresse ohne Namen hinter dem @"
        )
    return "".join(token.text for token in local), "".join(token.text for token in domain)


def _is_dotted(tokens: Sequence[Token], kinds: tuple[Kind, ...]) -> bool:
    """Say whether tokens are words with one point between each two."""
    return len(tokens) % 2 == 1 and all(
        (token.kind is Kind.SPECIAL and token.text == ".") if index % 2 else token.kind in kinds
        for index, token in enumerate(tokens)
    )
