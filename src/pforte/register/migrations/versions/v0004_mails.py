"""Judged mails with their findings, how much mail there was, and what is remembered of clients."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; no mail was judged yet."""
    op.create_table(
        "mails",
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("address", sa.LargeBinary, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("helo", "tls", "account", "sender")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("recipients", "queue", "action", "wanted")),
        sa.Column("header", sa.LargeBinary, nullable=False),
        sa.Column("message", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("reference", name="pk_mails"),
    )
    op.create_index("ix_mails_at", "mails", ["at"])
    op.create_index("ix_mails_address_at", "mails", ["address", "at"])
    op.create_table(
        "mail_findings",
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("place", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("check_id", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("wanted", sa.Text, nullable=False),
        sa.Column("observed", sa.LargeBinary, nullable=False),
        sa.Column("expected", sa.Text, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("temporary", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("reference", "place", name="pk_mail_findings"),
        sa.ForeignKeyConstraint(["reference"], ["mails.reference"], name="fk_mail_findings_reference"),
    )
    op.create_index("ix_mail_findings_check_id", "mail_findings", ["check_id"])
    op.create_table(
        "mail_hours",
        sa.Column("hour", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("mails", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("hour", "action", name="pk_mail_hours"),
    )
    op.create_table(
        "greeted",
        sa.Column("triple", sa.LargeBinary, nullable=False),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("triple", name="pk_greeted"),
    )
    op.create_index("ix_greeted_last", "greeted", ["last"])
    op.create_table(
        "conduct",
        sa.Column("network", sa.LargeBinary, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("begun", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("network", "what", "begun", name="pk_conduct"),
    )
    op.create_index("ix_conduct_begun", "conduct", ["begun"])
