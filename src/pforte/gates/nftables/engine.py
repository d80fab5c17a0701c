"""The two ways to talk to nftables: the library in this process, and the program ``nft``.

The library changes one element in a tenth of a millisecond; the program needs some milliseconds for a new
process, but large listings leave no memory behind in ours.
"""

import ctypes
import shutil
import subprocess
import threading
from dataclasses import dataclass
from typing import Literal, Protocol

from pforte.gates.gate import GateError

PROGRAM_SECONDS = 60
"""Time after which nft is taken as stuck; the largest load takes about a second."""

LARGE_OUTPUT = 1_000_000
_LONGEST_COMPLAINT = 500


class Engine(Protocol):
    """Runs commands of the nft language; one transaction per call."""

    def change(self, commands: str) -> None:
        """Run commands that change the ruleset, all or none.

        Raises:
            GateError: nftables refused them.
        """
        ...

    def list_json(self, command: str) -> str:
        """Run one ``list`` command and return its answer as JSON text.

        Raises:
            GateError: nftables refused it, for instance because there is no such table.
        """
        ...


class LibraryEngine:
    """Talks through libnftables in this process (Debian ``libnftables1``).

    Raises:
        GateError: when the library or its Python module is missing.
    """

    def __init__(self) -> None:
        try:
            from nftables import Nftables  # type: ignore[import-untyped]  # noqa: PLC0415  absent on other systems

            self._nft = Nftables()
        except (ImportError, OSError, AttributeError) as error:
            raise GateError(
                f"libnftables cannot be used ({error}); install libnftables1, "
                'or set gate.nftables.backend = "program"'
            ) from error
        # A context of the library belongs to one caller at a time.
        self._lock = threading.Lock()

    def change(self, commands: str) -> None:
        """Run commands that change the ruleset, all or none."""
        with self._lock:
            self._nft.set_json_output(False)
            self._run(commands)

    def list_json(self, command: str) -> str:
        """Run one ``list`` command and return its answer as JSON text."""
        with self._lock:
            self._nft.set_json_output(True)
            answer = self._run(command)
        if len(answer) > LARGE_OUTPUT:
            _give_memory_back()
        return answer

    def _run(self, commands: str) -> str:
        code, output, error = self._nft.cmd(commands)
        if code != 0:
            raise GateError(_complaint(str(error)))
        return str(output)


class ProgramEngine:
    """Runs the program ``nft`` (Debian ``nftables``) for each call.

    Raises:
        GateError: when it is not installed.
    """

    def __init__(self) -> None:
        # Services often run without the folders of the administrator's programs in their search path.
        path = shutil.which("nft") or shutil.which("nft", path="/usr/sbin:/sbin:/usr/local/sbin")
        if path is None:
            raise GateError(
                'the program nft is not installed; install nftables, or set gate.nftables.backend = "library"'
            )
        self._path = path

    def change(self, commands: str) -> None:
        """Run commands that change the ruleset, all or none."""
        self._run(["-f", "-"], commands)

    def list_json(self, command: str) -> str:
        """Run one ``list`` command and return its answer as JSON text."""
        return self._run(["-j", *command.split()], "")

    def _run(self, arguments: list[str], commands: str) -> str:
        try:
            done = subprocess.run(  # noqa: S603  a fixed program; the commands go in as data
                [self._path, *arguments],
                input=commands,
                capture_output=True,
                text=True,
                check=False,
                timeout=PROGRAM_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise GateError(f"nft could not be run: {error}") from error
        if done.returncode != 0:
            raise GateError(_complaint(done.stderr))
        return done.stdout


@dataclass(frozen=True, slots=True)
class Engines:
    """Who does what.

    Attributes:
        changes: single changes.
        bulk: loading and listing all elements.
    """

    changes: Engine
    bulk: Engine


def open_engines(backend: Literal["auto", "library", "program"]) -> Engines:
    """Open the engines that the setting ``gate.nftables.backend`` names.

    ``auto`` changes through the library and lists through the program, and takes either one for both where
    the other is missing.

    Raises:
        GateError: what was asked for is not installed.
    """
    if backend == "program":
        program = ProgramEngine()
        return Engines(program, program)
    if backend == "library":
        library = LibraryEngine()
        return Engines(library, library)
    try:
        library = LibraryEngine()
    except GateError:
        program = ProgramEngine()
        return Engines(program, program)
    try:
        return Engines(library, ProgramEngine())
    except GateError:
        return Engines(library, library)


def _complaint(error: str) -> str:
    shown = " ".join(error.split())[:_LONGEST_COMPLAINT] or "without saying why"
    if "Operation not permitted" in error:
        return f"nftables refused ({shown}); run as root or with the capability CAP_NET_ADMIN"
    return f"nftables refused: {shown}"


def _give_memory_back() -> None:
    """Return freed memory to the system: a listing of 100,000 elements leaves over 100 MB in the allocator."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # the GNU C library has it, others need it not
    if trim is not None:
        trim(0)
