"""The words of each language in which rules are said: templates with named slots, and how they flow together."""

from collections.abc import Iterable, Mapping
from string import Formatter
from typing import Final

from attrs import frozen


@frozen
class Claim:
    """A statement and its denial."""

    yes: str
    no: str


@frozen(kw_only=True)
class Words:
    """One language; in templates ``{value}`` is a term, ``{rule}`` a predicate, ``{rows}`` a customer's records."""

    unknown: str
    yes: str
    no: str
    nothing: str
    cannot_tell: str
    quotes: tuple[str, ...]
    brackets: str
    comma: str
    percent: str
    ordinals: Mapping[str, str]
    """Endings of ordinal numbers by the last digits; ``""`` is the usual one."""
    units: Mapping[str, tuple[str, str]]
    """How many of a unit are said: one, and any other number."""
    setting: str
    signs: Mapping[str, str]

    column_of: str
    day_count: Mapping[str, str]
    extreme: Mapping[str, str]
    extreme_day: Mapping[str, str]
    band: str
    case: str
    otherwise: str
    pause: str

    conditions_first: bool
    """Whether what limits the rows stands before them, as in Chinese."""
    rows_such: str
    rows_such_tight: str
    such: str
    window: str
    window_ended: str
    window_year: str
    linked: str
    linked_by: str
    occasion: Mapping[str, str]
    day_of: str
    value_of: str
    count: str
    aggregate: Mapping[str, str]
    aggregate_composed: Mapping[str, str]

    everyone: str
    population: Mapping[str, str]
    largest_customers: str

    compare: Mapping[str, str]
    compare_day: Mapping[str, str]
    equals: Claim
    is_same: Claim
    is_value: Claim
    one_of: Claim
    known: Claim
    contains: Claim
    includes: Claim
    starts_with: Claim
    within: Claim
    between: Claim
    neither: str
    both: str
    either: str
    either_far: str
    or_else: str

    definition: str
    numbered: str
    last_segment: str
    only_segment: str


