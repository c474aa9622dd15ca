"""what is compared of articles, why they are linked, and stories"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Keep every link; those made before say their cosine only, until their article is linked again."""
    op.add_column("neighbours", sa.Column("cosine", sa.REAL(), nullable=True))
    op.add_column("neighbours", sa.Column("hours", sa.REAL(), nullable=True))
    op.execute("update neighbours set cosine = score")
    # 0 is no article's version: vectors made before are made again when their article is linked again.
    op.add_column("vectors", sa.Column("version", sa.Integer(), server_default="0", nullable=False))
    op.add_column("vectors", sa.Column("at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "features",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("lineage", sa.String(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.Column("weights", sa.LargeBinary(), nullable=False),
        sa.Column("names", sa.LargeBinary(), nullable=False),
        sa.Column("numbers", sa.LargeBinary(), nullable=False),
        sa.Column("shown", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_features_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_features")),
    )
    op.execute("alter table features set (toast_tuple_target = 8160)")  # read often and whole: no part is put elsewhere
    op.create_table(
        "terms",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_terms_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", "key", name=op.f("pk_terms")),
    )
    op.create_index("ix_terms_key_at", "terms", ["key", "at", "article_id"])
    _stories()


def _stories() -> None:
    op.create_table(
        "stories",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("title", sa.String(), server_default="", nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_into", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["merged_into"], ["stories.id"], name=op.f("fk_stories_merged_into")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stories")),
    )
    merged, going_on = sa.text("merged_into is not null"), sa.text("merged_into is null")
    op.create_index("ix_stories_merged_into", "stories", ["merged_into"], postgresql_where=merged)
    op.create_index("ix_stories_last_seen", "stories", ["last_seen", "id"], postgresql_where=going_on)
    op.create_table(
        "story_members",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("story_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_story_members_article_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_story_members_story_id")),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_story_members")),
    )
    op.create_index("ix_story_members_story_id_at", "story_members", ["story_id", "at", "article_id"])
    op.create_table(
        "story_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("from_id", sa.BigInteger(), nullable=False),
        sa.Column("to_id", sa.BigInteger(), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind in ('merged', 'split', 'moved')", name=op.f("ck_story_events_kind")),
        sa.ForeignKeyConstraint(["from_id"], ["stories.id"], name=op.f("fk_story_events_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["stories.id"], name=op.f("fk_story_events_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story_events")),
    )
    op.create_index("ix_story_events_from_id", "story_events", ["from_id"])
    op.create_index("ix_story_events_to_id", "story_events", ["to_id"])


def downgrade() -> None:
    """Links keep their score as the cosine that 0002 takes it for."""
    for table in ("story_events", "story_members", "stories", "terms", "features"):
        op.drop_table(table)
    op.drop_column("vectors", "at")
    op.drop_column("vectors", "version")
    op.execute("update neighbours set score = cosine where cosine is not null")
    for column in ("cosine", "hours"):
        op.drop_column("neighbours", column)
