"""Who may read the register's files: their owner, and a group only where the operator gave the folder to one.

The register holds addresses and log lines of people, so what the umask says is not enough.
"""

import os
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE, S_ISGID

OWNER = 0o600
OWNER_AND_GROUP = 0o660
"""Readers of a database in WAL mode write too, into the index of the log."""
FOLDER = 0o750
"""Mode of a state folder that is made: programs that read a gate's files in it get there by its group."""


def make_private(database: Path) -> None:
    """Make an empty database with narrow rights where there is none, and narrow the rights of one that is there.

    SQLite gives its log and index the rights of the database. A group is let in where the folder has the setgid
    bit. What cannot be done is left to the opening of the database, which says why in its own words.
    """
    with suppress(OSError):
        allowed = OWNER_AND_GROUP if database.parent.stat().st_mode & S_ISGID else OWNER
        if _make(database, allowed):
            return
        # By name: closing a handle of one's own on a database lets go of the locks this process has on it.
        for file in (database, *(Path(f"{database}{end}") for end in ("-wal", "-shm"))):
            with suppress(OSError):
                mode = S_IMODE(file.stat().st_mode)
                if file.is_file() and mode & ~allowed:
                    file.chmod(mode & allowed)


def _make(database: Path, mode: int) -> bool:
    try:
        handle = os.open(database, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    except FileExistsError:
        return False
    os.fchmod(handle, mode)  # whatever the umask says
    os.close(handle)
    return True
