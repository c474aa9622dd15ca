"""The exceptions of the language rules, a sentence each."""


class Unreadable(ValueError):
    """The bytes cannot be read as articles; the message names what is wrong and what to do."""
