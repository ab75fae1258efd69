"""Who changes segment by time alone is foretold, and a classification on each of the days says the same."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from company_kit import make_crm, plugin, put
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcore import (
    Customer,
    Metric,
    Purchase,
    Scheme,
    Segment,
    Setting,
    as_of,
    count,
    days_since,
    latest,
    pareto_cut,
    rows,
    total,
)
from crmcore.desk.upcoming import upcoming
from crmcore.evaluation.facts import Case

DAY = date(2025, 12, 1)
bought = rows(Purchase)
last = Metric("shop.last", latest(bought.at))
recent = Metric("shop.recent", total(bought.amount, where=bought.at.within(days=30)))
this_year = count(bought, where=bought.at.in_year_of(as_of))
lost = Scheme(
    "shop.lost",
    Segment("lost", when=days_since(last) > Setting("shop.days", 40)),
    Segment("quiet", when=days_since(last) > 20),
    Segment("busy"),
)
tier = Scheme("shop.tier", Segment("top", when=recent >= pareto_cut(recent, Decimal("0.5"))), Segment("other"))
year = Scheme(
    "shop.year", Segment("often", when=this_year >= 2), Segment("once", when=this_year >= 1), Segment("never")
)
both = Scheme("shop.both", Segment("hot", when=lost.is_("busy") & tier.is_("top")), Segment("cold"))
SHOP = plugin("shop", schemes=[lost, tier, year, both])


def shop(*purchases):
    crm = make_crm(SHOP)
    put(crm, *(Customer(id=key, name=f"Customer {key}") for key in ("a", "b", "c")))
    put(
        crm,
        *(
            Purchase(customer=key, at=DAY + timedelta(days=days), amount=Decimal(amount))
            for key, days, amount in purchases
        ),
    )
    crm.classify(DAY)
    return crm


def test_moves_are_listed_by_date_with_the_segment_left_and_the_one_entered():
    crm = shop(("a", -10, 100), ("b", -39, 5), ("b", 3, 7))
    table = upcoming(crm.state(), crm.schemes, date(2026, 1, 20))
    assert table.columns == ("date", "customer", "name", "scheme", "from", "to")
    assert [(str(day), *facts) for day, *facts in table.rows] == [
        ("2025-12-03", "b", "Customer b", "shop.lost", "quiet", "lost"),  # the 41st day after its purchase
        ("2025-12-04", "b", "Customer b", "shop.year", "once", "often"),  # a purchase is dated on that day
        ("2025-12-12", "a", "Customer a", "shop.both", "hot", "cold"),  # since it is quiet now
        ("2025-12-12", "a", "Customer a", "shop.lost", "busy", "quiet"),
        ("2025-12-21", "a", "Customer a", "shop.tier", "top", "other"),
        ("2026-01-01", "a", "Customer a", "shop.year", "once", "never"),
    ]


def test_the_list_ends_with_the_day_asked_for_and_the_number_asked_for():
    crm = shop(("a", -10, 100), ("b", -39, 5), ("b", 3, 7))
    state = crm.state()
    every = upcoming(state, crm.schemes, date(2026, 3, 1)).rows
    assert upcoming(state, crm.schemes, date(2026, 3, 1), 2).rows == every[:2]
    assert upcoming(state, crm.schemes, every[2][0]).rows == tuple(row for row in every if row[0] <= every[2][0])
    assert upcoming(state, crm.schemes, DAY).rows == ()


def test_archived_customers_and_schemes_that_were_never_placed_have_nothing_coming():
    crm = shop(("a", -10, 100))
    with crm.unit() as unit:
        unit.remove(Purchase, next(key for key, _ in unit.transaction.items("purchase")))
        unit.remove(Customer, "a")
    assert upcoming(crm.state(), crm.schemes, date(2026, 3, 1)).rows == ()
    fresh = make_crm(SHOP)
    put(fresh, Customer(id="a", name="Ada"))
    assert upcoming(fresh.state(), fresh.schemes, date(2099, 1, 1)).rows == ()


def test_what_is_overdue_comes_on_the_first_day():
    crm = shop(("b", -39, 5))
    later = make_crm(SHOP, now=datetime(2026, 1, 10, tzinfo=UTC))
    later.store = crm.store
    with crm.store.write() as work:  # the books are open again, and nobody has classified since
        work.put("company", "company", {"currency": "USD", "zone": "UTC"})
        work.commit_as(next(iter(crm.store.log())))
    found = upcoming(later.state(), later.schemes, date(2026, 1, 31)).rows
    assert [row[:2] + row[3:] for row in found] == [
        (date(2026, 1, 10), "b", "shop.lost", "quiet", "lost"),
        (date(2026, 1, 10), "b", "shop.year", "once", "never"),
    ]


PURCHASE = st.tuples(st.sampled_from("abc"), st.integers(-60, 45), st.integers(1, 9))


@given(purchases=st.lists(PURCHASE, max_size=7))
@settings(max_examples=25, deadline=None)
def test_what_is_foretold_is_what_daily_evaluation_finds(purchases):
    crm = shop(*purchases)
    state, until = crm.state(), DAY + timedelta(days=70)
    foretold = upcoming(state, crm.schemes, until).rows
    found = []
    for key in ("a", "b", "c"):
        facts = state.book.facts(state.customer(key))
        for scheme in crm.schemes:
            start = crm.timeline(key, scheme.name).current.segment
            for step in range(1, 71):
                case = Case(facts, DAY + timedelta(days=step))
                after = state.evaluator.answer(scheme, case).segment
                if after != start:
                    found.append((case.day, key, f"Customer {key}", scheme.name, start, after))
                    break
    assert list(foretold) == sorted(found, key=lambda row: (row[0], row[1], row[3]))
