"""The examples in the plugins' own tests reach every segment of every scheme, both sides of every bound, and "cannot tell"."""

import importlib.util
import inspect
import itertools
import sys
from collections import defaultdict

import pytest
from attrs import define, field
from pages import DOCS, ROOT

from crmcore.author.census import census
from crmcore.grammar.declare import InSegment, Metric
from crmcore.grammar.expr import Aggregate, Compare
from crmcore.grammar.walk import children, rules_of
from crmcore.speech.spoken import Reader
from crmcore.speech.wording import describe
from crmcore.testing import examples
from crmcore.testing import given as given_facts

sys.path.insert(0, str(DOCS / "_ext"))

import reference_schemes

CATALOGUE = reference_schemes.catalogue()
PLUGINS = sorted({claim.plugin for claim in reference_schemes.claims()})
READER = Reader()


@define
class Seen:
    """What the examples of a plugin showed: answers of each scheme, and on which sides of which bounds they lay."""

    plugin: str
    answers: dict = field(factory=lambda: defaultdict(set))
    sides: dict = field(factory=lambda: defaultdict(set))

    def placed(self, scheme, facts, *others, settings=None, as_of=examples.AS_OF):
        """Answer as `crmcore.testing.placed` does, and remember it."""
        asked = self.compared(scheme, rules_of(scheme), (facts, *others), settings, as_of)
        answer = asked.evaluator.answer(scheme, asked.case).segment
        self.answers[scheme.name].add(answer)
        return answer

    def valued(self, part, facts, *others, settings=None, as_of=examples.AS_OF):
        """Answer as `crmcore.testing.valued` does, and remember which bounds were looked at."""
        self.compared(part, (part,), (facts, *others), settings, as_of)
        return examples.valued(part, facts, *others, settings=settings, as_of=as_of)

    def compared(self, question, roots, customers, settings, as_of):
        asked = examples._asked(question, settings, as_of, customers)
        for each in comparisons(roots, self.plugin):
            self.sides[each].add(asked.evaluator.holds(each, asked.case))
        return asked


def comparisons(roots, plugin):
    """Return the comparisons with bounds in rules and in metrics of their plugin; not those of rows or of other schemes."""
    found, waiting = {}, [*roots]
    while waiting:
        part = waiting.pop()
        foreign = isinstance(part, Metric) and part.name.partition(".")[0] != plugin
        if isinstance(part, Aggregate | InSegment) or foreign:
            continue
        if isinstance(part, Compare):
            found[part] = None
        waiting += children(part)
    return tuple(found)


def shown(plugin):
    """Run the tables of a plugin's tests once more, and return what they show."""
    seen = Seen(plugin)
    for path in sorted((ROOT / "plugins" / plugin / "tests").glob("test_*.py")):
        module = loaded(path)
        if hasattr(module, "placed"):
            module.placed, module.valued = seen.placed, seen.valued
            for test in tables(module):
                for arguments in rows(test):
                    test(**arguments)
    return seen


def loaded(path):
    spec = importlib.util.spec_from_file_location(f"examples_of_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def tables(module):
    """Yield the tests that need nothing but the rows of their tables."""
    for name, test in vars(module).items():
        if name.startswith("test_") and inspect.isfunction(test):
            needed = set(inspect.signature(test).parameters)
            if needed == {argument for mark in marks(test) for argument in arguments_of(mark)}:
                yield test


def marks(test):
    return [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]


def arguments_of(mark):
    names = mark.args[0]
    return [one.strip() for one in names.split(",")] if isinstance(names, str) else list(names)


def rows(test):
    """Yield the arguments of each row; tables on top of each other are crossed."""
    each = [[given(mark, row) for row in mark.args[1]] for mark in marks(test)]
    for chosen in itertools.product(*each):
        yield {name: value for row in chosen for name, value in row.items()}


def given(mark, row):
    names = arguments_of(mark)
    values = getattr(row, "values", row) if not isinstance(row, dict) and hasattr(row, "marks") else row
    return dict(zip(names, values if len(names) > 1 or hasattr(row, "marks") else (values,), strict=True))


def gaps(scheme, seen):
    """Return what the examples do not show of a scheme."""
    nobody = [
        f"{scheme.name}: nobody in {one.name}" for one in scheme.segments if one.name not in seen.answers[scheme.name]
    ]
    # Where no example is unplaced, none can be: generated customers all have an answer.
    if None not in seen.answers[scheme.name] and census(scheme).placed.get("", 0):
        nobody.append(f"{scheme.name}: nobody of whom it cannot tell")
    return nobody + [
        f"{scheme.name}: {describe(each, READER)} only {seen.sides[each]}"
        for each in comparisons(rules_of(scheme), seen.plugin)
        if not {True, False} <= seen.sides[each]
    ]


@pytest.mark.parametrize("plugin", PLUGINS)
def test_the_examples_of_a_plugin_reach_every_segment_and_both_sides_of_every_bound(plugin):
    seen = shown(plugin)
    schemes = [one for one in CATALOGUE.values("scheme") if one.name.partition(".")[0] == plugin]
    found = [gap for scheme in schemes for gap in gaps(scheme, seen)]
    assert not found, "\n".join(found)


def test_a_segment_that_no_example_reaches_and_a_bound_with_one_side_are_noticed():
    scheme = CATALOGUE.scheme("lifecycle.buyer")
    seen = Seen("lifecycle")
    assert seen.placed(scheme, given_facts(purchases=[(5, 10)])) == "new"
    found = gaps(scheme, seen)
    assert "lifecycle.buyer: nobody in repeat" in found
    assert any("purchases >= 2" in gap for gap in found)
    seen.placed(scheme, given_facts(purchases=[(5, 10), (4, 10)]))
    seen.placed(scheme, given_facts())
    assert gaps(scheme, seen) == []
