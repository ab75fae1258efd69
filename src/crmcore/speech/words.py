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

    def said(self, *, holds: bool) -> str:
        """Return the statement, or its denial where it does not hold."""
        return self.yes if holds else self.no


Endings = Mapping[str, str]
"""How the end of a word changes; the longest of the given endings counts, and "" is every other one."""


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
    plurals: Endings
    ordinals: Endings
    units: Mapping[str, tuple[str, str]]
    """How many of a unit are said: one, and any other number."""
    foreign_units: str
    """A pattern of units that are words of another language: they are left out, the label says what is counted."""
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
    limits: str
    window: str
    window_ended: str
    window_year: str
    linked: str
    occasion: Mapping[str, str]
    events: Endings
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
    answer: Claim

    definition: str
    numbered: str
    last_segment: str
    only_segment: str


def fill(template: str, **parts: str) -> str:
    """Return a template with its slots filled; a slot's text is never read as a template."""
    pieces: list[str] = []
    for text, slot, _, _ in Formatter().parse(template):
        pieces += [text, parts[slot] if slot else ""]
    return flow(pieces)


def flow(pieces: Iterable[str]) -> str:
    """Join pieces, with a space where Chinese characters meet Latin letters or digits, and none at wide brackets."""
    said = ""
    for piece in filter(None, pieces):
        if said[-1:] in _WIDE:
            said += piece.removeprefix(" ")
        elif piece[0] in _WIDE:
            said = said.removesuffix(" ") + piece
        elif {_script(said[-1:]), _script(piece[0])} == {"han", "latin"}:
            said += f" {piece}"
        else:
            said += piece
    return said


def inflect(word: str, endings: Endings) -> str:
    """Return a word with its end changed."""
    end = max((ending for ending in endings if word.endswith(ending)), key=len)
    return word.removesuffix(end) + endings[end]


def in_sentence(label: str) -> str:
    """Return an English label as it stands inside a sentence; abbreviations and titles keep their capitals."""
    begins = label[:1].isupper() and (label[1:2].islower() or label[1:2] == "-")
    return label.lower() if label.isascii() and begins and label[1:] == label[1:].lower() else label


_WIDE: Final = ("（", "）")


def _script(character: str) -> str:
    if "\u4e00" <= character <= "\u9fff":
        return "han"
    return "latin" if character < "\u2e80" and (character.isalnum() or character in {*"[]%-_"}) else ""
