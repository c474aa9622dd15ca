"""Settings: what the results are like."""

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings


class Results(BaseSettings):
    """Summaries and links."""

    summary_sentences: int = Field(3, ge=1, le=20, description="Sentences of a summary; short articles get fewer.")
    min_words: int = Field(40, ge=1, description="Articles with fewer words after cleaning are skipped.")
    neighbours: int = Field(8, ge=1, le=100, description="Related articles kept of each article, the best.")
    min_score: Annotated[float, Field(ge=0, le=1)] = Field(
        0.25, description="Related articles score at least this. Lower finds more, and more that is not related."
    )
    horizon_days: int = Field(
        30, ge=1, le=3650, description="Articles further apart than this are not looked at for links and stories."
    )
