"""The recurrence engine against the collected cases of other calendars' test suites."""

import json
from collections import Counter
from datetime import datetime, time
from pathlib import Path
from typing import Any

import pytest

from shared.domain.errors import DomainError
from shared.domain.recurrence import RecurrenceError, Series, create_series, occurrences
from shared.domain.zone import parse_local, to_instant

CASES_FILE = Path(__file__).parents[4] / "shared" / "cases" / "rrule_cases.json"
NO_CASES = f"the case collection is not beside this checkout (looked for ../shared/cases/{CASES_FILE.name})"
FINER_THAN_A_DAY = ("FREQ=HOURLY", "FREQ=MINUTELY", "FREQ=SECONDLY")

# Refused by libical as a combination it does not compute; the RFC allows it and dateutil computes it.
ALLOWED_BY_THE_RFC = {"libical079"}

pytestmark = pytest.mark.skipif(not CASES_FILE.exists(), reason=NO_CASES)


def _cases() -> list[dict[str, Any]]:
    cases = json.loads(CASES_FILE.read_text())["cases"] if CASES_FILE.exists() else []
    return [case for case in cases if "rrule" in case]


def _params(*, wanted: str) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in _cases() if case.get(wanted)]


def _wall_time(text: str) -> datetime:
    local = parse_local(text)
    return local if isinstance(local, datetime) else datetime.combine(local, time.min)


def _expand(case: dict[str, Any]) -> list[datetime]:
    """Return the shown wall times, one more than expected if the case claims to be complete."""
    zone = "UTC" if case["tz"] == "floating" else case["tz"]
    series = Series.from_text(case["rrule"], case["dtstart"], zone)
    not_before = to_instant(_wall_time(case["start_at"]), zone) if "start_at" in case else None
    count = len(case["expected"]) + (1 if case["complete"] else 0)
    return [occurrence.local for occurrence in occurrences(series, count, not_before)]


def test_the_collection_is_whole() -> None:
    """The file holds the 545 agreed and the 16 gap cases, so that none is lost unnoticed."""
    kinds = Counter(kind for case in _cases() for kind in ("dateutil_2_9_agrees", "dst_gap") if case.get(kind))
    assert kinds == {"dateutil_2_9_agrees": 545, "dst_gap": 16}


@pytest.mark.parametrize("case", _params(wanted="dateutil_2_9_agrees"))
def test_expands_as_dateutil_and_the_source_agree(case: dict[str, Any]) -> None:
    """A rule on which its source and python-dateutil agree expands to the same wall times."""
    assert _expand(case) == [_wall_time(text) for text in case["expected"]]


@pytest.mark.parametrize("case", _params(wanted="dst_gap"))
def test_a_gap_moves_the_occurrence_forward(case: dict[str, Any]) -> None:
    """A wall time that clocks skip is shown later by the length of the gap, and the next one is back in place."""
    assert _expand(case) == [_wall_time(text) for text in case["expected"]]


@pytest.mark.parametrize("case", _params(wanted="expect_error"))
def test_refuses_broken_rules_by_name(case: dict[str, Any]) -> None:
    """A rule that breaks the RFC is refused with the part at fault."""
    if case["id"] in ALLOWED_BY_THE_RFC:
        assert occurrences(Series.from_text(case["rrule"], case["dtstart"], "UTC"), 1)
        return
    with pytest.raises(RecurrenceError) as caught:
        Series.from_text(case["rrule"], case["dtstart"], "UTC")
    assert f"{caught.value.part}=" in case["rrule"]


@pytest.mark.parametrize(
    "case",
    [param for param in _params(wanted="dateutil_2_9_agrees") if param.values[0]["rrule"].startswith(FINER_THAN_A_DAY)],
)
def test_a_person_cannot_repeat_more_often_than_daily(case: dict[str, Any]) -> None:
    """What the engine expands by the hour or finer is still refused for recurring tasks."""
    with pytest.raises(DomainError, match="FREQ: the smallest interval is a day"):
        create_series(case["rrule"], case["dtstart"], "UTC")
