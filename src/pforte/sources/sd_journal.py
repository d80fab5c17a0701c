"""The few calls of sd-journal(3) that following a journal needs.

They go to the libsystemd of the machine, which knows the format its journald writes, and where there is none to the
one that comes with cysystemd. Field values stay bytes: a journal may hold what is not UTF-8.
"""

import ctypes
import errno
import os
from collections.abc import Callable
from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_uint64, c_void_p
from functools import cache
from pathlib import Path
from typing import cast

import cysystemd

LOCAL_ONLY = 1
SYSTEM = 4

_SIGNATURES = {
    "sd_journal_open": (POINTER(c_void_p), c_int),
    "sd_journal_open_directory": (POINTER(c_void_p), c_char_p, c_int),
    "sd_journal_set_data_threshold": (c_void_p, c_size_t),
    "sd_journal_add_match": (c_void_p, c_char_p, c_size_t),
    "sd_journal_seek_head": (c_void_p,),
    "sd_journal_seek_tail": (c_void_p,),
    "sd_journal_seek_cursor": (c_void_p, c_char_p),
    "sd_journal_test_cursor": (c_void_p, c_char_p),
    "sd_journal_next": (c_void_p,),
    "sd_journal_previous": (c_void_p,),
    "sd_journal_get_fd": (c_void_p,),
    "sd_journal_process": (c_void_p,),
    "sd_journal_get_cursor": (c_void_p, POINTER(c_void_p)),
    "sd_journal_get_realtime_usec": (c_void_p, POINTER(c_uint64)),
    "sd_journal_get_data": (c_void_p, c_char_p, POINTER(c_void_p), POINTER(c_size_t)),
}


@cache
def _library() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL("libsystemd.so.0")
    except OSError:
        # The extension is linked to the copy it brings; through it that copy's symbols are found.
        found = sorted(Path(cysystemd.__path__[0]).glob("reader*.so"))
        if not found:
            raise
        library = ctypes.CDLL(str(found[0]))
    for name, arguments in _SIGNATURES.items():
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, c_int
    library.sd_journal_close.argtypes, library.sd_journal_close.restype = (c_void_p,), None
    return library


@cache
def _free() -> Callable[[c_void_p], None]:
    free = ctypes.CDLL(None).free
    free.argtypes, free.restype = (c_void_p,), None
    return cast("Callable[[c_void_p], None]", free)


class Journal:
    """An open journal; to be used by one thread at a time.

    Args:
        folder: folder with journal files, or None for the journal of this machine's system services.
        field_bytes: longest field value that is read whole.

    Raises:
        OSError: there is no libsystemd, or the folder cannot be opened.
    """

    def __init__(self, folder: Path | None = None, field_bytes: int = 65_536) -> None:
        self._library = _library()
        self._handle = c_void_p()
        self._stands = False
        if folder is None:
            # Only what system services write: anyone may log to the journal of his own user.
            self._check(self._library.sd_journal_open(byref(self._handle), LOCAL_ONLY | SYSTEM))
        else:
            self._check(self._library.sd_journal_open_directory(byref(self._handle), os.fsencode(folder), 0))
        self._check(self._library.sd_journal_set_data_threshold(self._handle, field_bytes))

    def close(self) -> None:
        """Close it; may be called twice."""
        if self._handle:
            self._library.sd_journal_close(self._handle)
            self._handle = c_void_p()

    def add_match(self, field: str, value: str) -> None:
        """Let only entries pass whose field has this value; several values of one field are alternatives."""
        match = f"{field}={value}".encode()
        self._check(self._library.sd_journal_add_match(self._handle, match, len(match)))

    def seek_head(self) -> None:
        """Go before the first entry."""
        self._check(self._library.sd_journal_seek_head(self._handle))

    def seek_end(self) -> bool:
        """Go to the last entry; return whether there is one."""
        self._check(self._library.sd_journal_seek_tail(self._handle))
        if self._check(self._library.sd_journal_previous(self._handle)):
            return True
        self.seek_head()
        return False

    def seek_after(self, cursor: str) -> bool:
        """Go on behind the entry of that cursor; return False where it is gone, and what followed it comes next."""
        mark = cursor.encode()
        self._check(self._library.sd_journal_seek_cursor(self._handle, mark))
        if not self.next():
            return False
        if self._check(self._library.sd_journal_test_cursor(self._handle, mark)):
            return True
        self._stands = True
        return False

    def next(self) -> bool:
        """Go to the next entry; return whether there is one."""
        if self._stands:
            self._stands = False
            return True
        return self._check(self._library.sd_journal_next(self._handle)) > 0

    def descriptor(self) -> int:
        """Return the descriptor that becomes readable when the journal changes."""
        return self._check(self._library.sd_journal_get_fd(self._handle))

    def process(self) -> None:
        """Take notice of changes: new entries, files that were rotated."""
        self._check(self._library.sd_journal_process(self._handle))

    def cursor(self) -> str:
        """Return the cursor of the entry."""
        text = c_void_p()
        self._check(self._library.sd_journal_get_cursor(self._handle, byref(text)))
        try:
            return ctypes.string_at(text.value or 0).decode("ascii")
        finally:
            _free()(text)

    def microseconds(self) -> int:
        """Return when journald took the entry, in microseconds since 1970."""
        moment = c_uint64()
        self._check(self._library.sd_journal_get_realtime_usec(self._handle, byref(moment)))
        return moment.value

    def field(self, name: str) -> bytes | None:
        """Return the value of a field of the entry, or None where it has none."""
        data, length = c_void_p(), c_size_t()
        result = self._library.sd_journal_get_data(self._handle, name.encode(), byref(data), byref(length))
        if result == -errno.ENOENT:
            return None
        self._check(result)
        return ctypes.string_at(data.value or 0, length.value)[len(name) + 1 :]

    def _check(self, result: int) -> int:
        if result < 0:
            raise OSError(-result, os.strerror(-result))
        return result
