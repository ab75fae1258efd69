"""The first row in a window decides when an aggregate may change: the dates are those of the row evaluator."""

import random
from zoneinfo import ZoneInfo

import attrs
import crm_bulk.reviews as reviews_module
import equality_kit as kit
import pytest
from crm_bulk.days import day_number
from crm_bulk.engines.polars_engine import PolarsBackend
from crm_bulk.reviews import keeps_order

from crmcore import Interaction, Purchase, Scheme, Segment, count, earliest, rows, total

purchase, interaction = rows(Purchase), rows(Interaction)
OTHERS = (
    None,
    purchase.amount >= 0,
    (purchase.amount >= 0).or_else(True),
    purchase.cost.is_known(),
    (purchase.amount > purchase.cost) & purchase.channel.is_known(),
)


def schemes(seed):
    chance = random.Random(seed)
    for number in range(24):
        source = chance.choice((purchase, purchase, interaction))
        window = source.at.within(days=chance.choice((1, 3, 30, 180, 365)), ending=chance.choice((0, 0, 1, 30, 400)))
        other = chance.choice(OTHERS) if source is purchase else None
        where = window if other is None else chance.choice((window & other, other & window))
        term, first = count(source, where=where), earliest(source.at, where=where)
        amount = total(purchase.amount, where=where if source is purchase else None)
        rule = chance.choice((term > 0, term >= 2, (amount > 10) & (term < 5), first.is_known()))
        yield Scheme(f"made{number}.one", Segment("yes", when=rule), Segment("no"))


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Sao_Paulo", "America/St_Johns", "Pacific/Apia"])
@pytest.mark.parametrize("seed", range(3))
def test_windows_of_rows(seed, zone, monkeypatch):
    found = []
    of_rule = reviews_module.RowReviews._window
    monkeypatch.setattr(reviews_module.RowReviews, "_window", lambda *given: found.append(of_rule(*given)) or found[-1])
    for batch in kit.batches(seed, companies=20, schemes=0, roots=0):
        given = attrs.evolve(batch.given, zone=ZoneInfo(zone))
        asked = kit.Batch(given, tuple(schemes(seed)))
        assert kit.differences(kit.expected(asked), PolarsBackend()) == []
    assert any(window is not None for window in found)


def test_clocks_set_back_over_midnight_break_the_order_of_days():
    def day(text):
        return day_number(kit.date.fromisoformat(text))

    st_johns = ZoneInfo("America/St_Johns")
    assert not keeps_order(st_johns, day("1990-10-25"), day("1990-11-01"))  # set back at 00:01
    assert keeps_order(st_johns, day("2015-10-25"), day("2015-11-05"))
    assert keeps_order(ZoneInfo("Europe/Berlin"), day("1990-01-01"), day("1991-01-01"))
