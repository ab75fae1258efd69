"""The schemes of all bundled plugins on customers close to their bounds: the answers are those of the row evaluator."""

from collections.abc import Iterator
from datetime import date, timedelta
from importlib.metadata import entry_points
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from equality_kit import Batch, differences, expected, merged
from random_customers import Given

from crmcore import Scheme
from crmcore.author.bounds import bounds_of
from crmcore.author.drafts import Draft, Drawn, Generator
from crmcore.engines import World, needs, rules_of

DAY = date(2024, 6, 30)
ZONE = ZoneInfo("Asia/Shanghai")
PLUGINS = {point.name: point.load() for point in sorted(entry_points(group="crm.plugins"))}
SCHEMES = {name: tuple(found.crm_schemes()) for name, found in PLUGINS.items() if hasattr(found, "crm_schemes")}
ALL = tuple(scheme for found in SCHEMES.values() for scheme in found)
SOURCES = tuple(
    source for source in needs(*(rule for one in ALL for rule in rules_of(one))).rows if not source.is_customer
)
STATED = (0, 0, -1, -90, 1, 40)
"""Days from the as-of date to that on which a soft value was stated."""


def company(customers: int, seed: int, schemes: tuple[Scheme, ...] = ALL) -> Given:
    """Return so many customers for each of some schemes, near what its rules compare with."""
    chosen = Random(seed)
    drawn = [given for scheme in schemes for given in drafted(scheme, customers, chosen)]
    return attrs.evolve(merged(drawn), sources=SOURCES)


def drafted(scheme: Scheme, customers: int, chosen: Random) -> Iterator[Given]:
    roots = rules_of(scheme)
    generator = Generator(needs(*roots), bounds_of(roots, World({}, {}, ZONE)), DAY, chosen)
    for _ in range(customers):
        records = tuple(restated(record, chosen) for record in records_of(generator.draft()))
        yield Given(DAY, ZONE, {}, records)


def records_of(draft: Draft) -> Iterator[Any]:
    """Yield the customer of a draft, its rows, and what they refer to."""
    facts = draft.case().facts
    yield facts.customer
    yield from (row.record for rows in facts.rows.values() for row in rows)
    for found in draft.parts.values():
        if isinstance(found, Drawn):
            yield from found.known.values()


def restated(record: Any, chosen: Random) -> Any:
    """Return a record whose soft values were stated at some time."""

    def said(value: Any) -> Any:
        on = DAY + timedelta(chosen.choice(STATED))
        return {**value, "on": on.isoformat()} if isinstance(value, dict) else value

    return attrs.evolve(record, fields={name: said(value) for name, value in record.fields.items()})


def check(given: Given, backend: Any, schemes: tuple[Scheme, ...] = ALL) -> None:
    wrong = differences(expected(Batch(given, schemes)), backend)
    assert not wrong, "\n".join(wrong[:10])


def test_bundled_schemes(quick_backend, request):
    some = (
        ALL if request.node.callspec.params["quick_backend"] == "polars" else ALL[::3]
    )  # a database takes a while to plan each
    check(company(4, 1, some), quick_backend, some)


def test_some_bundled_schemes_on_each_engine(backend):
    check(company(1, 7, ALL[::10]), backend, ALL[::10])


@pytest.mark.torture
def test_bundled_schemes_on_each_engine(backend):
    check(company(1, 7), backend)


@pytest.mark.torture
@pytest.mark.parametrize("plugin", SCHEMES)
@pytest.mark.parametrize("seed", range(5))
def test_long_campaigns_with_the_schemes_of_a_plugin(quick_backend, plugin, seed):
    check(company(60, seed, SCHEMES[plugin]), quick_backend, SCHEMES[plugin])


@pytest.mark.torture
@pytest.mark.parametrize("backend", ["pyspark"], indirect=True)
@pytest.mark.parametrize("plugin", ["insurance", "medical"])
@pytest.mark.parametrize("seed", range(2))
def test_the_schemes_of_industries_on_spark_over_several_partitions(backend, plugin, seed):
    assert backend.session.sparkContext.defaultParallelism > 1
    check(company(10, seed, SCHEMES[plugin]), backend, SCHEMES[plugin])


def test_every_bundled_plugin_with_schemes_is_there():
    assert {
        "insurance",
        "lifecycle",
        "loyalty",
        "medical",
        "profile",
        "reputation",
        "satisfaction",
        "value_tier",
    } <= SCHEMES.keys()


def test_companies_have_customers_in_many_segments():
    given = company(8, 1)
    found = expected(Batch(given, ALL))
    placed = {scheme.name: {found.evaluator.answer(scheme, case).segment for case in found.cases} for scheme in ALL}
    assert all(len(segments) >= 2 for segments in placed.values()), placed
    reached = sum(len(segments - {None}) for segments in placed.values())
    assert reached > sum(len(scheme.segments) for scheme in ALL) * 0.7
