"""The SQL text of full-text search: the stored document and the ranking of candidates.

Used by the migrations and models (`document_sql`) and by the task list's service (`ranked_sql`). Always holds: the
document folds text exactly as `shared.domain.search.split_words` does; only immutable functions of PostgreSQL 15 are
used, so the document can be a generated column; no extension is needed.

Ranking: a candidate's first key is the sum of the rarity of the words it matches, ``ln(1 + candidates / matches)``
each, so that more and rarer words come first and a task that matches a superset of another's words is never below it;
PostgreSQL's own ranks have no rarity. The second key is ts_rank, which puts titles before notes and exact words before
inflected ones. Candidates are capped before ranking, newest first: at 100,000 tasks of one user ranking every match
of a frequent word costs more than finding it.

The index is read by the function ``search_matches`` of the migrations: row-level security keeps every query of the app
role from it.
"""

from collections.abc import Sequence

from shared.domain.search import COMBINING_MARKS, IDEOGRAPHS, LETTERS_FROM, LETTERS_TO

MAX_CANDIDATES = 1000
"""How many matches are ranked."""
MAX_FILTERED = 20_000
"""How many matches are looked at where other conditions leave fewer of them over."""

_WEIGHTS = "'{0.1, 0.2, 0.4, 1}'"  # ts_rank's order: D, C, B, A


def words_sql(text: str, user_id: str) -> str:
    """Return an SQL expression: the words of the column `text`, each behind its owner's prefix.

    The prefix alone comes first, so that each task has at least that lexeme.
    """
    owner = f"'u' || right({user_id}::text, 6)"
    marks_gone = f"regexp_replace(normalize({text}, NFKD), '[{COMBINING_MARKS}]+', '', 'g')"
    folded = f"replace(translate(lower({marks_gone}), '{LETTERS_FROM}', '{LETTERS_TO}'), 'ß', 'ss')"
    spaced = f"regexp_replace({folded}, '([{IDEOGRAPHS}])', ' \\1 ', 'g')"
    separated = f"regexp_replace(' ' || {spaced}, '[^[:alnum:]]+', ' ' || {owner}, 'g')"
    return f"{owner} || {separated}"


def document_sql(title: str = "title", notes: str = "notes", user_id: str = "user_id") -> str:
    """Return the expression of the generated tsvector column: title with weight A, notes with weight C."""
    return (
        f"setweight(to_tsvector('simple', {words_sql(title, user_id)}), 'A') || "
        f"setweight(to_tsvector('simple', {words_sql(notes, user_id)}), 'C')"
    )


def matches_sql(match: str, *, strict: str, status: str, trash: bool, newest: int | None) -> str:
    """Return a table expression of one uuid column: tasks of ``app.user_id`` that match, found through the index.

    Args:
        match: placeholder (or expression) of `SearchPlan.match`.
        strict: likewise of `SearchPlan.strict`, or NULL.
        status: placeholder of the wanted status; NULL at run time means any.
        trash: tasks in the trash instead of those that are not.
        newest: stop after as many of the newest; where that cuts something off, `strict` is looked for as well.
    """
    return (
        f"search_matches(CAST({match} AS tsquery), CAST({strict} AS tsquery), CAST({status} AS text),"
        f" {'true' if trash else 'false'}, {newest if newest is not None else 'NULL'})"
    )


def ranked_sql(matches: str, conditions: str, *, strict: str, units: Sequence[str], exact: str, loose: str) -> str:
    """Return the common table expressions that end in ``ranked(id, relevance)``.

    Write them after ``WITH``, then ``SELECT ... FROM ranked JOIN tasks USING (id) ORDER BY relevance DESC, id DESC``.
    `relevance` is a numeric above zero; together with the id it is a key for keyset pagination.

    Args:
        matches: where the candidates come from, see `matches_sql`.
        conditions: the other conditions on ``tasks``, whose alias is ``t``, with the user's id among them; nothing typed by a person.
        strict: placeholder (or expression) of `SearchPlan.strict`: these come before newer ones when there are too many to rank.
        units: one placeholder for each of `SearchPlan.units`.
        exact: placeholder of `SearchPlan.exact`; likewise `loose`.
        loose: see `exact`.
    """
    # A column a unit: arrays of units would cost a sub-plan for each candidate, twice.
    found = ", ".join(f"search @@ CAST({unit} AS tsquery) AS found_{i}" for i, unit in enumerate(units))
    weights = ", ".join(
        f"ln(1 + count(*)::float8 / greatest(count(*) FILTER (WHERE found_{i}), 1)) AS weight_{i}"
        for i in range(len(units))
    )
    rarity = " + ".join(f"CASE WHEN found_{i} THEN weight_{i} ELSE 0 END" for i in range(len(units)))
    return f"""
candidate AS MATERIALIZED (
    SELECT t.id, t.search FROM (SELECT DISTINCT m.id FROM {matches} AS m (id)) AS m JOIN tasks t USING (id)
     WHERE {conditions} ORDER BY (t.search @@ CAST({strict} AS tsquery)) DESC NULLS LAST, t.id DESC LIMIT {MAX_CANDIDATES}
),
hit AS MATERIALIZED (SELECT id, search, {found} FROM candidate),
rarity AS MATERIALIZED (SELECT {weights} FROM hit),
ranked AS (
    SELECT id, round(({rarity})::numeric, 4)
           + round((ts_rank({_WEIGHTS}, search, CAST({exact} AS tsquery))
                    + ts_rank({_WEIGHTS}, search, CAST({loose} AS tsquery)))::numeric / 20002, 9) AS relevance
      FROM hit CROSS JOIN rarity
)"""  # noqa: S608 (the pieces are placeholders and conditions written in code)
