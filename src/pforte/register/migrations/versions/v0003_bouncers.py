"""Programs that pull the bans by a key of their own (CrowdSec bouncers), and when each last did."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; nobody may pull yet."""
    op.create_table(
        "bouncers",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("made", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_bouncers"),
        sa.UniqueConstraint("digest", name="uq_bouncers_digest"),
    )
    op.create_table(
        "pulls",
        sa.Column("bouncer", sa.Text, nullable=False),
        sa.Column("address", sa.LargeBinary, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("pulled", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("bouncer", "address", name="pk_pulls"),
        sa.ForeignKeyConstraint(["bouncer"], ["bouncers.name"], name="fk_pulls_bouncer"),
    )
