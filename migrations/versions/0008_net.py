"""net: what other sites allow, feeds that are read, and webhooks with their deliveries"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "hosts",
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("free_at", _MOMENT, nullable=False),
        sa.Column("line_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_hosts")),
    )
    op.create_index("ix_hosts_free_at", "hosts", ["free_at"])
    op.create_table(
        "robots",
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("rules", sa.String(), nullable=True),
        sa.Column("stale_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_robots")),
    )
    op.create_index("ix_robots_stale_at", "robots", ["stale_at"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("robots")
    op.drop_table("hosts")
