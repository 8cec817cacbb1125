"""The table of load results: a part measured anew takes the place of its rows alone."""

from tests.load.__main__ import Result, merged, table


def measured(*scenarios: str, p95: float) -> str:
    """Return a table of these scenarios."""
    return table([Result(name, 100, 10.0, 1.0, p95, 9.0, 0.0, None, 200.0, passed=True) for name in scenarios])


def test_a_part_replaces_its_rows_in_their_order() -> None:
    """The others stay, for each scenario has a bundle of its own."""
    whole = measured("browse", "edit", "soak", p95=5.0)
    now = merged(whole, measured("edit", p95=7.0)).splitlines()
    assert [line.split("|")[1].strip() for line in now[2:5]] == ["browse", "edit", "soak"]
    assert [line.split("|")[5].strip() for line in now[2:5]] == ["5.0", "7.0", "5.0"]
    assert now[-1] == whole.splitlines()[-1]


def test_rows_of_other_conditions_are_dropped() -> None:
    """A table compares nothing that was measured with other people, seconds or machines."""
    other = measured("browse", "edit", p95=5.0).replace("2 cores", "64 cores").replace(" users", " other users")
    assert merged(other, measured("edit", p95=7.0)) == measured("edit", p95=7.0)
    assert merged("", measured("edit", p95=7.0)) == measured("edit", p95=7.0)
