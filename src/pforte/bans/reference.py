"""Public references of bans: short codes that people read out on the telephone, such as ``PF-7K3M-Q2XD``.

Seven characters carry a random number, the last one checks them. The alphabet is Crockford's base 32
without I, L, O and U, which are easily misread, and without A and E, so that no words appear. A
reference never encodes the address or the time.
"""

ALPHABET = "0123456789BCDFGHJKMNPQRSTVWXYZ"
NUMBERS = len(ALPHABET) ** 7
"""References there are: draw a number below this for :func:`render_reference`."""

_PREFIX = "PF"
_DIGITS = 7
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
_SEPARATORS = str.maketrans("", "", " -\t\u2010\u2011\u2012\u2013\u2014\u00a0")
_LONGEST = 40
# Any number from 1 to 30 would do; with this one the documented example checks.
_CHECK_START = 26


class BadReferenceError(ValueError):
    """A text is not a reference; the message says which part to look at again."""


def render_reference(number: int) -> str:
    """Render a random number as a reference.

    Args:
        number: 0 to ``NUMBERS - 1``, drawn by the caller from a secure source.

    >>> render_reference(5_519_034_987)
    'PF-7K3M-Q2XD'
    """
    if not 0 <= number < NUMBERS:
        raise ValueError(f"a reference's number is 0 to {NUMBERS - 1}, not {number}")
    digits = []
    for _ in range(_DIGITS):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(digit)
    digits.reverse()
    digits.append(_check_digit(digits))
    return _render("".join(ALPHABET[digit] for digit in digits))


def parse_reference(text: str) -> str:
    """Read a reference as people write it and return it as :func:`render_reference` does.

    Lower case, missing or extra spaces and hyphens, a missing ``PF``, O for 0 and I or L for 1 are forgiven.

    >>> parse_reference("pf 7k3mq2xd")
    'PF-7K3M-Q2XD'

    Raises:
        BadReferenceError: the text cannot be a reference, or its check character says that it was misread.
    """
    shown = repr(text[:_LONGEST])
    if len(text) > _LONGEST:
        raise BadReferenceError(f"{shown}... is too long for a reference such as PF-7K3M-Q2XD")
    code = text.upper().translate(_SEPARATORS)
    if len(code) == len(_PREFIX) + _DIGITS + 1:
        code = code.removeprefix(_PREFIX)
    code = code.translate(_MISREAD)
    strange = next((character for character in code if character not in ALPHABET), None)
    if strange is not None:
        raise BadReferenceError(f"{shown} is not a reference: it cannot hold {strange!r}")
    if len(code) != _DIGITS + 1:
        raise BadReferenceError(
            f"{shown} is not a reference: after PF it has 8 characters, such as PF-7K3M-Q2XD"
        )
    digits = [ALPHABET.index(character) for character in code]
    if _check_digit(digits[:-1]) != digits[-1]:
        raise BadReferenceError(
            f"{shown} is not a reference: its last character does not fit, so one was misread"
        )
    return _render(code)


def _render(code: str) -> str:
    return f"{_PREFIX}-{code[:4]}-{code[4:]}"


def _check_digit(digits: list[int]) -> int:
    """Return the check digit of the hybrid system of ISO 7064 for an alphabet of 30.

    It finds every single wrong character and all but about one in 450 swaps of two neighbours.
    """
    base = len(ALPHABET)
    state = _CHECK_START
    for digit in digits:
        state = ((state + digit) % base or base) * 2 % (base + 1)
    return (base + 1 - state) % base


def contact_about(contact: str, reference: str) -> str:
    """Return where outsiders turn to about a reference: the setting ``desk.contact``, which may ask for it.

    >>> contact_about("https://example.org/r/{reference}", "PF-7K3M-Q2XD")
    'https://example.org/r/PF-7K3M-Q2XD'
    """
    return contact.replace("{reference}", reference)
