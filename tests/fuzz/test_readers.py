"""The short form of `make fuzz`: the same inputs in each run, so that a commit is not red by chance."""

import pytest
from fuzz.mangled import mangled
from fuzz.readers import READERS, in_time
from hypothesis import HealthCheck, Phase, given, settings


@pytest.mark.parametrize("name", READERS)
@given(data=mangled())
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_read_is_an_article_or_a_clear_refusal(name: str, data: bytes) -> None:
    in_time(READERS[name], data)
