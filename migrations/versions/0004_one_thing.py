"""names that are one thing: merges with their evidence, and marks that keep names apart"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Every entity is a thing of its own until its articles are tagged again."""
    op.add_column("entities", sa.Column("same_as", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_entities_same_as"), "entities", "entities", ["same_as"], ["id"])
    op.create_index("ix_entities_key", "entities", ["key"])
    op.create_index("ix_entities_same_as", "entities", ["same_as"], postgresql_where=sa.text("same_as is not null"))
    now = sa.text("now()")
    op.create_table(
        "merges",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("alias_id", sa.BigInteger(), nullable=False),
        sa.Column("whole_id", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("holds", sa.String(), server_default="nowhere", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_why", sa.String(), nullable=True),
        sa.CheckConstraint("alias_id <> whole_id", name=op.f("ck_merges_two")),
        sa.CheckConstraint("rule in ('form', 'definition', 'suffix', 'initials')", name=op.f("ck_merges_rule")),
        sa.CheckConstraint("holds in ('everywhere', 'there', 'nowhere')", name=op.f("ck_merges_holds")),
        sa.ForeignKeyConstraint(["alias_id"], ["entities.id"], name=op.f("fk_merges_alias_id")),
        sa.ForeignKeyConstraint(["whole_id"], ["entities.id"], name=op.f("fk_merges_whole_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merges")),
        sa.UniqueConstraint("alias_id", "whole_id", "rule", name=op.f("uq_merges_alias_id_whole_id_rule")),
    )
    op.create_index("ix_merges_whole_id", "merges", ["whole_id"])
    op.create_table(
        "evidence",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("merge_id", sa.BigInteger(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("alias", sa.String(), nullable=False),
        sa.Column("whole", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_evidence_article_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["merge_id"], ["merges.id"], name=op.f("fk_evidence_merge_id")),
        sa.PrimaryKeyConstraint("article_id", "merge_id", name=op.f("pk_evidence")),
    )
    op.create_index("ix_evidence_merge_id", "evidence", ["merge_id", "article_id"])
    op.create_table(
        "distinct_entities",
        sa.Column("one_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_distinct_entities_ordered")),
        sa.ForeignKeyConstraint(["one_id"], ["entities.id"], name=op.f("fk_distinct_entities_one_id")),
        sa.ForeignKeyConstraint(["other_id"], ["entities.id"], name=op.f("fk_distinct_entities_other_id")),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_distinct_entities")),
    )
    op.create_index("ix_distinct_entities_other_id", "distinct_entities", ["other_id"])


def downgrade() -> None:
    """Names stand for themselves again; what articles said of them is found again when they are tagged again."""
    op.drop_table("distinct_entities")
    op.drop_table("evidence")
    op.drop_table("merges")
    op.drop_index("ix_entities_same_as", "entities")
    op.drop_index("ix_entities_key", "entities")
    op.drop_constraint(op.f("fk_entities_same_as"), "entities", type_="foreignkey")
    op.drop_column("entities", "same_as")
