"""The first tables of the register."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PENDING = sa.text("outcome = 'pending'")


def upgrade() -> None:
    """Make every table, and the counters at zero."""
    _create_bans()
    _create_journal()
    _create_offences()
    _create_progress()
    _create_documents_and_audit()
    heads = op.create_table(
        "heads",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_heads"),
    )
    counters = ("bans", "journal", "offences", "purged")
    op.bulk_insert(heads, [{"name": name, "sequence": 0} for name in counters])


def _create_bans() -> None:
    op.create_table(
        "bans",
        sa.Column("id", NUMBER, nullable=False, autoincrement=False),
        sa.Column("network", sa.LargeBinary, nullable=False),
        sa.Column("rung", sa.Integer, nullable=False),
        sa.Column("starts", sa.BigInteger, nullable=False),
        sa.Column("ends", sa.BigInteger, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("reach", sa.Text, nullable=False),
        sa.Column("lifted", sa.BigInteger),
        sa.Column("amnesty", sa.Boolean, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bans"),
        sa.UniqueConstraint("reference", name="uq_bans_reference"),
    )
    op.create_index("ix_bans_network_starts", "bans", ["network", "starts"])
    op.create_index("ix_bans_until", "bans", ["until"])
    op.create_table(
        "widths",
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("prefix", sa.Integer, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("version", "prefix", name="pk_widths"),
    )


def _create_journal() -> None:
    op.create_table(
        "journal",
        sa.Column("sequence", NUMBER, nullable=False, autoincrement=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("ban", NUMBER, nullable=False),
        sa.Column("decided", sa.BigInteger, nullable=False),
        sa.Column("rung", sa.Integer, nullable=False),
        sa.Column("starts", sa.BigInteger, nullable=False),
        sa.Column("ends", sa.BigInteger, nullable=False),
        sa.Column("lifted", sa.BigInteger),
        sa.Column("amnesty", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_journal"),
        sa.ForeignKeyConstraint(["ban"], ["bans.id"], name="fk_journal_ban"),
    )
    op.create_index("ix_journal_ban", "journal", ["ban"])


def _create_offences() -> None:
    op.create_table(
        "offences",
        sa.Column("id", NUMBER, nullable=False, autoincrement=False),
        sa.Column("network", sa.LargeBinary, nullable=False),
        sa.Column("address", sa.LargeBinary, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("check_id", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("recorded", sa.BigInteger, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("line", sa.BigInteger),
        sa.Column("evidence", sa.LargeBinary, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("claim", sa.Text, nullable=False),
        sa.Column("exempt", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("ban", NUMBER),
        sa.Column("origin", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_offences"),
        sa.ForeignKeyConstraint(["ban"], ["bans.id"], name="fk_offences_ban"),
        sa.UniqueConstraint("origin", name="uq_offences_origin"),
    )
    op.create_index("ix_offences_network_at", "offences", ["network", "at"])
    op.create_index("ix_offences_ban", "offences", ["ban"])
    op.create_index("ix_offences_at", "offences", ["at"])
    op.create_index("ix_offences_pending", "offences", ["id"], sqlite_where=PENDING, postgresql_where=PENDING)


def _create_progress() -> None:
    op.create_table(
        "positions",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("saved", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_positions"),
    )
    op.create_table(
        "tallies",
        sa.Column("check_id", sa.Text, nullable=False),
        sa.Column("network", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
        sa.Column("saved", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("check_id", "network", name="pk_tallies"),
    )
    op.create_index("ix_tallies_saved", "tallies", ["saved"])
    op.create_table(
        "gates",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("entries", sa.BigInteger, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("saved", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_gates"),
    )


def _create_documents_and_audit() -> None:
    op.create_table(
        "documents",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("came_into_force", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
        sa.UniqueConstraint("name", "came_into_force", name="uq_documents_name_came_into_force"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "audit",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("network", sa.LargeBinary, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_reference", "audit", ["reference"])
