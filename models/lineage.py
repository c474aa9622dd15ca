"""What workers say that their results are made by, for those who load no engine."""

from datetime import datetime

from sqlalchemy import ARRAY, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Reported(Base):
    """The lineages that a worker gives to a stage's results when its settings name the engine with these words."""

    __tablename__ = "reported_lineages"

    stage: Mapped[str] = mapped_column(primary_key=True)
    engine: Mapped[str] = mapped_column(primary_key=True)
    lineages: Mapped[list[str]] = mapped_column(ARRAY(Text))
    reported_at: Mapped[datetime] = mapped_column(server_default=func.now())
