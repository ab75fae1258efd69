"""Explanations in words, line by line."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from attrs import frozen

from crmcore.evaluation.explain import Clause, Explanation, Reason, Source
from crmcore.evaluation.grace import held_until
from crmcore.evaluation.missing import name_of
from crmcore.evaluation.placements import Cause, Placement
from crmcore.grammar.days import days_of
from crmcore.grammar.declare import Field, InSegment, Metric, Setting
from crmcore.grammar.expr import And, Compare, Equals, Known, Not, OneOf, Or, OrElse, Predicate, Term, TextTest
from crmcore.grammar.walk import needs, reached, rules_of
from crmcore.kinds import Kind
from crmcore.labels import NO_CHOICES
from crmcore.speech.measures import measure, shared
from crmcore.speech.spoken import Reader, quoted, say_segment, say_value, with_unit
from crmcore.speech.wording import describe
from crmcore.speech.words import fill

_MARKS: Final = {True: "✓", False: "✗", None: "?"}


@frozen
class _Phrases:
    """The fixed words around an explanation, in one language."""

    since: str = "since {since} (run {run}, {cause})"
    causes: tuple[tuple[str, str], ...] = (
        ("data", "new data"),
        ("time", "time alone"),
        ("rule", "changed rule"),
        ("refit", "new population values"),
    )
    review: str = "time alone changes nothing before {day}"
    never: str = "time alone never changes it"
    now: str = "today's evaluation differs: {segment}"
    held: str = "kept in it by a grace of {days}: since {since} the rule says {segment}, which counts from {until}"
    missing: str = "missing: {names}"
    whoever: str = "whoever is left"
    against: str = "{value} against {bound}"
    above: str = "{margin} above"
    below: str = "{margin} below"
    level: str = "exactly on it"
    every: str = "all of"
    some: str = "one of"
    opposite: str = "not"
    or_yes: str = "(yes if unknown)"
    or_no: str = "(no if unknown)"
    rows: str = "{count} × {name}"
    span: str = ", {first} to {last}"
    skipped: str = ", {count} of unknown value skipped"
    default: str = "{of}: default"
    unset: str = "{of}: not entered"
    entered: str = "{of}: entered {on} by {actor}"
    undated: str = "{of}: entered by {actor}"
    record: str = "{of}: in a record last changed {on} by {actor}"
    fitted: str = " (population values held)"
    refit: str = "; `crm classify --full` fits population values"
    source: str = "from {sources}"
    setting: str = "setting {name} = {value}"
    days: str = "{count} days"
    join: str = "; "


_ENGLISH: Final = _Phrases()
_CHINESE: Final = _Phrases(
    since="自 {since} 起（第 {run} 次运行，{cause}）",
    causes=(("data", "数据变化"), ("time", "时间推移"), ("rule", "规则变化"), ("refit", "总体数值更新")),
    review="仅随时间推移，{day} 之前不会变化",
    never="仅随时间推移不会变化",
    now="今日评估结果不同：{segment}",
    held="宽限 {days}：自 {since} 起规则结果为 {segment}，{until} 起生效",
    missing="缺少：{names}",
    whoever="其余客户",
    against="{value}，界限 {bound}",
    above="高出 {margin}",
    below="低 {margin}",
    level="恰好等于界限",
    every="须全部满足",
    some="满足其一",
    opposite="不满足",
    or_yes="（未知时视为成立）",
    or_no="（未知时视为不成立）",
    rows="{count} 条{name}",
    span="（{first} 至 {last}）",
    skipped="，其中 {count} 条数值未知已略过",
    default="{of}：默认值",
    unset="{of}：未录入",
    entered="{of}：{actor} 于 {on} 录入",
    undated="{of}：{actor} 录入",
    record="{of}：所在记录最后由 {actor} 于 {on} 修改",
    fitted="（总体数值不变时）",
    refit="；`crm classify --full` 可拟合总体数值",
    source="依据：{sources}",
    setting="设置 {name} = {value}",
    days="{count} 天",
    join="；",
)


def say_cause(cause: Cause, reader: Reader) -> str:
    """Say why a placement began."""
    return dict(_phrases(reader).causes)[cause]


def _phrases(reader: Reader) -> _Phrases:
    return _CHINESE if reader.language == "zh" else _ENGLISH


def tell(explanation: Explanation, stored: Placement | None, review_on: date | None, reader: Reader) -> Iterator[str]:
    """Yield an explanation line by line; ``stored`` is the placement on record, None for an evaluation only."""
    words, scheme = _phrases(reader), explanation.scheme
    title = scheme.label(reader.language, scheme.name)
    shown = stored.segment if stored is not None else explanation.segment
    yield f"{title} ({scheme.name}): {say_segment(scheme, shown, reader)}"
    if stored is not None:
        cause = say_cause(stored.cause, reader)
        yield "  " + words.since.format(since=stored.since, run=stored.run, cause=cause)
        yield from _tell_grace(explanation, stored, reader)
        if stored.answer != explanation.segment:
            yield "  " + words.now.format(segment=say_segment(scheme, explanation.segment, reader))
    held = words.fitted if needs(*rules_of(scheme)).population else ""
    yield "  " + (words.review.format(day=review_on) if review_on else words.never) + held
    if explanation.missing:
        unfitted = any(name.startswith("population_") for name in explanation.missing)
        names = _named(explanation.missing, rules_of(scheme), reader)
        yield "  " + words.missing.format(names=names) + (words.refit if unfitted else "")
    for reason in reversed(explanation.reasons):
        yield from tell_reason(reason, explanation, reader)


def _tell_grace(explanation: Explanation, stored: Placement, reader: Reader) -> Iterator[str]:
    scheme, words = explanation.scheme, _phrases(reader)
    until = held_until(scheme, stored, reader.settings)
    if stored.held is not None and until is not None:
        grace = scheme.segment(stored.segment or "").grace
        days = with_unit(str(days_of(grace, reader.settings)), "days", reader.words)
        if isinstance(grace, Setting):
            days = fill(reader.words.setting, value=days, name=grace.name)
        facts = {"days": days, "since": stored.held.since, "until": until}
        yield "  " + words.held.format(segment=say_segment(scheme, stored.held.answer, reader), **facts)


def tell_reason(reason: Reason, explanation: Explanation, reader: Reader) -> Iterator[str]:
    """Yield how a segment's rule comes out, line by line."""
    name = say_segment(explanation.scheme, reason.segment, reader)
    if reason.clause is None:
        yield f"  {_MARKS[True]} {name}: {_phrases(reader).whoever}"
        return
    first, *others = _tell_clause(reason.clause, reader)
    yield f"  {_MARKS[reason.holds]} {name}: {first}"
    yield from ("  " + line for line in others)


