"""For whom mail is taken: for the operator's own domains, and for nobody by way of them (RFC 5321 s3.6, s7.9)."""

import idna

from pforte.gates.smtp.replies import FOREIGN, complaint
from pforte.mail.path import wrong_with
from pforte.mail.reception import Answer

# Signs by which a local part names another address, to servers that still understand them: a%b, b!a, "a@b", @b:a.
_LEADS_ON = frozenset("%!@:,")


def fault_in(recipient: str, *, international: bool) -> Answer | None:
    """Return the refusal of what is no address, or None. Postmaster may stand alone (RFC 5321 s4.5.1)."""
    if recipient.lower() == "postmaster":
        return None
    wrong = wrong_with(recipient, international=international)
    if wrong is None:
        return None
    code, enhanced = (553, "5.6.7") if wrong.not_ascii else (501, "5.1.3")
    return complaint(code, enhanced, f"the recipient's address {wrong.en}")


def why_not_ours(recipient: str, domains: frozenset[str]) -> Answer | None:
    """Return the refusal of an address that is not ours, or that leads on to another; None for one of ours.

    Args:
        recipient: an address without fault.
        domains: the operator's own, in small letters.
    """
    local, _, domain = recipient.rpartition("@")
    if not local:
        return None  # postmaster
    if _LEADS_ON.intersection(local) or _ascii(domain) not in domains:
        return FOREIGN
    return None


def _ascii(domain: str) -> str:
    if domain.isascii():
        return domain.lower()
    try:
        return idna.encode(domain.removesuffix("."), uts46=True).decode("ascii")
    except idna.IDNAError:
        return ""
