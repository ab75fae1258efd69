"""Dated placements: which segment a customer was in, from when until when, and why it changed."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal

from attrs import evolve, frozen

from crmcore.errors import damaged, reading

Cause = Literal["data", "time", "rule", "refit"]
"""Why a placement began: new data, time alone, a changed rule or setting, or newly fitted population values."""


@frozen
class Held:
    """A demotion that a grace holds back: what the rule answers in place of the segment, and since when."""

    answer: str | None
    since: date


@frozen
class Placement:
    """The segment of one customer in one scheme from ``since`` up to, but not including, ``until`` (None: still).

    ``segment`` is None for "cannot tell", and ``missing`` then names what is unknown. ``review_on`` is no later than the
    first date on which time alone could change it; None is never. ``held`` is a demotion that the segment's grace holds
    back.
    """

    segment: str | None
    since: date
    run: int
    cause: Cause
    until: date | None = None
    review_on: date | None = None
    missing: tuple[str, ...] = ()
    held: Held | None = None

    @property
    def answer(self) -> str | None:
        """What the rule answers: the segment itself, unless a grace holds the customer in it."""
        return self.held.answer if self.held else self.segment

    def held_before(self, day: date) -> Held | None:
        """Return what was held back by the eve of a day."""
        return self.held if self.held and self.held.since < day else None


@frozen
class Move:
    """A customer that came into another segment; None is "cannot tell", or not placed.

    ``is_first`` tells the first placement of all, where ``before`` is None as well.
    """

    customer: str
    scheme: str
    before: str | None
    after: str | None
    on: date
    cause: Cause
    is_first: bool = False


@frozen
class Timeline:
    """All placements of one customer in one scheme, oldest first; only the last can be open."""

    placements: tuple[Placement, ...] = ()

    @property
    def current(self) -> Placement | None:
        """The open placement, or None for a customer that is not placed."""
        return self.placements[-1] if self.placements and self.placements[-1].until is None else None

    def on(self, day: date) -> Placement | None:
        """Return the placement that was believed for ``day``."""
        found = next((one for one in reversed(self.placements) if one.since <= day), None)
        if found is None or (found.until is not None and found.until <= day):
            return None
        return evolve(found, held=None) if found.held and found.held.since > day else found

    def eve(self, day: date) -> Placement | None:
        """Return the placement that stood before anything of ``day``, as it is known by now."""
        placement = next((one for one in reversed(self.placements) if one.since < day), None)
        return None if placement is None or (placement.until is not None and placement.until < day) else placement

    def placed(self, new: Placement) -> "Timeline":
        """Return the timeline with ``new`` as the open placement.

        An unchanged segment keeps its beginning, run and cause. Two changes on one day leave the last of them only.
        """
        current = self.current
        if current is not None and current.segment == new.segment:
            kept = evolve(current, review_on=new.review_on, missing=new.missing, held=new.held)
            return Timeline((*self.placements[:-1], kept))
        earlier = self._before(new.since)
        if earlier and earlier[-1].until == new.since and earlier[-1].segment == new.segment:
            reopened = evolve(earlier[-1], until=None, review_on=new.review_on, missing=new.missing, held=new.held)
            return Timeline((*earlier[:-1], reopened))
        return Timeline((*earlier, new))

    def closed(self, day: date) -> "Timeline":
        """Return the timeline with the open placement ended on ``day``; one that began that day never was."""
        return self if self.current is None else Timeline(self._before(day))

    def _before(self, day: date) -> tuple[Placement, ...]:
        """Return what began before ``day``, ended on it at the latest: a clock may have been set back."""
        kept = [placement for placement in self.placements if placement.since < day]
        if kept and (kept[-1].until is None or kept[-1].until > day):
            kept[-1] = evolve(kept[-1], until=day, review_on=None, held=kept[-1].held_before(day))
        return tuple(kept)

    def rewound(self, day: date) -> "Timeline":
        """Return the timeline as it was before anything placed on or after ``day``."""
        kept = tuple(placement for placement in self.placements if placement.since < day)
        if kept and (kept[-1].until is None or kept[-1].until >= day):
            last = evolve(kept[-1], until=None, held=kept[-1].held_before(day))
            # nothing says when one that had ended would be reviewed, so it is due at once
            kept = (*kept[:-1], last if last == kept[-1] else evolve(last, review_on=day))
        return Timeline(kept)


def to_document(timeline: Timeline) -> dict[str, Any]:
    """Return a timeline as a compact document: one short list per placement."""
    return {"rows": [_to_row(placement) for placement in timeline.placements]}


def from_document(document: Mapping[str, Any] | None) -> Timeline:
    """Read back what `to_document` made; nothing for None. Raises `StoreBroken` for anything else."""
    if document is None:
        return Timeline()
    with reading("a placement"):
        return Timeline(tuple(_from_row(row) for row in document["rows"]))


def review_of(document: Mapping[str, Any] | None) -> str | None:
    """Return when an open placement is to be reviewed, as ``YYYY-MM-DD``; "" is never, None says that none is open.

    Reads only the last row: a daily run asks this of everybody.
    """
    if document is None:
        return None
    try:
        rows = document["rows"]
        if not rows:
            return None
        _segment, _since, _run, _cause, *more = rows[-1]
        until, review_on = (*more, None, None)[:2]
    except (LookupError, TypeError, ValueError) as error:
        raise damaged("a placement", error) from error
    return None if until else review_on or ""


def is_due(document: Mapping[str, Any] | None, day: date) -> bool:
    """Whether time alone may have changed what a document says by a day, or nothing is open in it."""
    review_on = review_of(document)
    return review_on is None or (review_on != "" and review_on <= day.isoformat())


def cause_of(document: Mapping[str, Any] | None) -> Cause:
    """Return what can move a customer whose rule and population values are as before: data where nothing is open."""
    return "data" if review_of(document) is None else "time"


def segment_in(document: Mapping[str, Any] | None) -> str | None:
    """Return the segment of the open placement in a document; None where it cannot be told, or none is open."""
    with reading("a placement"):
        if document is None or not document["rows"]:
            return None
        row: list[Any] = [*document["rows"][-1], None]
        return None if row[4] else row[0]


def is_as_written(
    document: Mapping[str, Any],
    segment: str | None,
    review_on: date | None,
    missing: Iterable[str],
    held: Held | None = None,
) -> bool:
    """Whether the open placement in a document says the same as a new one.

    The same as comparing timelines, without making them: most of those whom a run evaluates stay where they are.
    """
    try:
        rows = document["rows"]
        if not rows:
            return False
        row: list[Any] = [*rows[-1], None, None]
        was, until, review, more = row[0], row[4], row[5], rows[-1][6:]
    except (LookupError, TypeError) as error:
        raise damaged("a placement", error) from error
    said = review_on.isoformat() if review_on else None
    return not until and (was, review, more) == (segment, said, _more(missing, held))


def _to_row(placement: Placement) -> list[Any]:
    row: list[Any] = [
        placement.segment,
        placement.since.isoformat(),
        placement.run,
        placement.cause,
        placement.until.isoformat() if placement.until else None,
        placement.review_on.isoformat() if placement.review_on else None,
        *_more(placement.missing, placement.held),
    ]
    while row[-1] is None:
        row.pop()
    return row


def _more(missing: Iterable[str], held: Held | None) -> list[Any]:
    """Return what stands at the end of a row: names of what is missing, or the one pair of what is held back."""
    return [*missing, *([[held.answer, held.since.isoformat()]] if held else [])]


def _from_row(row: list[Any]) -> Placement:
    segment, since, run, cause, until, review_on, *more = [*row, None, None][: max(6, len(row))]
    held = more.pop() if more and isinstance(more[-1], list) else None
    return Placement(
        segment=segment,
        since=date.fromisoformat(since),
        run=run,
        cause=cause,
        until=date.fromisoformat(until) if until else None,
        review_on=date.fromisoformat(review_on) if review_on else None,
        missing=tuple(more),
        held=Held(held[0], date.fromisoformat(held[1])) if held else None,
    )