def _tell_clause(clause: Clause, reader: Reader) -> Iterator[str]:
    """Yield what a clause says, without its own mark; lines after the first are indented below it."""
    words = _phrases(reader)
    match clause.rule:
        case And() | Or():
            yield words.every if isinstance(clause.rule, And) else words.some
            for part in clause.parts:
                first, *others = _tell_clause(part, reader)
                yield f"  {_MARKS[part.holds]} {first}"
                yield from ("  " + line for line in others)
        case Not():
            yield words.opposite
            first, *others = _tell_clause(clause.parts[0], reader)
            yield f"  {_MARKS[clause.parts[0].holds]} {first}"
            yield from ("  " + line for line in others)
        case OrElse(default=default):
            first, *others = _tell_clause(clause.parts[0], reader)
            yield f"{first} {words.or_yes if default else words.or_no}"
            yield from others
        case _:
            yield describe(clause.rule, reader)
            facts = words.join.join((*_comparison(clause, reader), *_origins(clause, reader)))
            if facts:
                yield "    " + facts


def _named(missing: Iterable[str], rules: Iterable[Predicate], reader: Reader) -> str:
    """Return missing values by name; elsewhere than in English in words, with the name of what a plugin declares."""
    if reader.language == "en":
        return ", ".join(missing)
    parts = {name_of(part): part for part in reached(*rules) if isinstance(part, Term)}
    told = ((name, describe(parts[name], reader) if name in parts else name) for name in missing)
    return "、".join(f"{text} ({name})" if isinstance(parts.get(name), Field | Metric) else text for name, text in told)


def _comparison(clause: Clause, reader: Reader) -> Iterator[str]:
    words = _phrases(reader)
    if clause.missing:
        yield words.missing.format(names=_named(clause.missing, (clause.rule,), reader))
        return
    if isinstance(clause.rule, InSegment) and clause.value is not None:
        yield quoted(say_segment(clause.rule.scheme, clause.value, reader), reader.words)
        return
    if not isinstance(clause.rule, Compare | Equals):
        choices = measure(clause.rule.term).choices if isinstance(clause.rule, OneOf | Known | TextTest) else NO_CHOICES
        yield say_value(clause.value, clause.kind, reader, clause.unit, choices=choices)
        return
    beside = shared((clause.rule.left, clause.rule.right))
    kind, choices = measure(clause.rule.left).kind, beside.choices
    value = say_value(clause.value, kind, reader, clause.unit, choices=choices)
    bound = say_value(clause.bound, kind, reader, choices=choices)
    yield words.against.format(value=value, bound=bound)
    if clause.margin is not None:
        yield _margin(clause, kind, reader)


def _margin(clause: Clause, kind: Kind, reader: Reader) -> str:
    words, margin = _phrases(reader), clause.margin
    if margin == 0:
        return words.level
    size = abs(margin)
    text = words.days.format(count=size) if kind.is_time else say_value(size, kind, reader)
    return (words.above if margin > 0 else words.below).format(margin=text)


def _origins(clause: Clause, reader: Reader) -> Iterator[str]:
    words = _phrases(reader)
    told = [_told(source, reader) for source in clause.sources]
    if told:
        yield words.source.format(sources=", ".join(told))
    known = {setting.name: setting.choices for setting in needs(clause.rule).settings}
    for name, value in clause.settings:
        yield words.setting.format(name=name, value=known[name].said(value, reader.language))


def _told(source: Source, reader: Reader) -> str:
    words, of = _phrases(reader), source.label(reader.language, source.of)
    if source.rows is not None:
        text = words.rows.format(count=source.rows, name=of)
        if source.first is not None:
            text += words.span.format(first=source.first, last=source.last)
        return text + (words.skipped.format(count=source.unknown) if source.unknown else "")
    if source.default:
        return words.default.format(of=of)
    if source.is_record:
        return words.record.format(of=of, on=source.on, actor=source.actor)
    if source.on is not None:
        return words.entered.format(of=of, on=source.on, actor=source.actor)
    return words.undated.format(of=of, actor=source.actor) if source.actor else words.unset.format(of=of)
