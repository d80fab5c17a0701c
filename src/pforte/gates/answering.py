"""Gates that answer: programs ask them about an address, and they ask the table of bans in memory."""

from typing import Protocol


class AnsweringGate(Protocol):
    """A listener in the service's event loop.

    It holds no bans of its own: the table gate follows the register, and what it shuts out is refused here. Opening
    and closing are done once; questions that arrive meanwhile are answered.
    """

    @property
    def name(self) -> str:
        """Name in settings, logs and errors, such as ``http``."""
        ...

    async def open(self) -> None:
        """Begin to listen.

        Raises:
            GateError: the address cannot be used; the message names it and the setting.
        """
        ...

    async def close(self) -> None:
        """Stop listening; answers that are under way are given, for at most two seconds."""
        ...
