"""Whether a sentence can hold a name at all: in English one has a capital, and not the one that begins the sentence."""

import re
from collections.abc import Iterable

# Words that begin sentences and are no names. Not here: May, Will, Rather, People, and others that are.
_BEGINNING = frozenset(
    re.findall(
        r"\w+",
        """
    a about above across after again against all almost along already also although always among an and another
    any anyone anything are as at back because before behind being below besides between beyond both but by can
    clearly could currently despite do does during each either every everyone everything few finally first for
    fortunately from further has have having he her here his how however i if in indeed instead into is it its
    just later let like many maybe meanwhile more moreover most much my nearly neither never nevertheless no
    nobody none nor not nothing now of off often on once one only or other others otherwise our out over overall
    perhaps please recently several she should similarly since so some someone something sometimes soon still
    such than that the their them then there therefore these they this those though three through throughout
    thus to today together tomorrow too two under unfortunately unless unlike until up upon very was we well
    were what whatever when whenever where whereas whether which while who whoever whose why with within without
    would yes yesterday yet you your
    """,
    )
)


def may_name(words: Iterable[str]) -> bool:
    """Whether one of the words of a sentence may be, or begin, a name.

    None is when the first word has a capital and often begins sentences, and all others are in small letters, but for
    the pronoun I. Who writes no capitals at all may write names without; so do scripts that have none.
    """
    begun = False
    for word in words:
        if word.islower():
            if not begun:
                return True
        elif any(map(str.isalpha, word)):
            ordinary = word == "I" or (not begun and word == word.capitalize() and word.lower() in _BEGINNING)
            if not ordinary:
                return True
            begun = True
    return False
