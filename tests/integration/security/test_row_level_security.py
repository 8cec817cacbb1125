"""Row-level security: the second wall, when a statement forgets its WHERE."""

from collections.abc import Iterator

import pytest
from pg8000.native import Connection, DatabaseError

from shared.db.connection import connect_arguments
from tests.contract.tenants.world import make, new_person
from tests.support.client import Person
from tests.support.database import Database

KINDS = ("task", "tag", "token", "series", "occurrence", "notification", "device", "conversation", "action")
_OWNED = (
    "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,"
    " ARRAY(SELECT p.polname::text FROM pg_policy p WHERE p.polrelid = c.oid ORDER BY 1)"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')"
    " AND NOT c.relispartition AND (c.relname = 'users' OR EXISTS (SELECT FROM pg_attribute a"
    " WHERE a.attrelid = c.oid AND a.attname = 'user_id' AND a.attnum > 0)) ORDER BY 1"
)


@pytest.fixture(scope="module")
def people(system_env: pytest.MonkeyPatch) -> tuple[Person, Person]:
    """Two people with things in every table an API call or a test can fill."""
    pair = new_person(), new_person()
    for person in pair:
        for kind in KINDS:
            make(person, kind)
        person.post("/api/tasks", {"title": "tagged", "tags": ["home"]}, headers={"Idempotency-Key": "once-0001"})
        person.patch("/api/notification-preferences", {"quiet_hours": {"enabled": True}})
    return pair


@pytest.fixture(scope="module")
def superuser(postgres: Database) -> Iterator[Connection]:
    """A connection that sees everything."""
    connection = Connection(**connect_arguments(postgres.superuser_url))
    yield connection
    connection.close()


@pytest.fixture
def app(postgres: Database) -> Iterator[Connection]:
    """A connection as functions of people have it."""
    connection = Connection(**connect_arguments(postgres.app_url))
    yield connection
    connection.close()


def _tables(superuser: Connection, app: Connection) -> list[tuple[str, str]]:
    """Return the tables with an owner that the app role may read, and the owner's column."""
    names = [row[0] for row in superuser.run(_OWNED)]
    may_read = [
        name for name in names if app.run("SELECT has_table_privilege(current_user, :name, 'SELECT')", name=name)[0][0]
    ]
    return [(name, "id" if name == "users" else "user_id") for name in may_read]


def test_without_a_user_there_are_no_rows(
    people: tuple[Person, Person], superuser: Connection, app: Connection
) -> None:
    """A connection on which nobody set app.user_id sees empty tables."""
    filled = 0
    for table, _ in _tables(superuser, app):
        filled += superuser.run(f"SELECT count(*) FROM {table}")[0][0] > 0
        assert app.run(f"SELECT count(*) FROM {table}")[0][0] == 0, table
    assert filled >= 14, "the test must have rows to hide"


def test_with_a_user_there_are_only_their_rows(
    people: tuple[Person, Person], superuser: Connection, app: Connection
) -> None:
    """SELECT without WHERE gives exactly the own rows of every table."""
    user = people[0].user_id
    app.run("SELECT set_config('app.user_id', :id, false)", id=str(user))
    for table, owner in _tables(superuser, app):
        expected = superuser.run(f"SELECT count(*) FROM {table} WHERE {owner} = :id", id=user)[0][0]
        assert app.run(f"SELECT count(*), count(*) FILTER (WHERE {owner} = :id) FROM {table}", id=user)[0] == [
            expected,
            expected,
        ], table


def test_changes_without_where_reach_only_own_rows(
    people: tuple[Person, Person], superuser: Connection, app: Connection
) -> None:
    """UPDATE and DELETE of a whole table leave everybody else's rows alone."""
    user = people[0].user_id
    for table, owner in _tables(superuser, app):
        expected = superuser.run(f"SELECT count(*) FROM {table} WHERE {owner} = :id", id=user)[0][0]
        for statement in (f"UPDATE {table} SET {owner} = {owner}", f"DELETE FROM {table}"):
            app.run("BEGIN")
            app.run("SELECT set_config('app.user_id', :id, true)", id=str(user))
            try:
                app.run(statement)
            except DatabaseError as error:
                assert error.args[0]["C"] == "42501", table  # noqa: PT017 - either way is right
            else:
                assert app.row_count == expected, (table, statement)
            app.run("ROLLBACK")


def test_no_row_can_be_given_to_somebody_else(
    people: tuple[Person, Person], superuser: Connection, app: Connection
) -> None:
    """A changed owner breaks the policy's check."""
    user, other = (person.user_id for person in people)
    app.run("SELECT set_config('app.user_id', :id, false)", id=str(user))
    with pytest.raises(DatabaseError, match="row-level security"):
        app.run("UPDATE tasks SET user_id = CAST(:other AS uuid)", other=str(other))


def test_every_table_with_an_owner_is_protected(postgres: Database, superuser: Connection) -> None:
    """Row-level security is enabled and forced, with the three policies: a new table without them fails here."""
    tables = superuser.run(_OWNED)
    assert len(tables) >= 20
    for name, enabled, forced, policies in tables:
        assert (enabled, forced) == (True, True), name
        assert policies == ["all_rows", "own_rows", "owner_rows"], name


@pytest.mark.parametrize("role", ["obsidianlist_app", "obsidianlist_system"])
def test_roles_own_nothing_and_pass_no_policy(postgres: Database, superuser: Connection, role: str) -> None:
    """Neither role owns an object, skips policies, is superuser, or is a member of another role."""
    flags = superuser.run(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles WHERE rolname = :role",
        role=role,
    )
    assert flags == [[False] * 5]
    owned = "SELECT (SELECT count(*) FROM pg_class WHERE relowner = r.oid) + (SELECT count(*) FROM pg_proc WHERE proowner = r.oid)"
    assert superuser.run(f"{owned} FROM pg_roles r WHERE rolname = :role", role=role) == [[0]]
    assert superuser.run("SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = :role", role=role) == [[0]]  # fmt: skip


def test_partitions_are_reached_through_event_log_only(
    postgres: Database, superuser: Connection, app: Connection
) -> None:
    """A partition named directly would stand outside its parent's policies."""
    partitions = superuser.run(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'event_log'::regclass"
    )
    assert len(partitions) >= 2
    for (name,) in partitions:
        with pytest.raises(DatabaseError, match="permission denied"):
            app.run(f"SELECT * FROM {name}")


def test_definer_functions_have_a_fixed_search_path(postgres: Database, superuser: Connection) -> None:
    """A function with its owner's rights never looks a name up where a caller could put one."""
    rows = superuser.run(
        "SELECT proname, proconfig FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    )
    assert rows
    for name, settings in rows:
        assert any(setting.startswith("search_path=pg_catalog") for setting in settings or []), name
