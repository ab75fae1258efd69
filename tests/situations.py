"""Random rules together with facts and fitted population values: what one law looks at."""

from fractions import Fraction
from typing import Any

from attrs import field, frozen
from expressions import customers, predicates, schemes, terms
from hypothesis import strategies as st
from oracle import Oracle
from random_customers import Given
from vocabulary import KINDS

from crmcore.evaluation.evaluate import Evaluator, World
from crmcore.evaluation.facts import Case
from crmcore.grammar.declare import Scheme
from crmcore.grammar.expr import Node, PopulationValue
from crmcore.grammar.walk import needs, rules_of

NUMBERS = tuple(map(Fraction, ("0", "1/3", "1", "2", "30", "100", "99.99", "-20", "250.5", "49/7", "1650001/300")))
"""What population values may be: ties with the constants of the rules, and numbers that no decimal holds."""


@frozen
class Situation:
    """Some facts, and a number (or None, "unknown") for every population value that may be asked for."""

    given: Given
    numbers: tuple[Fraction | None, ...] = field(repr=lambda numbers: str([n and str(n) for n in numbers]))

    def world(self, *roots: Any) -> World:
        """Return a world in which the population values of rules and schemes have numbers; some were never fitted."""
        bare = World(self.given.settings, {}, self.given.zone)
        nodes = [node for root in roots for node in (rules_of(root) if isinstance(root, Scheme) else (root,))]
        found: dict[str, Fraction | None] = {}
        for place, node in enumerate(needs(*nodes).population):
            number = self.numbers[place % len(self.numbers)]
            if number != 30:
                found.setdefault(bare.key(node), number)
        return World(self.given.settings, found, self.given.zone)

    def evaluator(self, *roots: Any) -> Evaluator:
        return Evaluator(self.world(*roots))

    def oracle(self, world: World) -> Oracle:
        """Return an oracle about the first customer that shares the population values of ``world``."""

        def number(node: PopulationValue) -> Fraction | None:
            return world.population.get(world.key(node))

        return Oracle(self.given, self.given.customers[0], self.given.as_of, self.given.settings, number)

    def cases(self) -> list[Case]:
        """Return a case for each customer, archived ones too."""
        return [Case(self.given.facts(customer), self.given.as_of) for customer in self.given.customers]


NUMBER_LISTS = st.lists(st.sampled_from((*NUMBERS, None)), min_size=1, max_size=4).map(tuple)


def situations(*, max_size: int = 3) -> st.SearchStrategy[Situation]:
    return st.builds(Situation, customers(max_size=max_size), NUMBER_LISTS)


def any_terms(*, max_depth: int = 3) -> st.SearchStrategy[Node]:
    """Draw a term of any kind."""
    return st.sampled_from(KINDS).flatmap(lambda kind: terms(kind, max_depth=max_depth))


def some_terms(size: int = 4) -> st.SearchStrategy[list[Node]]:
    return st.lists(any_terms(), min_size=1, max_size=size)


def some_rules(size: int = 4) -> st.SearchStrategy[list[Node]]:
    return st.lists(predicates(), min_size=1, max_size=size)


def some_schemes(size: int = 2, *, max_depth: int = 2) -> st.SearchStrategy[list[Scheme]]:
    return st.lists(schemes(max_depth=max_depth), min_size=1, max_size=size)
