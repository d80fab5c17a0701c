"""Domain names as the DNS writes them."""

import idna

MOST_CHARACTERS = 253
MOST_LABEL = 63


def ascii_name(name: str) -> str | None:
    """Return a domain name in ASCII and small letters without a point at its end; None where it can be none.

    Labels outside ASCII become A-labels (RFC 5890 s2.3.2.1), as UTS #46 maps them.

    >>> ascii_name("Bücher.Example."), ascii_name("a..b")
    ('xn--bcher-kva.example', None)
    """
    if len(name) > MOST_CHARACTERS + 1:
        return None
    if not name.isascii():
        try:
            name = ".".join(map(_a_label, idna.uts46_remap(name, std3_rules=False).split(".")))
        except (idna.IDNAError, UnicodeError):
            return None
    name = name.removesuffix(".").lower()
    labels = name.split(".")
    sound = all(0 < len(label) <= MOST_LABEL and label.isprintable() and " " not in label for label in labels)
    return name if sound and len(name) <= MOST_CHARACTERS else None


def canonical_name(name: str) -> str:
    """Return the one form in which domains are compared, whoever wrote them: as :func:`ascii_name` has it.

    A text that can be no name is itself, in small letters and without a point at its end.

    >>> canonical_name("Bücher.Example."), canonical_name("A..B.")
    ('xn--bcher-kva.example', 'a..b')
    """
    return ascii_name(name) or name.lower().removesuffix(".")


def _a_label(label: str) -> str:
    """Convert one label; ASCII ones stay as they are, with an underscore too."""
    return label if label.isascii() else idna.alabel(label).decode("ascii")
