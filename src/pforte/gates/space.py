"""Memory that all mails share which arrive at one gate at the same time."""


class Space:
    """Memory for messages that arrive at the same time.

    Args:
        octets: how many of all messages together are held at most.
    """

    def __init__(self, octets: int) -> None:
        self.free = octets

    def take(self, octets: int) -> bool:
        """Take some for a message; False takes nothing: there is not as much left."""
        if octets > self.free:
            return False
        self.free -= octets
        return True

    def give_back(self, octets: int) -> None:
        """Give back what a message had."""
        self.free += octets
