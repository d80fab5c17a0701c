"""What an offence tells beside its line: the rule that was broken, or what was counted."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; offences recorded before tell nothing."""
    op.add_column("offences", sa.Column("observed", sa.Text, nullable=False, server_default=""))
