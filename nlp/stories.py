"""Which articles tell one story: groups of articles that are as alike to each other as they are among themselves.

A story is clustered anew, from its articles' scores alone, whenever one arrives; so it hardly matters in which order
they came. The rule and its figures: docs/decisions/0011-stories.md.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.pairs import STEP

RULE = "stories 1"  # raise it when stories change
RATIO = 0.85  # groups become one when the mean score between them reaches this share of the looser one's cohesion
USUAL, USUAL_PAIRS = 0.25, 5  # a group's cohesion is the mean of its pairs and of so many pairs that score as usual
TOUCHES = 0.2  # score from which an arriving article's story and another one are clustered together
MOST_STORIES = 4  # clustered together, those nearest to the arriving article
MOST_MEMBERS = 32  # of each that are clustered: the newest. The others of a long story go where its id goes

Scores = NDArray[np.float64]


def cluster(scores: Scores, ratio: float = RATIO, usual: float = USUAL) -> list[int]:
    """For each article the group it is in, named by its first member. `scores` is symmetric, of shape (n, n).

    Average linkage whose threshold is the groups' own: of all pairs of groups the nearest becomes one, until none is
    near enough. Sums of scores are whole numbers, so the order of the articles changes the names only, except among
    pairs that are exactly as near, of which the first is taken.
    """
    groups = _Groups(np.rint(scores * STEP), usual * STEP)
    while (pair := groups.nearest(ratio)) is not None:
        groups.join(*pair)
    return groups.names


class _Groups:
    """Groups of articles, at first one each; in place `i` is the group whose first member is `i`."""

    def __init__(self, steps: Scores, usual: float) -> None:
        count = len(steps)
        self.names = list(range(count))
        self._between = steps.copy()  # sums of the scores between groups
        np.fill_diagonal(self._between, 0)
        self._within = np.zeros(count)  # sums of the scores within
        self._sizes = np.ones(count)
        self._usual = usual
        self._near = np.full((count, count), -1.0)
        for place in range(count):
            self._look(place)

    def nearest(self, ratio: float) -> tuple[int, int] | None:
        """The nearest two groups that are near enough to become one."""
        if not self._near.size:
            return None
        one, other = divmod(int(self._near.argmax()), len(self._near))
        return (min(one, other), max(one, other)) if self._near[one, other] >= ratio else None

    def join(self, one: int, other: int) -> None:
        """Let `other` become part of `one`."""
        self._within[one] += self._within[other] + self._between[one, other]
        self._between[one] += self._between[other]
        self._between[:, one] = self._between[one]
        self._between[one, one] = 0
        self._sizes[one] += self._sizes[other]
        self._sizes[other] = 0
        self._near[other], self._near[:, other] = -1, -1
        self.names = [one if name == other else name for name in self.names]
        self._look(one)

    def _look(self, place: int) -> None:
        """How near each group is to this one: the mean score between them by the cohesion of the looser of them."""
        there = self._sizes > 0
        pairs = self._sizes * (self._sizes - 1) / 2
        cohesion = (self._within + self._usual * USUAL_PAIRS) / (pairs + USUAL_PAIRS)
        means = self._between[place] / np.maximum(self._sizes * self._sizes[place], 1)
        near = np.where(there, means / np.minimum(cohesion, cohesion[place]), -1.0)
        near[place] = -1.0
        self._near[place], self._near[:, place] = near, near


def central(scores: Scores) -> int:
    """The article most like all the others, the first of several; its headline is the story's."""
    return int((np.rint(scores * STEP).sum(axis=1) - np.rint(scores.diagonal() * STEP)).argmax())


@dataclass(frozen=True)
class Carried:
    """What became of stories when their articles were clustered anew.

    `groups` are in the order of their first member; `ids` has for each the id it goes on with, None for a new story.
    `merged` has, for each story without a group, the place of the group that it went into.
    """

    groups: list[list[int]]
    ids: list[int | None]
    merged: dict[int, int]


def carry(names: Sequence[int], before: Sequence[int | None], sizes: Mapping[int, int]) -> Carried:
    """Give old ids to new groups: each group, the largest overlap first, takes the id that most of its members had.

    `before` has each article's story so far, None for one that has just arrived; `sizes` all members of these stories,
    those not clustered included. Of equal overlaps the larger story's id goes on, then the older id.
    """
    members: dict[int, list[int]] = {}
    for article, name in enumerate(names):
        members.setdefault(name, []).append(article)
    groups = list(members.values())
    shares = [Counter(old for article in group if (old := before[article]) is not None) for group in groups]
    claims = [(-count, -sizes[old], old, place) for place, share in enumerate(shares) for old, count in share.items()]
    ids: list[int | None] = [None] * len(groups)
    for _, _, old, place in sorted(claims):
        if ids[place] is None and old not in ids:
            ids[place] = old
    lost = sorted({old for old in before if old is not None and old not in ids})
    return Carried(groups, ids, {old: _most(old, shares) for old in lost})


def _most(old: int, shares: Sequence[Counter[int]]) -> int:
    """The place of the group with most members of a story."""
    return max(range(len(shares)), key=lambda place: (shares[place][old], -place))
