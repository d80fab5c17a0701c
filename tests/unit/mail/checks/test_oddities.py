"""The first oddity of the kinds asked for is found."""

from datetime import UTC, datetime
from ipaddress import ip_address

from pforte.mail.checks.oddities import first_of
from pforte.mail.facts import Facts, House
from pforte.mail.session import Moved, Oddity, Session


def test_the_first_of_its_kind_is_found():
    first, second = Moved(Oddity.NUL, b"1"), Moved(Oddity.NUL, b"2")
    session = Session(address=ip_address("::1"), oddities=(Moved(Oddity.EARLY_TALK, b"0"), first, second))
    facts = Facts(now=datetime(2026, 1, 1, tzinfo=UTC), house=House(), session=session)
    assert first_of(facts, Oddity.NUL, Oddity.SMUGGLING) is first
    assert first_of(facts, Oddity.SMUGGLING) is None
