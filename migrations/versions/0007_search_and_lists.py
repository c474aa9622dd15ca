"""what searches and lists read: words of articles, and the times of articles and of stages"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

TIME = sa.text("coalesce(published_at, created_at)")
WORDS = (
    "setweight(to_tsvector('english'::regconfig, title), 'A') || "
    "setweight(to_tsvector('english'::regconfig, coalesce(left(text, 100000), '')), 'B')"
)


def upgrade() -> None:
    """Add the words, which rewrites the articles (about a millisecond each), and make the indexes."""
    op.add_column("articles", sa.Column("words", postgresql.TSVECTOR(), sa.Computed(WORDS, persisted=True)))
    op.create_index("ix_articles_words", "articles", ["words"], postgresql_using="gin")
    op.create_index("ix_articles_time", "articles", [TIME, "id"])
    op.create_index("ix_articles_source_at", "articles", ["source", TIME, "id"])
    op.create_index("ix_articles_language_at", "articles", ["language", TIME, "id"])
    op.create_index("ix_stages_finished_at", "stages", ["finished_at"])
    skipped = sa.text("state = 'skipped'")
    op.create_index("ix_stages_skipped", "stages", ["article_id"], postgresql_where=skipped)


def downgrade() -> None:
    """Drop them; all of it is made again from the articles."""
    op.drop_index("ix_stages_skipped", "stages")
    op.drop_index("ix_stages_finished_at", "stages")
    op.drop_index("ix_articles_language_at", "articles")
    op.drop_index("ix_articles_source_at", "articles")
    op.drop_index("ix_articles_time", "articles")
    op.drop_index("ix_articles_words", "articles")
    op.drop_column("articles", "words")
