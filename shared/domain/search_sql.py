"""The SQL text of full-text search: the stored document and the ranking of candidates.

Used by the migrations and models (`document_sql`) and by the task list's service (`ranked_sql`). Always holds: the
document folds text exactly as `shared.domain.search.split_words` does; only immutable functions of PostgreSQL 15 are
used, so the document can be a generated column; no extension is needed.

Ranking: a candidate's first key is the sum of the rarity of the words it matches, ``ln(1 + candidates / matches)``
each, so that more and rarer words come first and a task that matches a superset of another's words is never below it;
PostgreSQL's own ranks have no rarity. The second key is ts_rank, which puts titles before notes and exact words before
inflected ones. Candidates are capped before ranking, newest first: at 100,000 tasks of one user ranking every match
of a frequent word costs more than finding it.
"""

from shared.domain.search import COMBINING_MARKS, IDEOGRAPHS, LETTERS_FROM, LETTERS_TO

MAX_CANDIDATES = 1000

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


def ranked_sql(conditions: str, *, match: str, strict: str, units: str, exact: str, loose: str) -> str:
    """Return the common table expressions that end in ``ranked(id, relevance)``.

    Write them after ``WITH``, then ``SELECT ... FROM ranked JOIN tasks USING (id) ORDER BY relevance DESC, id DESC``.
    `relevance` is a numeric above zero; together with the id it is a key for keyset pagination.

    Args:
        conditions: the other conditions on ``tasks``, whose alias is ``t``, with the user's id among them; nothing typed by a person.
        match: placeholder (or expression) of `SearchPlan.match`; likewise `strict`, `units` (text[]), `exact`, `loose`.
        strict: may be NULL at run time and then finds nothing, at no cost.
        units: see `match`.
        exact: see `match`.
        loose: see `match`.
    """
    newest = f"{conditions} ORDER BY id DESC LIMIT {MAX_CANDIDATES}"
    return f"""
candidate AS MATERIALIZED (
    SELECT DISTINCT ON (id) id, search FROM (
        (SELECT id, search FROM tasks t WHERE search @@ CAST({strict} AS tsquery) AND {newest})
        UNION ALL
        (SELECT id, search FROM tasks t WHERE search @@ CAST({match} AS tsquery) AND {newest})
    ) AS either
),
hit AS MATERIALIZED (
    SELECT id, search, ARRAY(SELECT search @@ query FROM unnest(CAST({units} AS tsquery[])) AS query) AS found
      FROM candidate
),
rarity AS MATERIALIZED (
    SELECT array_agg(weight ORDER BY position) AS weights FROM (
        SELECT position, ln(1 + count(*)::float8 / greatest(count(*) FILTER (WHERE is_found), 1)) AS weight
          FROM hit CROSS JOIN LATERAL unnest(found) WITH ORDINALITY AS unit (is_found, position)
         GROUP BY position
    ) AS weighed
),
ranked AS (
    SELECT id,
           (SELECT coalesce(round(sum(weight)::numeric, 4), 0)
              FROM unnest(found, (SELECT weights FROM rarity)) AS unit (is_found, weight) WHERE is_found)
           + round((ts_rank({_WEIGHTS}, search, CAST({exact} AS tsquery))
                    + ts_rank({_WEIGHTS}, search, CAST({loose} AS tsquery)))::numeric / 20002, 9) AS relevance
      FROM hit
)"""  # noqa: S608 (the pieces are placeholders and conditions written in code)
