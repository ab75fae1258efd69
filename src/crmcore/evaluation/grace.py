"""Grace: how long a segment keeps a customer whom its scheme would demote, so that nobody goes back and forth."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from crmcore.evaluation.evaluate import Answer
from crmcore.evaluation.placements import Held, Placement
from crmcore.grammar.days import days_of
from crmcore.grammar.declare import Scheme, Segment

Settings = Mapping[str, Any]


def has_grace(scheme: Scheme) -> bool:
    """Whether a segment of a scheme keeps customers for a time."""
    return any(segment.grace is not None for segment in scheme.segments)


def held_back(scheme: Scheme, answer: Answer, eve: Placement | None, day: date, settings: Settings) -> Held | None:
    """Return the demotion that the grace of a customer's segment holds back on a day, if it does.

    ``eve`` is where the customer stood the day before. A demotion is an answer further down in the scheme, or none of
    its segments; "cannot tell" is no demotion. It counts from the first day on which the rule demoted.
    """
    if eve is None or (segment := _segment(scheme, eve.segment)) is None:
        return None
    if segment.grace is None or not _is_demotion(scheme, segment, answer):
        return None
    held = Held(answer.segment, eve.held.since if eve.held else day)
    return held if day < _end(segment, held, settings) else None


def held_until(scheme: Scheme, placement: Placement, settings: Settings) -> date | None:
    """Return the day on which what is held back comes into force; None where nothing is, or the rule has changed."""
    segment = _segment(scheme, placement.segment)
    if placement.held is None or segment is None or segment.grace is None:
        return None
    return _end(segment, placement.held, settings)


def _segment(scheme: Scheme, name: str | None) -> Segment | None:
    return next((segment for segment in scheme.segments if segment.name == name), None)


def _is_demotion(scheme: Scheme, segment: Segment, answer: Answer) -> bool:
    is_told = answer.segment is not None or answer.position >= len(scheme.segments)
    return is_told and answer.position > scheme.segments.index(segment)


def _end(segment: Segment, held: Held, settings: Settings) -> date:
    try:
        return held.since + timedelta(days=days_of(segment.grace, settings))
    except OverflowError:
        return date.max
