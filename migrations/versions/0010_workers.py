"""stages: which worker tries"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Stages that run meanwhile have no worker: they are taken back by their time, as before."""
    op.add_column("stages", sa.Column("worker", sa.String()))


def downgrade() -> None:
    """Nothing else refers to it."""
    op.drop_column("stages", "worker")
