"""Due times as they are written: prepositions, days and times that stand together, and whether they count.

Called by `interpret`. Always: a group is read from its first word on alone; `accept` looks at what is around it.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from shared.domain.quick_add import vocabulary as v
from shared.domain.quick_add.dates import read_date
from shared.domain.quick_add.line import Line
from shared.domain.quick_add.piece import Clock, Piece, Strength
from shared.domain.quick_add.times import BARE_LEADS, read_daypart, read_time

_PREPOSITIONS = (
    v.DATE_PREPOSITIONS | v.TIME_PREPOSITIONS | v.START_PREPOSITIONS | v.FROM | {"in", "im", "over", "ueber", "this"}
)
_MAX_LEADS = 2
_PUNCTUATION = frozenset(",;:\u2013—-()!?.…")
_DASHES = frozenset("-\u2013—")
_NOON_HOUR = 12


@dataclass(frozen=True, slots=True)
class Group:
    """Words ``start`` up to before ``end`` that say when.

    Attributes:
        leads: the prepositions before it.
        day_first: its first piece is a day.
        bare_time: it ends in an hour without any sign of being a time.
        vague: the time is that of a part of the day.
    """

    start: int
    end: int
    leads: tuple[str, ...]
    strength: Strength
    day: date | None
    at: time | None
    day_first: bool = False
    bare_time: bool = False
    vague: bool = False

    @property
    def is_start(self) -> bool:
        """Tell whether it is led by ``from``."""
        return bool(v.FROM.intersection(self.leads))


def read_group(line: Line, index: int, clock: Clock) -> Group | None:
    """Return the group that begins at a word, or None."""
    if not line.low(index) or not line.opens(index):
        return None
    start, leads = index, _leads(line, index)
    index += len(leads)
    index += line.low(index) == ":" and bool(leads)
    lead = leads[-1] if leads else ""
    first = read_date(line, index, clock)
    if first is None or not _fits(line, first, lead):
        first = read_time(line, index, clock, lead)
        if first is None or not _fits(line, first, lead):
            return None
    pieces = _following(line, first, clock)
    return _combine(start, leads, pieces) if line.opens(index) else None


def _leads(line: Line, index: int) -> tuple[str, ...]:
    leads: list[str] = []
    while len(leads) < _MAX_LEADS and line.low(index) in _PREPOSITIONS and line.low(index) not in v.THIS:
        leads.append(line.low(index))
        index += 1
    # "in" begins "in 3 days" itself; only parts of the day and months need it as a preposition.
    if leads and leads[-1] == "in" and (line.number(index) is not None or line.low(index) in v.COUNTS):
        leads.pop()
    return tuple(leads)


def _fits(line: Line, piece: Piece, lead: str) -> bool:
    if not line.closes(piece.end):
        return False
    if lead in {"in", "im", "over", "ueber"}:
        return lead in piece.leads
    if piece.strength > Strength.BARE:
        return True
    if piece.leads:
        return lead in piece.leads
    return lead in (v.DATE_PREPOSITIONS if piece.day else BARE_LEADS)


def _following(line: Line, first: Piece, clock: Clock) -> list[Piece]:
    """Return the piece and those that complete it: a part of the day, a time after a day, a day after a time."""
    pieces = [first]
    if first.day and first.at is None:
        part = read_daypart(line, first.end)
        if part is not None and line.closes(part.end):
            pieces.append(part)
    exact = any(piece.at and not piece.vague for piece in pieces)
    end = pieces[-1].end
    if first.day and not exact:
        following = _next_piece(line, end, clock, time_wanted=True)
    elif first.day is None:
        following = _next_piece(line, end, clock, time_wanted=False)
    else:
        following = None
    if following is not None:
        pieces.append(following)
        if following.day and first.vague is False and following.at is None:
            part = read_daypart(line, following.end)
            if part is not None and line.closes(part.end):
                pieces.append(part)
    return pieces


def _next_piece(line: Line, index: int, clock: Clock, *, time_wanted: bool) -> Piece | None:
    index += line.low(index) == ","
    wanted = v.TIME_PREPOSITIONS | v.FROM if time_wanted else v.DATE_PREPOSITIONS
    lead = line.low(index) if line.low(index) in wanted or (time_wanted and line.low(index) == "in") else ""
    if lead == "in" and line.low(index + 1) != "the":
        return None
    index += bool(lead)
    piece = read_time(line, index, clock, lead) if time_wanted else read_date(line, index, clock)
    if piece is None or not line.closes(piece.end):
        return None
    if time_wanted:
        bare = piece.strength is Strength.BARE and not lead
        return None if bare or piece.at is None else piece
    usable = piece.strength > Strength.BARE or _fits(line, piece, lead)
    return piece if usable and piece.at is None else None


def _combine(start: int, leads: tuple[str, ...], pieces: list[Piece]) -> Group:
    day = next((piece.day for piece in pieces if piece.day), None)
    late = any(piece.late and piece.vague for piece in pieces)
    exact = next((piece for piece in pieces if piece.at is not None and not piece.vague), None)
    chosen = exact or next((piece for piece in pieces if piece.at is not None), None)
    at = chosen.at if chosen else None
    if exact and exact.at is not None:
        if late and 0 < exact.at.hour < _NOON_HOUR:
            at = exact.at.replace(hour=exact.at.hour + _NOON_HOUR)
        if exact.late and day is not None:
            day += timedelta(days=1)  # midnight of a day is its end
    strength = max(piece.strength for piece in pieces)
    if len(pieces) > 1:
        strength = Strength.STRONG
    last = pieces[-1]
    bare_time = len(pieces) == 1 and last.day is None and last.strength is Strength.BARE
    return Group(
        start,
        last.end,
        leads,
        strength,
        day,
        at,
        day_first=pieces[0].day is not None,
        bare_time=bare_time,
        vague=bool(chosen and chosen.vague),
    )


def accept(line: Line, groups: list[Group], *, repeats: bool) -> list[Group]:
    """Return the groups that count, given the words around them; only free words make an edge of the text.

    ``from friday`` says when a recurrence starts; otherwise it and a span such as ``Monday until Friday`` are text.
    """
    if not repeats:
        days = {group.end for group in groups if group.day and not group.at}
        spans = {group.start for group in groups if v.END_PREPOSITIONS.intersection(group.leads)} & days
        groups = [group for group in groups if group.start not in spans and not (group.is_start and group.day_first)]
    groups = [group for group in groups if not ("von" in group.leads and group.day_first)]
    ends = _at_end(line, groups)
    starts = {group.start for group in groups}
    accepted: list[Group] = []
    edge = 0
    for group in groups:
        edge = _skip_taken(line, edge, group.start)
        at_start = edge >= group.start
        if _counts(line, group, at_start=at_start, at_end=group.start in ends, starts=starts):
            accepted.append(group)
            if at_start:
                edge = group.end
    return accepted


def _skip_taken(line: Line, index: int, limit: int) -> int:
    while index < limit and (index in line.taken or line.low(index) in _PUNCTUATION):
        index += 1
    return index


def _at_end(line: Line, groups: list[Group]) -> set[int]:
    """Return the starts of the groups after which no text comes."""
    ends: set[int] = set()
    edge = len(line.words)
    for group in reversed(groups):
        while edge > group.end and (edge - 1 in line.taken or line.low(edge - 1) in _PUNCTUATION - _DASHES):
            edge -= 1
        if edge != group.end:
            break
        ends.add(group.start)
        edge = group.start
    return ends


def _counts(line: Line, group: Group, *, at_start: bool, at_end: bool, starts: set[int]) -> bool:
    before = line.low(group.start - 1)
    goes_on = _goes_on(line, group.end, starts)
    if group.leads:
        beside_token = at_start or group.start - 1 in line.taken
        return not group.bare_time or at_end or goes_on or beside_token
    if before in v.CLAIMING or before in _DASHES:
        return False
    if at_end and group.strength >= Strength.WEAK:
        return True
    if at_start and group.strength >= Strength.EDGE:
        return True
    return group.strength is Strength.STRONG and goes_on


def _goes_on(line: Line, index: int, starts: set[int]) -> bool:
    """Tell whether the text after a group is not about it: a token, punctuation, a preposition, or a German verb at the end."""
    after = line.low(index)
    joined = index + 1 in starts or line.number(index + 1) is not None
    if index in line.taken or (after in v.CONTINUATIONS and not (after in v.JOINING and joined)):
        return True
    if after in _PUNCTUATION:
        return not (after in _DASHES and joined)
    is_last = index + 1 >= len(line.words) or index + 1 in line.taken
    return is_last and after.endswith(("en", "ern", "eln")) and line.text[line.words[index].start].islower()


def due_of(day: date | None, at: time | None, clock: Clock) -> date | datetime | None:
    """Return a day, a wall time, or None for neither; a time alone is today, or tomorrow if it has passed."""
    if at is None:
        return day
    if day is None:
        day = clock.today if at > clock.now.time() else clock.today + timedelta(days=1)
    return datetime.combine(day, at)
