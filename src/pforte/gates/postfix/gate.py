"""The gate itself: the policy service and the table, each with a listener of its own."""

from collections.abc import Iterable

from pforte.gates.postfix.judging import Ask, JudgingListener
from pforte.gates.postfix.listener import Listener
from pforte.gates.postfix.policy import PolicyDialogue
from pforte.gates.postfix.reply import Replies
from pforte.gates.postfix.socketmap import SocketmapDialogue


class PostfixGate:
    """Answers Postfix.

    Args:
        policy: address and port of the policy service.
        socketmap: address and port of the table.
        let_through: recipients that take mail from anybody: an address, or the part before the @.
        replies: say who is refused.
        ask: judges by the mail policy; None looks up bans only.
    """

    name = "postfix"

    def __init__(
        self,
        policy: str,
        socketmap: str,
        let_through: Iterable[str],
        replies: Replies,
        ask: Ask | None = None,
    ) -> None:
        lower = frozenset(recipient.lower() for recipient in let_through)
        self.policy: Listener | JudgingListener = (
            Listener(policy, "gate.postfix.listen", lambda: PolicyDialogue(replies, lower))
            if ask is None
            else JudgingListener(policy, ask, replies.hold)
        )
        self.socketmap = Listener(socketmap, "gate.postfix.socketmap", lambda: SocketmapDialogue(replies))

    async def open(self) -> None:
        """Begin to listen at both addresses."""
        await self.policy.open()
        await self.socketmap.open()

    async def close(self) -> None:
        """Stop listening."""
        await self.policy.close()
        await self.socketmap.close()
