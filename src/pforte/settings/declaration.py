"""How one setting is declared."""

from dataclasses import field
from types import MappingProxyType
from typing import TypeVar

from pforte.settings.limits import Limit

T = TypeVar("T")


def setting(default: T, text: str, limit: Limit[T] | None = None) -> T:
    """Declare one setting: its default, its help (one or two sentences, unit included) and its limit.

    The limit says what a value must be beyond its type; what several settings must be together stands in
    ``agreement.py``.
    """
    if isinstance(default, dict | list):
        raise TypeError("a default must be immutable")
    metadata = {"help": text, "limit": limit}
    if isinstance(default, MappingProxyType):  # dataclasses take everything without a hash for mutable
        return field(default_factory=lambda: default, metadata=metadata)
    return field(default=default, metadata=metadata)
