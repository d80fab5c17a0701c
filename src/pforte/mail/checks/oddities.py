"""What a client did on the wire, as checks ask for it."""

from pforte.mail.facts import Facts
from pforte.mail.session import Moved, Oddity


def first_of(facts: Facts, *oddities: Oddity) -> Moved | None:
    """Return the first thing of these kinds that the client did, or None."""
    return next((moved for moved in facts.session.oddities if moved.oddity in oddities), None)
