"""Search texts become plans that PostgreSQL can always read."""

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import search
from shared.domain.search import SearchQuery
from shared.domain.search_sql import document_sql, matches_sql, ranked_sql
from tests.unit.domain.naughty import naughty_strings

USER = UUID("0190f3c2-7b1e-7000-8000-000000abcdef")
LEXEME = r"'uabcdef\w*'(?::\*)?"
TSQUERY = re.compile(rf"(?:{LEXEME}|<->|[()&|!\s])+")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Café Straße", ("cafe", "strasse")),
        ("bob@example.com", ("bob", "example", "com")),
        ("don't follow-up", ("don", "t", "follow", "up")),
        ("ﬁle №5", ("file", "no5")),
        ("買い物", ("買", "い", "物")),
        ("हिन्दी", ("हिन", "दी")),
        ("ΟΔΟΣ οδος", ("οδοσ", "οδοσ")),
        ("İstanbul ISPARTA", ("istanbul", "isparta")),
        ("🎉 !!!", ()),
    ],
)
def test_words_are_folded(text, words):
    """Case, accents, compatibility forms and punctuation make no difference."""
    assert search.split_words(text) == words


def test_ascii_takes_a_shorter_way_to_the_same_words():
    """Text without accents is split as it is beside a word that has one."""
    text = "".join(f"a{chr(code)}B " for code in range(128)) + "x1_y-z"
    assert (*search.split_words(text), "e") == search.split_words(text + " é")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pay ren", SearchQuery("pay ren", words=(("pay",), ("ren",)), prefix=True)),
        ('"oat milk" bread', SearchQuery('"oat milk" bread', (("bread",),), (("oat", "milk"),), prefix=True)),
        ("“oat milk”", SearchQuery("“oat milk”", phrases=(("oat", "milk"),))),
        ('"never closed', SearchQuery('"never closed', phrases=(("never", "closed"),))),
        ("rent -garage", SearchQuery("rent -garage", (("rent",),), excluded=(("garage",),))),
        ('-"old flat" rent', SearchQuery('-"old flat" rent', (("rent",),), excluded=(("old", "flat"),), prefix=True)),
        ("follow-up", SearchQuery("follow-up", (("follow", "up"),), prefix=True)),
        ("rent pay rent", SearchQuery("rent pay rent", (("pay",), ("rent",)), prefix=True)),
        ("- -- !", SearchQuery("- -- !")),
        ("", SearchQuery()),
    ],
)
def test_texts_are_read(text, expected):
    """Words, phrases and exclusions are told apart; the last plain word is a prefix."""
    assert search.parse(text) == expected


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("ren", "'uabcdefren':*"),
        ("rent", "'uabcdefrent':*"),
        ("the ren", "('uabcdefthe' | 'uabcdefren':*)"),
        ("invoices", "'uabcdefinvoic':*"),
        ("taxes", "('uabcdeftaxe':* | 'uabcdeftax')"),
        ("2025", "'uabcdef2025':*"),
        ("a2025 x", "('uabcdefa2025' | 'uabcdefx':*)"),
        ('"pay rent"', "('uabcdefpay' <-> 'uabcdefrent')"),
        ('on "pay rent" -x', "'uabcdefon' & ('uabcdefpay' <-> 'uabcdefrent') & !'uabcdefx'"),
        ("-x", "'uabcdef' & !'uabcdefx'"),
    ],
)
def test_candidates_are_matched(text, match):
    """Words are alternatives, phrases are required, exclusions stand beside something found."""
    assert search.plan(search.parse(text), USER).match == match


def test_two_words_of_many_are_read_first():
    """The strict query holds every pair of words, so that a better match is found before a newer one."""
    plan = search.plan(search.parse("a b c"), USER)
    a, b, c = "'uabcdefa'", "'uabcdefb'", "'uabcdefc':*"
    assert plan.strict == f"(({a} & ({b} | {c})) | ({b} & {c}))"
    assert plan.all_words == f"{a} & {b} & {c}"
    assert plan.units == (a, b, c)
    assert search.plan(search.parse("a"), USER).strict is None


def test_an_empty_query_has_no_plan():
    """A text without a word has no plan; the text itself can be looked for in the titles."""
    query = search.parse(" 100% 🎉_ "[5:])
    assert query.is_empty
    assert search.like_pattern(query.text) == "%🎉\\_%"
    assert search.like_pattern("\0\ud800a") == "%a%"
    with pytest.raises(ValueError, match="without words"):
        search.plan(query, USER)


def _check(text: str) -> None:
    query = search.parse(text)
    if query.is_empty:
        return
    plan = search.plan(query, USER)
    for tsquery in (plan.match, plan.strict, plan.all_words, plan.exact, plan.loose, *plan.units):
        assert tsquery is None or TSQUERY.fullmatch(re.sub(r"[^\x00-\x7f]", "x", tsquery))
        assert tsquery is None or len(tsquery) < 60_000


@given(st.text() | st.text(alphabet="ab'\"\\-:*&|!()<> é日", max_size=600))
def test_any_text_gives_a_safe_plan(text):
    """Whatever is typed, the plan holds quoted lexemes of letters and digits only."""
    _check(text)


def test_naughty_strings_give_safe_plans():
    """The naughty strings give safe plans too."""
    for text in naughty_strings():
        _check(text)


def test_long_texts_are_bounded():
    """Only the first 500 characters and 16 words count; an overlong word is cut and becomes a prefix."""
    assert len(search.parse(" ".join(f"w{i}" for i in range(900))).words) == 16
    assert search.plan(search.parse("9" * 100 + " x"), USER).units[0] == f"'uabcdef{'9' * 64}':*"


def test_the_document_folds_as_the_query_does():
    """The stored document uses the query's own character classes and weights."""
    sql = document_sql()
    for characters in (search.COMBINING_MARKS, search.IDEOGRAPHS, search.LETTERS_FROM, search.LETTERS_TO):
        assert characters in sql
    assert sql.count("to_tsvector('simple'") == 2


def test_the_ranking_takes_placeholders_only():
    """The ranking reads every part of the plan from its placeholder."""
    matches = matches_sql("$1", strict="$2", status="$6", trash=False, newest=10)
    sql = ranked_sql(matches, "user_id = $9", strict="$2", units=["$3", "$7"], exact="$4", loose="$5")
    assert [sql.count(f"${i}") for i in (1, 2, 3, 4, 5, 6, 7, 9)] == [1, 2, 1, 1, 1, 1, 1, 1]
