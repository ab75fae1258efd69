"""Everybody's answers on a day, perhaps with other settings, as a classification would find them; nothing is written."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from attrs import define, evolve, field

from crmcore.engines import Answers, Question
from crmcore.errors import NotFound, UnknownName
from crmcore.evaluation.evaluate import Evaluator, World
from crmcore.evaluation.facts import Case
from crmcore.grammar.declare import Scheme
from crmcore.grammar.expr import Term
from crmcore.grammar.levels import check_customer_level
from crmcore.grammar.walk import needs
from crmcore.plugging.catalogue import Catalogue
from crmcore.work.choosing import Chosen
from crmcore.work.classifying import said_of
from crmcore.work.due import present_in
from crmcore.work.fitting import fit, population_of, values_of
from crmcore.work.state import State

Segments = Mapping[str, str | None]
"""The segment of every customer by its id; None is "cannot tell"."""


@define(eq=False)
class Evaluation:
    """What a classification of everybody would say on a day, with population values fitted for it alone.

    The customers are those that are not archived. Nothing of it is stored.
    """

    as_of: date
    _found: Mapping[str, Segments]
    _state: State
    _world: World
    _catalogue: Catalogue
    _cases: dict[str, Case] = field(factory=dict, init=False)

    def segments(self, scheme: Scheme | str) -> Segments:
        """Return the segment of every customer in one of the schemes that were asked for; None is "cannot tell"."""
        name = scheme if isinstance(scheme, str) else scheme.name
        if name not in self._found:
            raise UnknownName("scheme in this evaluation", name, self._found)
        return self._found[name]

    def segment(self, customer: str, scheme: Scheme | str) -> str | None:
        """Return the segment of one customer; raises `NotFound` for one that is archived or does not exist."""
        found = self.segments(scheme)
        if customer not in found:
            raise NotFound("customer", customer)
        return found[customer]

    def values(self, term: Term | str, customers: Iterable[str] | None = None) -> Mapping[str, Any]:
        """Return what a metric, given by itself or by name, or any other term is worth for every customer.

        With ``customers`` for these, archived or not; raises `NotFound` if one of them does not exist. Unknown values
        are None. What it needs of the population is fitted for it.
        """
        wanted = self._catalogue.metric(term) if isinstance(term, str) else term
        check_customer_level(wanted)
        everybody = self._everybody()
        cases = everybody if customers is None else {key: everybody.get(key) or self._case(key) for key in customers}
        keys = {node: self._world.key(node) for node in needs(wanted).population}
        unfitted = [node for node, key in keys.items() if key not in self._world.population]
        if unfitted:
            made = fit(self._world, unfitted, tuple(everybody.values()), self.as_of, 0)
            self._world = evolve(self._world, population={**self._world.population, **values_of(made)})
        evaluator = Evaluator(self._world)
        return MappingProxyType({key: evaluator.value(wanted, case) for key, case in cases.items()})

    def _everybody(self) -> Mapping[str, Case]:
        if not self._cases:
            self._cases.update((customer.id, self._state.case(customer)) for customer in self._state.book.customers())
        return self._cases

    def _case(self, customer: str) -> Case:
        return self._state.case(self._state.customer(customer))


def evaluate(
    state: State,
    catalogue: Catalogue,
    schemes: Sequence[Scheme | str],
    settings: Mapping[str, Any],
    choose: Callable[[int], Chosen],
) -> Evaluation:
    """Return everybody's answers in ``schemes`` on the state's day, with some settings in place of the company's own.

    ``choose`` takes the number of customers and returns the engine.
    """
    asked = tuple(catalogue.scheme(one) if isinstance(one, str) else one for one in schemes)
    world = evolve(state.world, settings={**state.world.settings, **settings}, population={})
    question = Question(world, state.day, asked, population_of(asked))
    present = present_in(state.book.reader)
    chosen = choose(len(present))
    with chosen.used():
        answers = chosen.engine.answer(question, state.book.reader)
        world = evolve(world, population={key: value for key, (value, _) in answers.fits.items()})
        found = {scheme.name: _segments(answers, scheme, present) for scheme in asked}
    return Evaluation(state.day, found, state, world, catalogue)


def _segments(answers: Answers, scheme: Scheme, present: Sequence[str]) -> Segments:
    placed = {one.customer: one for one in answers.placed(scheme, present)} if present else {}
    return MappingProxyType({customer: said_of(customer, placed, scheme).segment for customer in present})
