"""The tables of the register.

Written for SQLite and PostgreSQL alike: moments are integers, networks are byte keys (see ``encoding``), words
are short texts. A change here needs a migration beside it; a test compares the two.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)


class Octets(LargeBinary):
    """Bytes as the drivers of both databases take and give them, without a wrapper around each value."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:
        """Hand values to the driver as they are."""

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        """Take values from the driver as they are."""


METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

# SQLite numbers rows by itself only where the type is exactly INTEGER.
NUMBER = BigInteger().with_variant(Integer(), "sqlite")

BANS = Table(
    "bans",
    METADATA,
    Column("id", NUMBER, primary_key=True, autoincrement=False),
    Column("network", Octets, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("starts", BigInteger, nullable=False),
    Column("ends", BigInteger, nullable=False),
    Column("reference", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("reach", Text, nullable=False),
    Column("lifted", BigInteger),
    Column("amnesty", Boolean, nullable=False),
    Column("act", Text, nullable=False),
    # The moment of liberty, a lift counted: kept beside `ends` and `lifted` so that one index answers "in force".
    Column("until", BigInteger, nullable=False),
    UniqueConstraint("reference"),
    Index(None, "network", "starts"),
    Index(None, "until"),
)

WIDTHS = Table(
    "widths",
    METADATA,
    # Which prefix lengths bans have, so that a search for what covers a network asks for those only.
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("prefix", Integer, primary_key=True, autoincrement=False),
)

JOURNAL = Table(
    "journal",
    METADATA,
    Column("sequence", NUMBER, primary_key=True, autoincrement=False),
    Column("action", Text, nullable=False),
    Column("ban", NUMBER, ForeignKey("bans.id"), nullable=False),
    Column("decided", BigInteger, nullable=False),
    # What a decision may change in a ban, as it stood after it.
    Column("rung", Integer, nullable=False),
    Column("starts", BigInteger, nullable=False),
    Column("ends", BigInteger, nullable=False),
    Column("lifted", BigInteger),
    Column("amnesty", Boolean, nullable=False),
    Index(None, "ban"),
)

# Numbers of the rows of bans, offences and journal are given out from here inside the one write transaction:
# without gaps, in the order of the commits, never twice, and alike in both databases.
BANS_HEAD = "bans"
JOURNAL_HEAD = "journal"
OFFENCES_HEAD = "offences"
PURGED_HEAD = "purged"
"""Highest sequence that was purged: a gate that stands below it must take a snapshot."""

HEADS = Table(
    "heads",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
)

PENDING = "pending"

OFFENCES = Table(
    "offences",
    METADATA,
    Column("id", NUMBER, primary_key=True, autoincrement=False),
    Column("network", Octets, nullable=False),
    Column("address", Octets, nullable=False),
    Column("kind", Text, nullable=False),
    Column("check_id", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("recorded", BigInteger, nullable=False),
    Column("service", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("line", BigInteger),
    Column("evidence", Octets, nullable=False),
    Column("mode", Text, nullable=False),
    Column("claim", Text, nullable=False),
    Column("exempt", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("ban", NUMBER, ForeignKey("bans.id")),
    # Identity of the finding in its source; NULL where a source has none. Two NULLs are not equal to UNIQUE.
    Column("origin", Text),
    # What the line alone does not show; offences recorded before it was kept have "".
    Column("observed", Text, nullable=False, server_default=""),
    UniqueConstraint("origin"),
    Index(None, "network", "at"),
    Index(None, "ban"),
    Index(None, "at"),
    Index(
        "ix_offences_pending",
        "id",
        sqlite_where=text(f"outcome = '{PENDING}'"),
        postgresql_where=text(f"outcome = '{PENDING}'"),
    ),
)

POSITIONS = Table(
    "positions",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("saved", BigInteger, nullable=False),
)

TALLIES = Table(
    "tallies",
    METADATA,
    Column("check_id", Text, primary_key=True),
    Column("network", Octets, primary_key=True),
    Column("state", Octets, nullable=False),
    Column("saved", BigInteger, nullable=False),
    Index(None, "saved"),
)

GATES = Table(
    "gates",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("entries", BigInteger, nullable=False),
    Column("error", Text, nullable=False),
    Column("saved", BigInteger, nullable=False),
)

BOUNCERS = Table(
    "bouncers",
    METADATA,
    Column("name", Text, primary_key=True),
    # SHA-512 of the key in hexadecimal: the key itself is drawn at random and kept nowhere.
    Column("digest", Text, nullable=False),
    Column("made", BigInteger, nullable=False),
    UniqueConstraint("digest"),
)

PULLS = Table(
    "pulls",
    METADATA,
    Column("bouncer", Text, ForeignKey("bouncers.name"), primary_key=True),
    Column("address", Octets, primary_key=True),
    Column("agent", Text, nullable=False),
    Column("pulled", BigInteger, nullable=False),
)

DOCUMENTS = Table(
    "documents",
    METADATA,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),
    Column("content", Octets, nullable=False),
    Column("came_into_force", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    UniqueConstraint("name", "came_into_force"),
    sqlite_autoincrement=True,
)

AUDIT = Table(
    "audit",
    METADATA,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("who", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("network", Octets, nullable=False),
    Column("reference", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Index(None, "at"),
    Index(None, "reference"),
    sqlite_autoincrement=True,
)

MAILS = Table(
    "mails",
    METADATA,
    Column("reference", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("address", Octets, nullable=False),
    Column("helo", Text, nullable=False),
    Column("tls", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("recipients", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("wanted", Text, nullable=False),
    Column("header", Octets, nullable=False),
    Column("message", Octets, nullable=False),
    Index(None, "at"),
    Index(None, "address", "at"),
)

MAIL_FINDINGS = Table(
    "mail_findings",
    METADATA,
    Column("reference", Text, ForeignKey("mails.reference"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("check_id", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("wanted", Text, nullable=False),
    Column("observed", Octets, nullable=False),
    Column("expected", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("temporary", Boolean, nullable=False),
    Index(None, "check_id"),
)

MAIL_HOURS = Table(
    "mail_hours",
    METADATA,
    # Every mail that was judged counts here, also one in which nothing was found.
    Column("hour", BigInteger, primary_key=True, autoincrement=False),
    Column("action", Text, primary_key=True),
    Column("mails", BigInteger, nullable=False),
)

GREETED = Table(
    "greeted",
    METADATA,
    # Greylisting: when a client's network, a sender and a recipient were first seen together.
    Column("triple", Octets, primary_key=True),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Index(None, "last"),
)

CONDUCT = Table(
    "conduct",
    METADATA,
    # What a network asked for in one window of time, over all processes and restarts.
    Column("network", Octets, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("begun", BigInteger, primary_key=True, autoincrement=False),
    Column("count", BigInteger, nullable=False),
    Index(None, "begun"),
)
