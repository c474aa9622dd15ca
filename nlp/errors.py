"""The exceptions of the language rules, a sentence each."""

from nlp.clean import line_of


class Unreadable(ValueError):
    """The bytes cannot be read as articles; the message names what is wrong and what to do."""


def said(error: object) -> str:
    """What a parser says, as part of such a message: in one line, since it may quote what it was given."""
    return line_of(str(error))[:200]
