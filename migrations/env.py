"""Alembic's entry: runs the revisions on the connection that `migrations.upgrade` hands in."""

from alembic import context

import models.alias
import models.article
import models.duplicate
import models.entity
import models.features
import models.feed
import models.host
import models.idempotency
import models.key
import models.lineage
import models.neighbour
import models.stage
import models.story
import models.summary
import models.webhook  # noqa: F401 - the imports fill the metadata
from models.base import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