ENGLISH: Final = Words(
    unknown="unknown",
    yes="yes",
    no="no",
    nothing="none",
    cannot_tell="cannot tell",
    quotes=('""', "''", "“”"),
    brackets="({inner})",
    comma=", ",
    percent="{number} %",
    ordinals={"1": "st", "2": "nd", "3": "rd", "11": "th", "12": "th", "13": "th", "": "th"},
    units={
        "days": ("day", "days"),
        "hours": ("hour", "hours"),
        "minutes": ("minute", "minutes"),
        "weeks": ("week", "weeks"),
        "months": ("month", "months"),
        "years": ("year", "years"),
    },
    setting="{value} [{name}]",
    signs={"+": "+", "-": "-", "*": "*", "/": "/"},
    column_of="{column} of the {owner}",
    day_count={"since": "days since {value}", "until": "days until {value}"},
    extreme={"least": "the least of ({values})", "greatest": "the greatest of ({values})"},
    extreme_day={"least": "the earliest of ({values})", "greatest": "the latest of ({values})"},
    band="band of {value} (cuts at {cuts})",
    case="{value} if {rule}",
    otherwise="otherwise {value}",
    pause=", ",
    conditions_first=False,
    rows_such="{rows} {such}",
    rows_such_tight="{rows} ({such})",
    such="where {rule}",
    window="in the {days} up to the date",
    window_ended="in the {days} that ended {ending} before the date",
    window_year="in the calendar year up to the date",
    linked="{rows} whose {link} is this customer",
    linked_by="{rows} {link} this customer",
    occasion={"last": "the latest {row}", "latest": "the latest {row}", "earliest": "the first {row}"},
    day_of="date of {rows}",
    value_of="{value} of {rows}",
    count="number of {rows}",
    aggregate={
        "total": "total {value} of {rows}",
        "mean": "average {value} of {rows}",
        "smallest": "smallest {value} of {rows}",
        "largest": "largest {value} of {rows}",
        "earliest": "earliest {value} of {rows}",
        "latest": "latest {value} of {rows}",
        "distinct": "number of different {values} of {rows}",
    },
    aggregate_composed={
        "total": "total of {value} over {rows}",
        "mean": "average of {value} over {rows}",
        "smallest": "smallest {value} over {rows}",
        "largest": "largest {value} over {rows}",
        "earliest": "earliest {value} over {rows}",
        "latest": "latest {value} over {rows}",
        "distinct": "number of different values of {value} over {rows}",
    },
    everyone="all {rows}",
    population={
        "total": "the total of {value} over {crowd}",
        "mean": "the average of {value} over {crowd}",
        "count": "the number of {crowd}",
        "quantile": "the {parameter} quantile of {value} over {crowd}",
        "pareto_cut": "the cut at which {crowd} reach {parameter} of the total of {value}",
        "nth_largest": "the {parameter} largest {value} of {crowd}",
    },
    largest_customers="the largest {rows}",
    compare={"<": "{left} < {right}", "<=": "{left} <= {right}", ">": "{left} > {right}", ">=": "{left} >= {right}"},
    compare_day={
        "<": "{left} is before {right}",
        "<=": "{left} is on or before {right}",
        ">": "{left} is after {right}",
        ">=": "{left} is on or after {right}",
    },
    equals=Claim("{left} = {right}", "{left} is not {right}"),
    is_same=Claim("{left} is the same as {right}", "{left} is not the same as {right}"),
    is_value=Claim("{left} is {right}", "{left} is not {right}"),
    one_of=Claim("{value} is one of {values}", "{value} is none of {values}"),
    known=Claim("{value} is known", "{value} is not known"),
    contains=Claim("{left} contains {right}", "{left} does not contain {right}"),
    includes=Claim("{left} include {right}", "{left} do not include {right}"),
    starts_with=Claim("{left} starts with {right}", "{left} does not start with {right}"),
    within=Claim("{value} is {window}", "{value} is not {window}"),
    between=Claim("{value} is between {low} and {high} inclusive", "{value} is not between {low} and {high} inclusive"),
    neither="not ({rule})",
    both=" and ",
    either=" or ",
    either_far=", or ",
    or_else="{rule} (if unknown: {answer})",
    definition="{name}: {meaning}",
    numbered="{place}. {segment}: {rule}",
    last_segment="otherwise: {segment}",
    only_segment="everyone: {segment}",
)

