"""What every phrase needs to be said: the reader, what constants stand beside, and how to say the parts of a whole."""

from abc import ABC, abstractmethod
from decimal import Decimal
from typing import Any, Final, Self

from attrs import evolve, frozen

from crmcore.grammar.declare import Setting
from crmcore.grammar.expr import Predicate, Term
from crmcore.kinds import MONEY, NUMBER
from crmcore.labels import Label
from crmcore.speech.measures import PLAIN, Measure, measure
from crmcore.speech.spoken import Reader, exact_money, plain, say_value, short, with_unit
from crmcore.speech.words import Words, fill, in_sentence

LOOSE: Final = 0
"""How firmly a phrase holds together; brackets stand around one that is looser than its place asks for."""
EITHER: Final = 1
BOTH: Final = 2
SUM: Final = 1
PRODUCT: Final = 2
FIRM: Final = 3


@frozen
class Voice(ABC):
    """Says terms and rules to a reader; ``followed`` tells whether more of the sentence comes after."""

    reader: Reader
    beside: Measure = PLAIN
    followed: bool = False

    @abstractmethod
    def term(self, term: Term, place: int = LOOSE) -> str:
        """Say a term; in brackets if it is looser than ``place`` asks for."""

    @abstractmethod
    def rule(self, rule: Predicate, place: int = LOOSE, *, holds: bool = True) -> str:
        """Say a rule, or its negation; in brackets if it is looser than ``place`` asks for."""

    @property
    def words(self) -> Words:
        """The words of the reader's language."""
        return self.reader.words

    def by(self, beside: Measure) -> Self:
        """Return the voice for a part of the sentence whose constants stand beside ``beside``."""
        return evolve(self, beside=beside, followed=True)

    def within(self, whole: Term) -> Self:
        """Return the voice for the values of a composed term: in its own measure, else in that of its neighbour."""
        own = measure(whole)
        return self.by(self.beside if own.kind == NUMBER else own)

    def name(self, label: Label, name: str) -> str:
        """Return a label as it stands inside a sentence, else the name without its plugin."""
        return in_sentence(label(self.reader.language, short(name)))

    def bracketed(self, text: str, *, needed: bool = True) -> str:
        """Return a text in the language's round brackets where they are needed."""
        return fill(self.words.brackets, inner=text) if needed else text

    def constant(self, value: Any) -> str:
        """Say a constant in the measure of what it stands beside, with all its digits: rules are exact."""
        if isinstance(value, bool) or not isinstance(value, Decimal | int):
            return say_value(value, NUMBER, self.reader, choices=self.beside.choices)
        kind, unit = self.beside.kind, self.beside.unit
        if kind != MONEY:
            return with_unit(plain(Decimal(value)), unit, self.words)
        return with_unit(exact_money(value, self.reader), "" if unit == self.reader.currency else unit, self.words)

    def setting(self, part: Setting) -> str:
        """Say a setting as its value, in its own unit if it has one, and its name."""
        own = evolve(self, beside=evolve(self.beside, unit=part.unit)) if part.unit else self
        return fill(self.words.setting, value=own.constant(self.reader.setting(part)), name=part.name)
