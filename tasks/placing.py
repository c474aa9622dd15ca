"""An arriving article's place in a story: joined or begun, with what merges, splits and moves because of it.

At most MOST_STORIES stories and MOST_MEMBERS articles of each are looked at (`nlp.stories`), whatever there is.
"""

from collections.abc import Sequence
from hashlib import blake2b

from sqlalchemy import ARRAY, BigInteger, Connection, any_, bindparam, select

from models.story import Story, StoryMember
from nlp.pairs import Matrix, scores
from nlp.stories import MOST_STORIES, RULE, carry, central, cluster
from tasks.likeness import Arriving, Scored
from tasks.shelf import Shelf, Told, newest, write

TRIES = 5  # at taking the locks of stories that others are changing

_IDS = any_(bindparam("ids", type_=ARRAY(BigInteger)))
_PLACED = select(StoryMember.article_id, StoryMember.placed_by).where(StoryMember.article_id == _IDS)
_STORIES = select(StoryMember.article_id, StoryMember.story_id).where(StoryMember.article_id == _IDS)
_LOCK = select(Story.id).where(Story.id == _IDS).order_by(Story.id).with_for_update(key_share=True)


def place(db: Connection, scored: Sequence[Scored]) -> None:
    """Give each arriving article its story, in the transaction and under the locks of `tasks.likeness.link`.

    One that was placed by the same features is left where it is: doing it again changes nothing.
    """
    placed = _placed(db, scored)
    new = [one for one in scored if one.arriving.article_id not in placed]
    if not new:
        return
    shelf = newest(db, _locked(db, new), [one.arriving.article_id for one in new])
    shelf.story_of |= {i: story for i, story in _stories(db, new).items() if story in shelf.told}
    for one in new:
        _place(shelf, one)
    write(db, shelf)


def stamp(one: Arriving) -> str:
    """What an article is placed by: the rule, and all of its features."""
    found = one.features
    whole = b"\n".join([one.lineage.encode(), found.hashes, found.weights, found.vector, str(one.at).encode()])
    return f"{RULE} {blake2b(whole, digest_size=8).hexdigest()}"


def _placed(db: Connection, scored: Sequence[Scored]) -> set[int]:
    stamps = {one.arriving.article_id: stamp(one.arriving) for one in scored}
    rows = db.execute(_PLACED, {"ids": sorted(stamps)})
    return {row.article_id for row in rows if row.placed_by == stamps[row.article_id]}


def _locked(db: Connection, new: Sequence[Scored]) -> set[int]:
    """The stories that the articles touch, held until the transaction ends.

    While we wait for a lock, articles may move to a story that we do not hold. It would be taken out of order, which
    could be for ever: all are let go and taken anew. A story that keeps moving is left out in the end.
    """
    held: set[int] = set()
    for attempt in range(TRIES):
        wanted = held | _touched(db, new)
        savepoint = db.begin_nested()
        held = set(db.scalars(_LOCK, {"ids": sorted(wanted)}))
        if _touched(db, new) <= held or attempt == TRIES - 1:
            savepoint.commit()
            break
        savepoint.rollback()
    return held


def _touched(db: Connection, new: Sequence[Scored]) -> set[int]:
    """For each article the story it is in and MOST_STORIES more."""
    stories = _stories(db, new)
    return {story for one in new for story in _nearest(stories, one)}


def _stories(db: Connection, new: Sequence[Scored]) -> dict[int, int]:
    """By article, the stories of the arriving articles and of those near them."""
    ids = {i for one in new for i in [one.arriving.article_id, *one.near()]}
    rows = db.execute(_STORIES, {"ids": sorted(ids)})
    return {row.article_id: row.story_id for row in rows}


def _nearest(stories: dict[int, int], one: Scored) -> list[int]:
    """The article's own story, then those it touches, nearest first."""
    ids = [one.arriving.article_id, *one.near()]
    own = 1 if one.arriving.article_id in stories else 0
    return list(dict.fromkeys(stories[i] for i in ids if i in stories))[: own + MOST_STORIES]


def _place(shelf: Shelf, one: Scored) -> None:
    """Cluster the article with the members of the stories it touches."""
    article_id = one.arriving.article_id
    shelf.features[article_id], shelf.at[article_id] = one.arriving.features, one.arriving.at
    shelf.placed[article_id] = stamp(one.arriving)
    near = _nearest(shelf.story_of, one)
    pool = sorted({article_id, *(i for story in near for i in shelf.newest(story))})
    features = [shelf.features[i] for i in pool]
    found = scores(features, features)
    before = [shelf.story_of.get(i) for i in pool]
    carried = carry(cluster(found), before, {story: shelf.told[story].size for story in near})
    ids = [_begin(shelf, one) if id_ is None else id_ for id_ in carried.ids]
    for id_, group in zip(ids, carried.groups, strict=True):
        for member in group:
            _move(shelf, pool[member], id_)
    for old, place in carried.merged.items():
        _merge(shelf, old, ids[place])
    for id_, group in zip(ids, carried.groups, strict=True):
        _tell(shelf, id_, [pool[member] for member in group], found[group][:, group])


def _begin(shelf: Shelf, one: Scored) -> int:
    """A new story, without articles yet."""
    story = min(0, *shelf.told, 0) - 1
    shelf.told[story] = Told(0, one.arriving.at, one.arriving.at)
    return story


def _move(shelf: Shelf, article_id: int, story: int) -> None:
    old = shelf.story_of.get(article_id)
    if old == story:
        return
    if old is not None:
        shelf.told[old].size -= 1
        shelf.told[old].members.discard(article_id)
        shelf.moves[old, story] += 1
        shelf.moved.add(article_id)
        shelf.changed.add(old)
    shelf.story_of[article_id] = story
    shelf.told[story].size += 1
    shelf.told[story].members.add(article_id)


def _merge(shelf: Shelf, old: int, story: int) -> None:
    """What is left of `old`, members that were not looked at, goes on as `story`."""
    gone, going_on = shelf.told[old], shelf.told[story]
    shelf.moves[old, story] += gone.size
    going_on.size += gone.size
    going_on.first_seen = min(going_on.first_seen, gone.first_seen)
    going_on.last_seen = max(going_on.last_seen, gone.last_seen)
    shelf.story_of |= {i: story for i, there in shelf.story_of.items() if there == old}
    going_on.members |= gone.members
    gone.size, gone.members = 0, set()
    shelf.merged[old] = story
    shelf.changed.add(story)


def _tell(shelf: Shelf, story: int, group: list[int], found: Matrix) -> None:
    """Title and times of a story of which these members were looked at."""
    told = shelf.told[story]
    times = [shelf.at[i] for i in group]
    if told.size > len(group):  # the others are not known: times only widen
        times += [told.first_seen, told.last_seen]
    told.first_seen, told.last_seen = min(times), max(times)
    titled = [place for place, i in enumerate(group) if shelf.titles.get(i)]
    if titled:
        told.title = shelf.titles[group[titled[central(found[titled][:, titled])]]]
    shelf.changed.add(story)
