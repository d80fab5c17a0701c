"""One service at a time works on a state folder.

Two of them would read the same logs, write the same read positions over each other and both drive the gates.
Commands such as ``pforte ban`` may come and go meanwhile; they do not ask here.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pforte.commands.output import fail

FILE_NAME = "service.lock"


@contextmanager
def sole_service(state: Path) -> Iterator[None]:
    """Hold the state folder, which is made where it is missing; end the command with exit code 1 if another holds it.

    The kernel lets go of it when the process ends, however it ends; the file stays and means nothing by itself.
    """
    file = state / FILE_NAME
    try:
        state.mkdir(mode=0o750, parents=True, exist_ok=True)
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        fail(
            f"{file} cannot be opened ({error.strerror}); run as the user that owns the state folder, or set service.state"
        )
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            fail(
                f"{_holder(handle, error)}; stop that one first, or give this one a service.state of its own"
            )
        os.ftruncate(handle, 0)
        os.write(handle, b"%d\n" % os.getpid())
        yield
    finally:
        os.close(handle)


def service_runs(state: Path) -> bool:
    """Say whether a service works on the state folder now; who may not look hears that one does."""
    try:
        handle = os.open(state / FILE_NAME, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def _holder(handle: int, error: OSError) -> str:
    if not isinstance(error, BlockingIOError):
        return f"the state folder cannot be locked ({error.strerror})"
    number = os.pread(handle, 20, 0).decode("ascii", "replace").strip()
    return (
        f"another pforte serve works on the state folder{f' (process {number})' if number.isdigit() else ''}"
    )
