"""what workers say that their results are made by"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table; each worker says its part when it starts."""
    op.create_table(
        "reported_lineages",
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("lineages", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("stage", "engine", name=op.f("pk_reported_lineages")),
    )


def downgrade() -> None:
    """Drop it; nothing else refers to it."""
    op.drop_table("reported_lineages")
