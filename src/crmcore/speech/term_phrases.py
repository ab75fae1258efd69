"""How terms read that are made of others: arithmetic, choices, bands, and values over all customers."""

from decimal import Decimal

from crmcore.entities import type_of
from crmcore.grammar.declare import Setting
from crmcore.grammar.expr import (
    Aggregate,
    Arithmetic,
    Band,
    Choose,
    Column,
    DayCount,
    Extreme,
    Literal,
    PopulationValue,
    Term,
)
from crmcore.records import Customer
from crmcore.speech.measures import PLAIN, measure
from crmcore.speech.row_phrases import aggregated_rows, conditions, is_occasion, such
from crmcore.speech.spoken import plain
from crmcore.speech.voice import BOTH, FIRM, PRODUCT, SUM, Voice
from crmcore.speech.words import fill, flow, inflect


def firmness(part: Term) -> int:
    """Return how firmly a term holds together when it is said."""
    match part:
        case Choose():
            return 0
        case Arithmetic(op=op):
            return SUM if op in "+-" else PRODUCT
        case _:
            return FIRM


def column(part: Column, voice: Voice) -> str:
    """Say a column; through references: the channel of the purchase."""
    *owners, said = (voice.name(step.label, step.name) for step in part.steps)
    for owner in reversed(owners):
        said = fill(voice.words.column_of, column=said, owner=owner)
    return said


def arithmetic(part: Arithmetic, voice: Voice) -> str:
    """Say ``left + right`` with brackets only where they change what is meant."""
    place = firmness(part)
    inner = voice.within(part) if place == SUM else voice.by(PLAIN)
    chained = isinstance(part.right, Arithmetic) and part.op == part.right.op and part.op in "+*"
    left = inner.term(part.left, place)
    right = inner.term(part.right, place if chained else place + 1)
    return flow((left, f" {voice.words.signs[part.op]} ", right))


def extreme(part: Extreme, voice: Voice) -> str:
    """Say the least or greatest of several values; of days the earliest or latest."""
    words, inner = voice.words, voice.within(part)
    template = (words.extreme_day if part.result_kind().is_time else words.extreme)[part.op]
    return fill(template, values=words.comma.join(inner.term(value, SUM) for value in part.terms))


def choose(part: Choose, voice: Voice) -> str:
    """Say each value with its rule, then what holds otherwise."""
    words, inner = voice.words, voice.within(part)
    said = [fill(words.case, value=inner.term(value, SUM), rule=inner.rule(rule, BOTH)) for rule, value in part.cases]
    otherwise = words.unknown if part.otherwise is None else inner.term(part.otherwise, SUM)
    return words.pause.join([*said, fill(words.otherwise, value=otherwise)])


def band(part: Band, voice: Voice) -> str:
    """Say a band with all its cuts."""
    words, inner = voice.words, voice.by(measure(part.term))
    cuts = words.comma.join(inner.term(cut, SUM) for cut in part.cuts)
    return fill(words.band, value=inner.term(part.term, FIRM), cuts=cuts or words.nothing)


def day_count(part: DayCount, voice: Voice) -> str:
    """Say the days since or until a date, or since the first or latest of the customer's rows."""
    inner, moment = voice.by(PLAIN), part.term
    if isinstance(moment, Aggregate) and is_occasion(moment):
        value = aggregated_rows(moment, inner)
    else:
        value = inner.term(moment, FIRM)
    return fill(voice.words.day_count[part.op], value=value)


def population(part: PopulationValue, voice: Voice) -> str:
    """Say a value over all customers, or over those for whom ``among`` holds."""
    words, facts, inner = voice.words, type_of(Customer), voice.by(PLAIN)
    customers = inflect(voice.name(facts.label, facts.name), words.plurals)
    among = () if part.among is None else conditions((part.among,), inner)
    if part.op == "pareto_cut":
        crowd = such(fill(words.largest_customers, rows=customers), among, inner)
    else:
        crowd = such(customers, among, voice) if among else fill(words.everyone, rows=customers)
    value = "" if part.term is None else inner.term(part.term, FIRM)
    parameter = "" if part.parameter is None else _parameter(part, part.parameter, inner)
    return fill(words.population[part.op], value=value, crowd=crowd, parameter=parameter)


def _parameter(whole: PopulationValue, part: Term, voice: Voice) -> str:
    """Say a share or quantile as per cent and a rank as an ordinal; computed ones as they are."""
    match part:
        case Literal(value=Decimal() as value):
            return _share_or_rank(whole, value, voice)
        case Setting(name=name) if isinstance(value := voice.reader.setting(part), Decimal | int):
            return fill(voice.words.setting, value=_share_or_rank(whole, Decimal(value), voice), name=name)
        case _:
            return voice.term(part, FIRM)


def _share_or_rank(whole: PopulationValue, value: Decimal, voice: Voice) -> str:
    if whole.op == "nth_largest":
        return inflect(plain(value), voice.words.ordinals)
    return voice.words.percent.format(number=plain(value * 100))
