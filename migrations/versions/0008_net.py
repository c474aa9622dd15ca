"""net: what other sites allow, feeds that are read, and webhooks with their deliveries"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
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
    op.create_table(
        "feeds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("title", sa.String(), server_default="", nullable=False),
        sa.Column("source", sa.String(), server_default="", nullable=False),
        sa.Column("every_seconds", sa.Integer(), nullable=True),
        sa.Column("pace_seconds", sa.Integer(), nullable=False),
        sa.Column("paused", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("pause_reason", sa.String(), nullable=True),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("next_poll_at", _MOMENT, server_default=sa.func.now(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("polled_at", _MOMENT, nullable=True),
        sa.Column("good_at", _MOMENT, nullable=True),
        sa.Column("fresh_at", _MOMENT, nullable=True),
        sa.Column("articles", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", _MOMENT, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("key", name=op.f("uq_feeds_key")),
    )
    op.create_index("ix_feeds_next_poll_at", "feeds", ["next_poll_at"], postgresql_where=sa.text("not paused"))


def downgrade() -> None:
    """Drop them."""
    op.drop_table("feeds")
    op.drop_table("robots")
    op.drop_table("hosts")