CHINESE: Final = Words(
    unknown="未知",
    yes="是",
    no="否",
    nothing="无",
    cannot_tell="无法判断",
    quotes=("“”", "「」", "『』"),
    brackets="（{inner}）",
    comma="、",
    percent="{number}%",
    ordinals={"": ""},
    units={
        "days": ("天", "天"),
        "hours": ("小时", "小时"),
        "minutes": ("分钟", "分钟"),
        "weeks": ("周", "周"),
        "months": ("个月", "个月"),
        "years": ("年", "年"),
    },
    setting="{value} [{name}]",
    signs={"+": "+", "-": "-", "*": "×", "/": "/"},
    column_of="{owner}的{column}",
    day_count={"since": "{value}至今的天数", "until": "距{value}还剩的天数"},
    extreme={"least": "（{values}）中的最小者", "greatest": "（{values}）中的最大者"},
    extreme_day={"least": "（{values}）中的最早者", "greatest": "（{values}）中的最晚者"},
    band="{value}的档位（分界点：{cuts}）",
    case="若{rule}则为{value}",
    otherwise="否则为{value}",
    pause="，",
    conditions_first=True,
    rows_such="{such}的{rows}",
    rows_such_tight="{such}的{rows}",
    such="{rule}",
    window="截至当日的 {days}内",
    window_ended="截至当日前 {ending}的 {days}内",
    window_year="当年年初至当日",
    linked="{link}为本客户的{rows}",
    linked_by="{link}为本客户的{rows}",
    occasion={"last": "最近一次{row}", "latest": "最近一次{row}", "earliest": "首次{row}"},
    day_of="{rows}的日期",
    value_of="{rows}的{value}",
    count="{rows}数",
    aggregate={
        "total": "{rows}的{value}合计",
        "mean": "{rows}的平均{value}",
        "smallest": "{rows}的最小{value}",
        "largest": "{rows}的最大{value}",
        "earliest": "{rows}的最早{value}",
        "latest": "{rows}的最晚{value}",
        "distinct": "{rows}的不同{value}数",
    },
    aggregate_composed={
        "total": "{rows}的{value}合计",
        "mean": "{rows}的{value}平均值",
        "smallest": "{rows}的{value}最小值",
        "largest": "{rows}的{value}最大值",
        "earliest": "{rows}的{value}最早值",
        "latest": "{rows}的{value}最晚值",
        "distinct": "{rows}的{value}不同取值数",
    },
    everyone="全体{rows}",
    population={
        "total": "{crowd}的{value}合计",
        "mean": "{crowd}的{value}平均值",
        "count": "{crowd}数",
        "quantile": "{crowd}的{value}的 {parameter} 分位数",
        "pareto_cut": "{crowd}按{value}从大到小累计达到合计 {parameter} 时的临界值",
        "nth_largest": "{crowd}中第 {parameter} 大的{value}",
    },
    largest_customers="全体{rows}",
    compare={"<": "{left} < {right}", "<=": "{left} ≤ {right}", ">": "{left} > {right}", ">=": "{left} ≥ {right}"},
    compare_day={
        "<": "{left}早于{right}",
        "<=": "{left}不晚于{right}",
        ">": "{left}晚于{right}",
        ">=": "{left}不早于{right}",
    },
    equals=Claim("{left} = {right}", "{left} ≠ {right}"),
    is_same=Claim("{left}与{right}相同", "{left}与{right}不同"),
    is_value=Claim("{left}为{right}", "{left}不为{right}"),
    one_of=Claim("{value}为{values}之一", "{value}不是{values}中的任何一个"),
    known=Claim("{value}已知", "{value}未知"),
    contains=Claim("{left}包含{right}", "{left}不包含{right}"),
    includes=Claim("{left}中有{right}", "{left}中没有{right}"),
    starts_with=Claim("{left}以{right}开头", "{left}不以{right}开头"),
    within=Claim("{value}在{window}", "{value}不在{window}"),
    between=Claim("{value}在 {low} 到 {high} 之间（含两端）", "{value}不在 {low} 到 {high} 之间（含两端）"),
    neither="并非（{rule}）",
    both="且",
    either="或",
    either_far="，或",
    or_else="{rule}（未知时视为{answer}）",
    definition="{name}：{meaning}",
    numbered="{place}. {segment}：{rule}",
    last_segment="其余：{segment}",
    only_segment="所有客户：{segment}",
)

_LANGUAGES: Final = {"en": ENGLISH, "zh": CHINESE}


def words_of(language: str) -> Words:
    """Return a language's words; English for a language that has none."""
    return _LANGUAGES.get(language, ENGLISH)


def fill(template: str, **parts: str) -> str:
    """Return a template with its slots filled; a slot's text is never read as a template."""
    pieces: list[str] = []
    for text, slot, _, _ in Formatter().parse(template):
        pieces += [text, parts[slot] if slot else ""]
    return flow(pieces)


def flow(pieces: Iterable[str]) -> str:
    """Join pieces, with a space where Chinese characters meet Latin letters or digits."""
    said = ""
    for piece in filter(None, pieces):
        seam = bool(said) and {_script(said[-1]), _script(piece[0])} == {"han", "latin"}
        said += f" {piece}" if seam else piece
    return said


def _script(character: str) -> str:
    if "\u4e00" <= character <= "\u9fff":
        return "han"
    return "latin" if character < "\u2e80" and (character.isalnum() or character in "[]%-_") else ""
