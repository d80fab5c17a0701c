"""What is done about all findings of a mail together, and the two lines that say so (MAIL_POLICY: rules over all)."""

from dataclasses import dataclass

from pforte.languages import Language
from pforte.mail.checks.declaration import Action, Check, Finding, Reply

LONGEST_LINE = 512
"""Octets of a reply line with CRLF (RFC 5321 s4.5.3.1.5)."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding and what is done about it.

    Attributes:
        check: the check.
        finding: what it saw.
        action: what this operator does about it for these recipients.
        wanted: what the rules say; differs from ``action`` while the policy only watches.
    """

    check: Check
    finding: Finding
    action: Action
    wanted: Action

    @property
    def refuses(self) -> bool:
        """Say whether it alone refuses the mail."""
        return self.action in (Action.DEFER, Action.REJECT)

    @property
    def reply(self) -> Reply:
        """Return code and sentence: for trouble the temporary reply, and for DEFER the temporary form of the other."""
        if self.finding.temporary and self.check.temporary is not None:
            return self.check.temporary
        reply = self.check.reply
        if self.action is Action.DEFER and reply.code >= 500:
            return Reply(451, "4" + reply.enhanced[1:], reply.sentence)
        return reply

    @property
    def permanent(self) -> bool:
        """Say whether it refuses for good."""
        return self.refuses and self.reply.code >= 500


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings, in the order of the checks, and what follows from them.

    Attributes:
        judged: every finding that is not off.
    """

    judged: tuple[Judged, ...] = ()

    @property
    def leading(self) -> Judged | None:
        """Return the finding that the reply names: the first that refuses for good, or else the first that refuses."""
        refusing = [each for each in self.judged if each.refuses]
        return next((each for each in refusing if each.permanent), refusing[0] if refusing else None)

    @property
    def refused(self) -> bool:
        """Say whether the mail is refused."""
        return self.leading is not None

    @property
    def would(self) -> Action:
        """Return the hardest action that the rules ask for, whether it is done or only watched."""
        return max(
            (each.wanted for each in self.judged), key=lambda action: action.strength, default=Action.OFF
        )

    @property
    def marks(self) -> tuple[Judged, ...]:
        """Return the findings that a header tells of."""
        return tuple(each for each in self.judged if each.action is Action.MARK)

    def lines(self, page: str, language: Language = "en") -> tuple[int, str, tuple[str, ...]]:
        """Return code, enhanced code and the texts of the reply's lines, printable ASCII.

        Args:
            page: where the refusal is explained; "" leaves its line out.
            language: of the sentence. SMTP knows no language of the client, so it is English by default.

        Raises:
            ValueError: nothing refuses.
        """
        leading = self.leading
        if leading is None:
            raise ValueError("the mail is not refused")
        reply = leading.reply
        more = sum(each.refuses for each in self.judged) - 1
        first = f"{leading.check.id}: {leading.check.said(leading.finding, language)}"
        if more:
            first += f" (and {more} more)"
        # "550-5.7.25 " stands before it and CRLF behind.
        room = LONGEST_LINE - len(f"{reply.code}-{reply.enhanced} ") - 2
        texts = [_ascii(first)[:room]]
        if page:
            texts.append(_ascii(page)[:room])
        return reply.code, reply.enhanced, tuple(texts)


def _ascii(text: str) -> str:
    folded = text.translate(_UMLAUTS)
    return "".join(sign if " " <= sign <= "~" else "?" for sign in folded)


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
