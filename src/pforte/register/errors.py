"""What can go wrong with the register."""


class RegisterError(Exception):
    """The register cannot do what was asked; the message names the place and what to do next."""


class RegisterUnavailableError(RegisterError):
    """The database cannot be reached, is locked for too long, full or damaged; trying again later may help."""


class RegisterUnusableError(RegisterError):
    """The database refuses what the program asks of it, whatever the values; trying again does not help."""


class RefusedError(RegisterError):
    """The database refuses the very values; it takes others, and trying again with these does not help."""


class UnknownReferenceError(RegisterError):
    """No ban carries that reference."""


class JournalPurgedError(RegisterError):
    """The journal does not reach back to the follower's cursor; it must begin from a snapshot."""
