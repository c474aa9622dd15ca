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
    _webhooks()
    _deliveries()


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("events", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("sources", sa.ARRAY(sa.String()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("old_secret", sa.String(), nullable=True),
        sa.Column("old_until", _MOMENT, nullable=True),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("inactive_reason", sa.String(), nullable=True),
        sa.Column("active_from", _MOMENT, server_default=sa.func.now(), nullable=False),
        sa.Column("rest_until", _MOMENT, server_default=sa.func.now(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("delivered_at", _MOMENT, nullable=True),
        sa.Column("created_at", _MOMENT, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_table(
        "delivery_clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("scanned_to", _MOMENT, server_default=sa.func.now(), nullable=False),
        sa.Column("swept_to", _MOMENT, server_default=sa.func.now(), nullable=False),
        sa.Column("held_by", sa.String(), nullable=True),
        sa.Column("held_until", _MOMENT, server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_delivery_clock_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_clock")),
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("webhook_id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("message_id", sa.Uuid(), server_default=sa.func.gen_random_uuid(), nullable=False),
        sa.Column("state", sa.String(), server_default="waiting", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("happened_at", _MOMENT, nullable=False),
        sa.Column("queued_at", _MOMENT, server_default=sa.func.now(), nullable=False),
        sa.Column("next_at", _MOMENT, server_default=sa.func.now(), nullable=False),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.CheckConstraint("state in ('waiting', 'delivered', 'dead')", name=op.f("ck_deliveries_state")),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name=op.f("fk_deliveries_webhook_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_deliveries_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("webhook_id", "article_id", "version", "event", name="uq_deliveries_event"),
    )
    op.create_index("ix_deliveries_article_id", "deliveries", ["article_id"])
    waiting, ended = sa.text("state = 'waiting'"), sa.text("state <> 'waiting'")
    op.create_index("ix_deliveries_waiting", "deliveries", ["webhook_id", "next_at"], postgresql_where=waiting)
    op.create_index("ix_deliveries_ended_at", "deliveries", ["ended_at"], postgresql_where=ended)


def downgrade() -> None:
    """Drop them."""
    op.drop_table("deliveries")
    op.drop_table("delivery_clock")
    op.drop_table("webhooks")
    op.drop_table("feeds")
    op.drop_table("robots")
    op.drop_table("hosts")
