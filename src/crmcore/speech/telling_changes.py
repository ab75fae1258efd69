"""What would move a customer, in words and as plain data: why not another segment, by which change, and when by time."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from attrs import frozen

from crmcore.evaluation.ahead import NextMove
from crmcore.evaluation.explain import Explanation, Reason
from crmcore.evaluation.turning import Counterfactual
from crmcore.grammar.declare import Field, Scheme
from crmcore.grammar.expr import Column
from crmcore.kinds import MONEY
from crmcore.speech.measures import measure
from crmcore.speech.spoken import Reader, say_segment, say_value
from crmcore.speech.telling import tell_reason
from crmcore.speech.telling_data import clause_data
from crmcore.speech.wording import describe

Changes = Mapping[str, Sequence[Counterfactual]]
"""By segment, the smallest single change of each value that leads there."""


@frozen
class Ahead:
    """What time alone does: the next move, None if there is none up to ``until``."""

    move: NextMove | None
    until: date


@frozen
class _Phrases:
    """The fixed words around changes, in one language."""

    heading: str = "single changes that would move it (all else and population values held):"
    to: str = "→ {segment}: {changes}"
    value: str = "{what} = {after} instead of {before}"
    entered: str = "{what} = {after}"
    cleared: str = "{what} removed, which is {before}"
    purchase: str = "one purchase of {amount} on {day}"
    either: str = "; or "
    none: str = "no single change leads to: {segments}"
    join: str = ", "
    time: str = "time alone moves it on {day}: {segment}"
    still: str = "time alone does not move it up to {day}"
    is_in: str = "it is in {segment}"
    earlier: str = "{segment} is asked first, and fits"
    stopped: str = "{segment} is asked first, and cannot be told"
    whoever: str = "? {segment} takes whoever is left"


_ENGLISH: Final = _Phrases()
_CHINESE: Final = _Phrases(
    heading="可使其变动的单项改变（其余事实与总体数值不变）：",
    to="→ {segment}：{changes}",
    value="{what}由{before}变为{after}",
    entered="{what}为{after}",
    cleared="清除{what}（现为{before}）",
    purchase="{day} 再购买一次，金额 {amount}",
    either="；或",
    none="任何单项改变都无法到达：{segments}",
    join="、",
    time="仅随时间推移，{day} 起变为{segment}",
    still="仅随时间推移，到 {day} 不会变动",
    is_in="已属于{segment}",
    earlier="先判断{segment}，且符合",
    stopped="先判断{segment}，且无法判断",
    whoever="? {segment}为其余客户",
)


def _phrases(reader: Reader) -> _Phrases:
    return _CHINESE if reader.language == "zh" else _ENGLISH


def tell_why_not(explanation: Explanation, asked: Reason, reader: Reader) -> Iterator[str]:
    """Yield why a customer is not in a segment: what is asked before it and fits, and how its own rule comes out."""
    words, scheme = _phrases(reader), explanation.scheme
    name = say_segment(scheme, asked.segment, reader)
    yield f"{scheme.label(reader.language, scheme.name)} ({scheme.name}): {say_segment(scheme, explanation.segment, reader)}"
    if asked.segment == explanation.segment:
        yield "  " + words.is_in.format(segment=name)
    if (decided := _decided_before(explanation, asked)) is not None:
        before = words.earlier if decided.holds else words.stopped
        yield "  " + before.format(segment=say_segment(scheme, decided.segment, reader))
    if asked.clause is None and asked.segment != explanation.segment:
        yield "  " + words.whoever.format(segment=name)
    else:
        yield from tell_reason(asked, explanation, reader)


def _decided_before(explanation: Explanation, asked: Reason) -> Reason | None:
    """Return the segment that ended the walk before it came to the one that is asked for, if one did."""
    order = [segment.name for segment in explanation.scheme.segments]
    last = explanation.reasons[-1] if explanation.reasons else None
    is_before = last is not None and order.index(last.segment) < order.index(asked.segment)
    return last if last is not None and is_before and last.holds is not False else None


def tell_changes(scheme: Scheme, changes: Changes, ahead: Ahead, day: date, reader: Reader) -> Iterator[str]:
    """Yield the single changes that lead to each segment in ``changes``, those to which none leads, and what time does."""
    words = _phrases(reader)
    if any(changes.values()):
        yield "  " + words.heading
    for segment, found in changes.items():
        if found:
            said = words.either.join(_say(change, day, reader) for change in found)
            yield "    " + words.to.format(segment=say_segment(scheme, segment, reader), changes=said)
    if never := [say_segment(scheme, segment, reader) for segment, found in changes.items() if not found]:
        yield "  " + words.none.format(segments=words.join.join(never))
    if ahead.move is None:
        yield "  " + words.still.format(day=ahead.until)
    else:
        segment = say_segment(scheme, ahead.move.segment, reader)
        yield "  " + words.time.format(day=ahead.move.on, segment=segment)


def _say(change: Counterfactual, day: date, reader: Reader) -> str:
    words, part = _phrases(reader), change.part
    if part is None:
        return words.purchase.format(amount=say_value(change.after, MONEY, reader), day=day)
    beside = measure(part)
    before, after = (
        say_value(value, part.result_kind(), reader, beside.unit, choices=beside.choices)
        for value in (change.before, change.after)
    )
    form = words.entered if change.before is None else words.cleared if change.after is None else words.value
    return form.format(what=describe(part, reader), before=before, after=after)


def changes_data(changes: Changes) -> list[dict[str, Any]]:
    """Return changes as plain data, one object for each; a segment to which none leads has one without ``change``."""
    found: list[dict[str, Any]] = []
    for segment, several in changes.items():
        found += [_change_data(change) for change in several] or [{"segment": segment, "change": None}]
    return found


def _change_data(change: Counterfactual) -> dict[str, Any]:
    name = _name(change.part)
    return {"segment": change.segment, "change": name, "before": change.before, "after": change.after}


def _name(part: object) -> str:
    match part:
        case Field(name=name):
            return name
        case Column(steps=steps):
            return steps[-1].name
        case _:
            return "purchase"


def ahead_data(ahead: Ahead) -> dict[str, Any]:
    """Return what time alone does as plain data."""
    move = ahead.move
    return {"on": move.on if move else None, "segment": move.segment if move else None, "looked_until": ahead.until}


def why_not_data(asked: Reason, reader: Reader) -> dict[str, Any]:
    """Return how the rule of a segment comes out as plain data."""
    return {"segment": asked.segment, "holds": asked.holds, "clause": clause_data(asked.clause, reader)}
