"""vectors of any width, and summaries in a writer's own words"""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Keep every row. The index over the vectors is built anew: give a large desk a large `maintenance_work_mem`."""
    op.add_column("summaries", sa.Column("kind", sa.String(), server_default="extractive", nullable=False))
    op.add_column("summaries", sa.Column("reason", sa.String(), nullable=True))
    op.create_check_constraint(op.f("ck_summaries_kind"), "summaries", "kind in ('extractive', 'abstractive')")

    op.drop_index("ix_vectors_vector", "vectors")
    op.alter_column("vectors", "vector", type_=HALFVEC())
    width = sa.Computed("vector_dims(vector)", persisted=True)
    op.add_column("vectors", sa.Column("dimensions", sa.SmallInteger(), width, nullable=False))
    op.create_index(
        "ix_vectors_vector_384",
        "vectors",
        [sa.literal_column("(vector::halfvec(384))").label("narrowed")],
        postgresql_using="hnsw",
        postgresql_ops={"narrowed": "halfvec_cosine_ops"},
        postgresql_where=sa.text("dimensions = 384"),
    )


def downgrade() -> None:
    """Drop what 0001 has no place for, and queue it again: vectors of other widths, and written summaries."""
    again = "update stages set state = 'queued', attempts = 0 where name = '{}' and article_id in ({})"
    for stage, table, other in (
        ("summary", "summaries", "kind = 'abstractive'"),
        ("neighbours", "vectors", "dimensions <> 384"),
    ):
        op.execute(again.format(stage, f"select article_id from {table} where {other}"))  # noqa: S608 - our own words
        op.execute(f"delete from {table} where {other}")  # noqa: S608
    op.drop_column("summaries", "reason")
    op.drop_column("summaries", "kind")
    op.drop_column("vectors", "dimensions")  # and with it the indexes of all widths
    op.alter_column("vectors", "vector", type_=HALFVEC(384), postgresql_using="vector::halfvec(384)")
    op.create_index(
        "ix_vectors_vector",
        "vectors",
        ["vector"],
        postgresql_using="hnsw",
        postgresql_ops={"vector": "halfvec_cosine_ops"},
    )
