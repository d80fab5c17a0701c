"""The policy service of Postfix (SMTPD_POLICY_README): a question is lines of ``name=value`` and an empty line."""

from collections.abc import Collection, Mapping

from pforte.gates.postfix.dialogue import QuestionError
from pforte.gates.postfix.reply import Replies

LONGEST_QUESTION = 32_768
"""Bytes of one question: about thirty attributes; the longest are the recipient and names out of certificates."""

_REQUEST = "smtpd_access_policy"
_WITHOUT_RECIPIENTS = frozenset(("VRFY", "ETRN"))
"""Commands that lead to no mail. VRFY names an address, which is judged as a recipient."""

Question = Mapping[str, str]
"""The attributes of one question."""


class PolicyDialogue:
    """Answers what Postfix asks on one connection, one question after another.

    Args:
        replies: say who is refused.
        let_through: recipients that take mail from anybody, as addresses or as the part before the @; in lower case.
    """

    def __init__(self, replies: Replies, let_through: Collection[str]) -> None:
        self._replies = replies
        self._let_through = let_through
        self._buffer = b""

    def feed(self, data: bytes) -> bytes:
        """Take bytes and return the answers to the questions that are complete."""
        *complete, self._buffer = (self._buffer + data).split(b"\n\n")
        if max(map(len, (*complete, self._buffer))) > LONGEST_QUESTION:
            raise QuestionError(f"a question is longer than {LONGEST_QUESTION} bytes")
        return b"".join(b"action=%s\n\n" % self.action(parse_question(raw)).encode() for raw in complete)

    def action(self, question: Question) -> str:
        """Return what Postfix is to do, as access(5) has it.

        A refusal waits until the recipient is known, as long as there are recipients that take mail from anybody: at
        CONNECT to MAIL none is named, and at DATA and END-OF-MESSAGE only one that is alone. The others were asked
        about at RCPT.
        """
        reply = self._replies.to(question.get("client_address", ""))
        if reply is None:
            return "DUNNO"
        recipient = question.get("recipient", "")
        if recipient and self._takes_all(recipient):
            return "DUNNO"
        if not recipient and self._let_through and question["protocol_state"] not in _WITHOUT_RECIPIENTS:
            return "DUNNO"
        return reply

    def _takes_all(self, recipient: str) -> bool:
        """Say whether a recipient must stay reachable. RFC 5321 s4.5.1: postmaster, in any case of letters, also alone."""
        lower = recipient.lower()
        return lower in self._let_through or lower.rpartition("@")[0] in self._let_through


def parse_question(raw: bytes) -> Question:
    r"""Read the lines of one question.

    >>> parse_question(b"request=smtpd_access_policy\nprotocol_state=RCPT")
    {'request': 'smtpd_access_policy', 'protocol_state': 'RCPT'}

    Raises:
        QuestionError: a line is no attribute, or the question is not about a client of smtpd.
    """
    question = {}
    for line in raw.decode("utf-8", "replace").split("\n"):
        name, equals, value = line.partition("=")
        if not equals:
            raise QuestionError(f"{line[:60]!r} is not name=value")
        question[name] = value
    if question.get("request") != _REQUEST or "protocol_state" not in question:
        raise QuestionError(f"{raw[:60]!r} is not a question of smtpd about a client")
    return question
