"""The languages of what outsiders read, and words that stand in all of them."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "de"]
"""The languages of what outsiders read."""


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence or paragraph in both languages that outsiders read."""

    en: str
    de: str

    def said(self, language: Language) -> str:
        """Return it in one language."""
        return self.de if language == "de" else self.en
