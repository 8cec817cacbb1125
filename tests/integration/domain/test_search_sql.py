"""Full-text search on the real table: every text is answered, the best match comes first, folding agrees on both sides."""

import json
import string
import uuid
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from shared.db.engine import transaction
from shared.domain import search
from shared.domain.search_sql import MAX_CANDIDATES, matches_sql, ranked_sql

CASES = Path(__file__).resolve().parents[4] / "shared" / "cases" / "blns.json"
PERSON, STRANGER = uuid.uuid4(), uuid.uuid4()
TITLES = (
    "Buy oat milk and bread",
    "Call the dentist about the invoice",
    "Pay rent",
    "Invoices: send to accountant",
    "Rechnung bezahlen",
    "Steuererklärung 2025",
    "E-Mail an bob@example.com",
    "follow-up with Café Müller",
    "買い物に行く",
    "Straße fegen",
    "read The 9/11 Report",
    "don't panic",
    "हिन्दी सीखना",
    "the the the and and",
)
MATCHES = matches_sql(":match", strict=":strict", status="NULL", trash=False, newest=MAX_CANDIDATES)


@pytest.fixture(autouse=True)
def _environment(system_env):
    """Connect as the system, which sees every person's tasks: the query itself must tell them apart."""
    return system_env


@pytest.fixture
def connection():
    """Give a transaction in which two people have the same tasks, and undo it."""
    with transaction(None) as connection:
        for person in (PERSON, STRANGER):
            _add_person(connection, person)
            for title in TITLES:
                _add_task(connection, person, title)
        _add_task(connection, PERSON, "Misc", notes="pay the rent invoice")
        _become(connection, PERSON)
        yield connection
        connection.rollback()


def _become(connection: Connection, person: uuid.UUID) -> None:
    connection.execute(text("SELECT set_config('app.user_id', :person, true)"), {"person": str(person)})


def _add_person(connection: Connection, person: uuid.UUID) -> None:
    connection.execute(
        text("INSERT INTO users (id, email, email_key, password_hash) VALUES (:id, :email, :email, '')"),
        {"id": person, "email": f"{person}@example.com"},
    )


def _add_task(connection: Connection, person: uuid.UUID, title: str, notes: str = "") -> None:
    connection.execute(
        text("INSERT INTO tasks (id, user_id, title, notes, rank) VALUES (:id, :person, :title, :notes, 'a0V')"),
        {"id": uuid.uuid4(), "person": person, "title": title, "notes": notes},
    )


def _search(connection: Connection, typed: str) -> list[str]:
    plan = search.plan(search.parse(typed), PERSON)
    units = {f"unit_{i}": unit for i, unit in enumerate(plan.units)}
    ranked = ranked_sql(
        MATCHES,
        "user_id = :user_id",
        strict=":strict",
        units=[f":{name}" for name in units],
        exact=":exact",
        loose=":loose",
    )
    rows = connection.execute(
        text(f"WITH {ranked} SELECT title FROM ranked JOIN tasks USING (id) ORDER BY relevance DESC, id DESC"),
        {
            "user_id": PERSON,
            "match": plan.match,
            "strict": plan.strict,
            **units,
            "exact": plan.exact,
            "loose": plan.loose,
        },
    )
    return list(rows.scalars())


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("invoice", ["Call the dentist about the invoice", "Invoices: send to accountant", "Misc"]),
        ("pay rent", ["Pay rent", "Misc"]),
        ("rent pay", ["Pay rent", "Misc"]),
        ("Rechnungen", ["Rechnung bezahlen"]),
        ("steuer", ["Steuererklärung 2025"]),
        ("bob@example.com", ["E-Mail an bob@example.com"]),
        ("CAFE muller", ["follow-up with Café Müller"]),
        ("strasse", ["Straße fegen"]),
        ("行く", ["買い物に行く"]),
        ("हिन्दी", ["हिन्दी सीखना"]),
        ("9/11", ["read The 9/11 Report"]),
        ('"oat milk"', ["Buy oat milk and bread"]),
        ('"milk oat"', []),
        ("milk -bread", []),
        ("milk bre", ["Buy oat milk and bread"]),
        ("nothing-like-this", []),
    ],
)
def test_what_is_found(connection, typed, found):
    """Words in any order, prefixes, phrases, exclusions, accents, inflections and other scripts."""
    assert _search(connection, typed) == found


def test_six_words_of_ten_find_the_task(connection):
    """A long question finds the task with most of its rarer words first."""
    typed = "yesterday I wrote: call dentist about that invoice or teeth"
    assert _search(connection, typed)[0] == "Call the dentist about the invoice"


def test_an_old_task_with_more_words_is_not_cut_off(connection):
    """Ten hundred newer tasks that share one word do not hide the one that shares two."""
    connection.execute(
        text(
            "INSERT INTO tasks (id, user_id, title, rank) SELECT ('ffffffff-ffff-4fff-bfff-' || lpad(to_hex(n), 12, '0'))::uuid,"
            " :person, 'rent number ' || n, 'a0V' FROM generate_series(1, 1100) AS n"
        ),
        {"person": PERSON},
    )
    assert set(_search(connection, "pay the rent")[:2]) == {"Misc", "Pay rent"}


def test_only_exclusions(connection):
    """Exclusions alone find everything else of the person."""
    found = _search(connection, "-the -pay")
    assert "Straße fegen" in found
    assert not {"Pay rent", "Call the dentist about the invoice", "Misc"} & set(found)


def test_no_text_is_an_error(connection):
    """Naughty and quoted texts are all answered."""
    texts = [
        "'",
        "'':*",
        "a:*|b",
        "\\",
        "'\\'",
        "(",
        "!!",
        "a <-> b",
        "💩",
        "x" * 5000,
        '"' * 400,
        " ".join("ab" * 300),
        string.punctuation,
    ]
    if CASES.exists():
        texts += json.loads(CASES.read_text())["cases"]
    for typed in texts:
        if search.parse(typed).is_empty:
            connection.execute(text("SELECT :title ILIKE :like"), {"title": "x", "like": search.like_pattern(typed)})
        else:
            _search(connection, typed)


def test_both_sides_fold_alike(connection):
    """A title of any script is found by itself as a phrase."""
    for title in TITLES:
        assert title in _search(connection, f'"{title}"')


def test_nobody_elses_words_are_found(connection):
    """Asked for a stranger's words, or for everybody's, the search function answers ids of its caller's tasks alone."""
    stranger = search.plan(search.parse("rent"), STRANGER).match
    everybody = f"{search.plan(search.parse('rent'), PERSON).match} | {stranger}"
    asked = text(
        "SELECT t.user_id FROM search_matches(CAST(:match AS tsquery), NULL, NULL, false, NULL) AS m (id) JOIN tasks t USING (id)"
    )
    for match in (stranger, everybody):
        owners = set(connection.execute(asked, {"match": match}).scalars())
        assert owners == ({PERSON} if match == everybody else set())
    connection.execute(text("SELECT set_config('app.user_id', '', true)"))
    assert connection.execute(asked, {"match": everybody}).all() == []
