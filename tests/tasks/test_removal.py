"""What an article says of names goes with it."""

from marked import tell
from sqlalchemy import select

from models.alias import Evidence, Merge
from models.entity import Entity
from models.session import session
from tasks.removal import remove


def test_a_merge_that_rests_on_a_removed_article_alone_holds_no_longer(desk):
    first = tell("The {ORG World Food Programme} ({ORG WFP}) met.")
    other = tell("The {ORG World Health Organization} ({ORG WHO}) met.")
    with session() as db:
        assert len(db.scalars(select(Entity.id).where(Entity.same_as.is_not(None))).all()) == 2
    assert remove({first, 99}) == 1
    with session() as db:
        assert list(db.scalars(select(Merge.holds))).count("everywhere") == 1
        assert set(db.scalars(select(Evidence.article_id))) == {other}
        assert db.scalars(select(Entity.name).where(Entity.same_as.is_not(None))).all() == ["WHO"]
