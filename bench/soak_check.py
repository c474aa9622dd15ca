"""What must hold of a desk whatever was done to it, asked of the database: each query counts what breaks it."""

from typing import Any

from sqlalchemy import Connection, text

_OF_ARTICLES = ("payloads", "stages", "summaries", "mentions", "vectors", "features", "terms", "bands", "duplicates")
_ORPHANS = {
    **{
        table: f"select count(*) from {table} t where not exists (select from articles a where a.id = t.article_id)"
        for table in (*_OF_ARTICLES, "versions", "declared", "neighbours", "story_members", "evidence")
    },
    "mentions of no entity": "select count(*) from mentions m where not exists "
    "(select from entities e where e.id = m.entity_id)",
    "links to no article": "select count(*) from neighbours n where not exists "
    "(select from articles a where a.id = n.neighbour_id)",
    "members of a story that was merged away": "select count(*) from story_members m join stories s "
    "on s.id = m.story_id where s.merged_into is not null",
}
_DOUBLED = {
    "articles of one key": "select count(*) - count(distinct key) from articles",
    "articles without exactly one payload": "select count(*) from articles a where "
    "(select count(*) from payloads p where p.article_id = a.id) <> 1",
    "stages that are none or too many": "select count(*) from articles a where (select count(*) from stages s "
    "where s.article_id = a.id) <> case when exists (select from stages s where s.article_id = a.id "
    "and s.name = 'ingest' and s.state = 'done') then 4 else 1 end",
    "stories that miscount their articles": "select count(*) from stories s where merged_into is null and size <> "
    "(select count(*) from story_members m where m.story_id = s.id)",
    "results of done stages that are missing": "select count(*) from stages t where state = 'done' and "
    "(name = 'summary' and not exists (select from summaries s where s.article_id = t.article_id and "
    "s.version = t.version) or name = 'neighbours' and not exists "
    "(select from vectors v where v.article_id = t.article_id and v.version = t.version))",
}
_SENTENCES = """
    select count(*), count(*) filter (where substr(a.text, c.start + 1, c."end" - c.start) = c.text)
    from summaries s join articles a on a.id = s.article_id and a.version = s.version,
    jsonb_to_recordset(s.sentences) as c(start int, "end" int, text text)
"""
_MENTIONS = """
    select count(*), count(*) filter (where m.start >= 0 and m."end" > m.start and m."end" <= length(a.text)
    and substr(a.text, m.start + 1, m."end" - m.start) = btrim(substr(a.text, m.start + 1, m."end" - m.start)))
    from mentions m join articles a on a.id = m.article_id
    join stages s on s.article_id = a.id and s.name = 'entities' and s.version = a.version and s.state = 'done'
"""


def check(db: Connection) -> dict[str, Any]:
    """Orphans and doubled rows by kind, how many offsets there are and how many are right, and states with reasons."""
    return {
        "orphan rows": _broken(db, _ORPHANS),
        "doubled or missing rows": _broken(db, _DOUBLED),
        "sentences": _share(db, _SENTENCES),
        "mentions": _share(db, _MENTIONS),
        "stages": {
            f"{name} {state}": count
            for name, state, count in db.execute(text("select name, state, count(*) from stages group by 1, 2"))
        },
        "reasons": {
            f"{state}: {reason}": count
            for state, reason, count in db.execute(
                text(
                    "select state, left(reason, 120), count(*) from stages "
                    "where state in ('failed', 'skipped') group by 1, 2"
                )
            )
        },
    }


def _broken(db: Connection, queries: dict[str, str]) -> dict[str, int]:
    counts = {what: int(db.scalar(text(query)) or 0) for what, query in queries.items()}
    return {what: count for what, count in counts.items() if count}


def _share(db: Connection, query: str) -> dict[str, int]:
    total, right = db.execute(text(query)).one()
    return {"in all": total, "verbatim": right}
