"""first tables"""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.execute("create extension if not exists vector")
    op.create_table(
        "articles",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("source", sa.String(), server_default="", nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("url_key", sa.String(), nullable=True),
        sa.Column("title", sa.String(), server_default="", nullable=False),
        sa.Column("title_key", sa.String(), server_default="", nullable=False),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("attribution", sa.String(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("text_hash", sa.LargeBinary(), nullable=True),
        sa.Column("sentences", sa.ARRAY(sa.Integer(), dimensions=2), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("key", name=op.f("uq_articles_key")),
    )
    op.create_index("ix_articles_source_time", "articles", ["source", "published_at", "id"], unique=False)
    op.create_index("ix_articles_title_key", "articles", ["title_key"], unique=False, postgresql_using="hash")
    op.create_index("ix_articles_url_key", "articles", ["url_key"], unique=False)
    op.create_table(
        "entities",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.CheckConstraint("type in ('PER', 'ORG', 'LOC', 'MISC')", name=op.f("ck_entities_type")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entities")),
        sa.UniqueConstraint("type", "key", name=op.f("uq_entities_type_key")),
    )
    op.create_table(
        "declared",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_key", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("url_key", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_declared_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "kind", name=op.f("pk_declared")),
    )
    op.create_index("ix_declared_title_key", "declared", ["title_key"], unique=False, postgresql_using="hash")
    op.create_index("ix_declared_url_key", "declared", ["url_key"], unique=False)
    op.create_table(
        "mentions",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.REAL(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_mentions_article_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name=op.f("fk_mentions_entity_id")),
        sa.PrimaryKeyConstraint("article_id", "start", name=op.f("pk_mentions")),
    )
    op.create_index("ix_mentions_entity_id", "mentions", ["entity_id", "article_id"], unique=False)
    op.create_table(
        "neighbours",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("neighbour_id", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.REAL(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_neighbours_article_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["neighbour_id"], ["articles.id"], name=op.f("fk_neighbours_neighbour_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "neighbour_id", name=op.f("pk_neighbours")),
    )
    op.create_index("ix_neighbours_neighbour_id", "neighbours", ["neighbour_id"], unique=False)
    op.create_table(
        "payloads",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("given", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_payloads_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_payloads")),
    )
    op.create_table(
        "stages",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), server_default="queued", nullable=False),
        sa.Column("lane", sa.String(), server_default="live", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claims", sa.Integer(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("lineage", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("lane in ('live', 'backfill')", name=op.f("ck_stages_lane")),
        sa.CheckConstraint("name in ('ingest', 'summary', 'entities', 'neighbours')", name=op.f("ck_stages_name")),
        sa.CheckConstraint("state in ('queued', 'running', 'done', 'failed', 'skipped')", name=op.f("ck_stages_state")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_stages_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", "name", name=op.f("pk_stages")),
    )
    op.create_index(
        "ix_stages_open",
        "stages",
        ["state", "queued_at"],
        unique=False,
        postgresql_where=sa.text("state in ('queued', 'running', 'failed')"),
    )
    op.create_table(
        "summaries",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sentences", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_summaries_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_summaries")),
    )
    op.create_table(
        "vectors",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("lineage", sa.String(), nullable=False),
        sa.Column("vector", HALFVEC(dim=384), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_vectors_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_vectors")),
    )
    op.create_index(
        "ix_vectors_vector",
        "vectors",
        ["vector"],
        unique=False,
        postgresql_using="hnsw",
        postgresql_ops={"vector": "halfvec_cosine_ops"},
    )
    op.create_table(
        "versions",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_versions_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "version", name=op.f("pk_versions")),
    )


def downgrade() -> None:
    """Drop the tables; the extension stays, others may use it."""
    op.drop_table("versions")
    op.drop_table("vectors")
    op.drop_table("summaries")
    op.drop_table("stages")
    op.drop_table("payloads")
    op.drop_table("neighbours")
    op.drop_table("mentions")
    op.drop_table("declared")
    op.drop_table("entities")
    op.drop_table("articles")
