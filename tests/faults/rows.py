"""All that the desk has made of its articles, without the ids and times that differ from run to run.

Left out, as they depend on the order in which articles came: the name under which an entity was first seen, links (each
list holds the best of those that were there to be found), stories and their ids. `broken` says what must hold of these.
"""

import psycopg

_BY_ARTICLE = "select a.key, {columns} from {table} t join articles a on a.id = t.article_id"
_ENTITY = "select type || ' ' || key from entities e where e.id = "
MADE = {
    "articles": "select key, version, source, url, url_key, title, title_key, author, attribution, "
    "published_at, language, text, text_hash, sentences::text from articles",
    "payloads": _BY_ARTICLE.format(table="payloads", columns="kind, body, given::text, content_hash"),
    "versions": _BY_ARTICLE.format(table="versions", columns="t.version, t.title, t.text"),
    "declared": _BY_ARTICLE.format(table="declared", columns="kind, t.title, t.title_key, t.url, t.url_key"),
    "stages": _BY_ARTICLE.format(table="stages", columns="name, state, lane, t.version, lineage, reason"),
    "summaries": _BY_ARTICLE.format(table="summaries", columns="t.version, kind, reason, t.sentences::text"),
    "mentions": _BY_ARTICLE.format(table="mentions", columns=f'start, "end", score, ({_ENTITY} entity_id)'),
    "entities": f"select type, key, ({_ENTITY} same_as) from entities",
    "merges": f"select ({_ENTITY} alias_id), ({_ENTITY} whole_id), rule, holds, undone_why from merges",
    "evidence": _BY_ARTICLE.format(table="evidence", columns='start, "end", alias, whole, t.version'),
    "vectors": _BY_ARTICLE.format(table="vectors", columns="lineage, t.version, at, vector::text"),
    "features": _BY_ARTICLE.format(
        table="features", columns="lineage, hashes, weights, names, numbers, shown, vector, t.published_at, at"
    ),
    "terms": _BY_ARTICLE.format(table="terms", columns="t.key, weight, at"),
    "bands": _BY_ARTICLE.format(table="bands", columns="band"),
    "duplicates": "select array_agg(a.key order by a.key) from duplicates d join articles a on a.id = d.article_id "
    "group by d.group_id",
}
BROKEN = {
    "an article is in no story": "select count(*) from articles a where not exists "
    "(select from story_members m where m.article_id = a.id)",
    "a story miscounts its articles": "select count(*) from stories s where merged_into is null and size <> "
    "(select count(*) from story_members m where m.story_id = s.id)",
    "an article has no list of neighbours": "select count(*) from articles a where not exists "
    "(select from neighbours n where n.article_id = a.id)",
    "a link is missing its other way, though there was room": "select count(*) from neighbours n where not exists "
    "(select from neighbours b where b.article_id = n.neighbour_id and b.neighbour_id = n.article_id) and "
    "(select count(*) from neighbours b where b.article_id = n.neighbour_id and b.score >= n.score) < {neighbours}",
    "an article lacks a stage": "select count(*) from articles a where "
    "(select count(*) from stages s where s.article_id = a.id) <> 4",
    "a sentence is not where it says": "select count(*) from summaries s join articles a on a.id = s.article_id, "
    'jsonb_to_recordset(s.sentences) as c(start int, "end" int, text text) '
    'where substr(a.text, c.start + 1, c."end" - c.start) <> c.text',
}


def made(db: "psycopg.Connection[tuple[object, ...]]") -> dict[str, list[str]]:
    """Every row of every table, in an order of its own."""
    return {name: sorted(map(repr, db.execute(query))) for name, query in MADE.items()}


def broken(db: "psycopg.Connection[tuple[object, ...]]", neighbours: int) -> dict[str, int]:
    """What does not hold that must, and how often."""
    counts = {}
    for what, query in BROKEN.items():
        row = db.execute(query.format(neighbours=neighbours)).fetchone()  # type: ignore[arg-type]
        assert row is not None
        counts[what] = int(row[0])  # type: ignore[call-overload]
    return {what: count for what, count in counts.items() if count}
