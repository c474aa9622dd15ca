"""Hypothesis's way to hostile files: samples taken apart and put together wrongly."""

from fuzz.seeds import SIGNS, seeds
from hypothesis import strategies as st


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """A sample with pieces taken out, put elsewhere or repeated, and signs and bytes put in; or signs alone."""
    data = draw(st.sampled_from([b"", *seeds()]))
    for _ in range(draw(st.integers(1, 6))):
        piece = draw(st.one_of(st.sampled_from(SIGNS), st.binary(max_size=8), st.text(max_size=8).map(_encoded)))
        start, length = draw(st.integers(0, len(data))), draw(st.integers(0, 40))
        data = data[:start] + piece * draw(st.sampled_from([1, 1, 2, 50])) + data[start + length :]
    return data


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
