"""duplicates: the marks by which texts find each other, and groups"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables; articles that are there already are in them once their neighbours are linked anew."""
    op.create_table(
        "bands",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("band", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_bands_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", "band", name=op.f("pk_bands")),
    )
    op.create_index("ix_bands_band", "bands", ["band", "article_id"])
    op.create_table(
        "duplicates",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("text_hash", sa.LargeBinary(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_duplicates_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_duplicates")),
    )
    op.create_index("ix_duplicates_group_id", "duplicates", ["group_id", "article_id"])
    op.create_index("ix_articles_text_hash", "articles", ["text_hash"], postgresql_using="hash")


def downgrade() -> None:
    """Drop them; all of it is found again from the texts."""
    op.drop_index("ix_articles_text_hash", "articles")
    op.drop_table("duplicates")
    op.drop_table("bands")
