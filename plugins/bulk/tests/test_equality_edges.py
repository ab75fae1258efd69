"""Values at the edges of what columns hold: each operator answers there as the row evaluator does, on every engine."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_
from zoneinfo import ZoneInfo

import attrs
import narwhals.stable.v2 as nw
import pytest
from crm_bulk import vectors
from crm_bulk.engines.polars_engine import PolarsBackend
from crm_bulk.expressions import col, lit
from crm_bulk.frames import Frames
from crm_bulk.lowering import selected
from crm_bulk.rows import OWNER, RowPass
from crm_bulk.vectors import TooLarge, fixed
from equality_kit import Batch, differences, expected
from random_customers import Given
from vocabulary import chairs, credit, customer, interaction, nickname, purchase, renewal, seen_at

from crmcore import (
    Scheme,
    Segment,
    band,
    choose,
    count,
    days_since,
    days_until,
    distinct,
    earliest,
    greatest,
    largest,
    last,
    latest,
    least,
    mean,
    pareto_cut,
    population_mean,
    population_total,
    quantile,
    smallest,
    total,
)
from crmcore.grammar.expr import as_of
from crmcore.records import Customer, Interaction, Purchase

DAY = date(2024, 3, 1)


def batch(records, roots=(), schemes=(), *, day=DAY, zone="Europe/Berlin", settings=None):
    return Batch(Given(day, ZoneInfo(zone), settings or {}, tuple(records)), tuple(schemes), tuple(roots))


def people(*fields):
    """Return a customer for each group of values of fields."""
    return [Customer(id=f"c{n}", name="x", fields=dict(each)) for n, each in enumerate(fields)]


def spent(*amounts):
    """Return a customer for each list of amounts, with a purchase for each of them."""
    found = [Customer(id=f"c{n}", name="x") for n, _ in enumerate(amounts)]
    return found + [
        Purchase(id=f"p{n}-{m}", customer=f"c{n}", at=DAY - timedelta(days=m), amount=amount)
        for n, each in enumerate(amounts)
        for m, amount in enumerate(each)
    ]


def bought(*moments):
    """Return a customer for each moment, with a purchase and an interaction then, and fields that hold it."""
    found = []
    for n, moment in enumerate(moments):
        day = moment.date() if isinstance(moment, datetime) else moment
        found += [
            Customer(id=f"c{n}", name="x", fields={renewal.name: day, seen_at.name: moment}),
            Purchase(id=f"p{n}", customer=f"c{n}", at=moment, amount=Decimal(n)),
            Interaction(id=f"i{n}", customer=f"c{n}", at=moment, channel="web", responded_at=moment),
        ]
    return found


def around(moment):
    """Return moments about an instant: a microsecond, a second, an hour, a day on either side."""
    steps = (
        timedelta(microseconds=1),
        timedelta(seconds=1),
        timedelta(minutes=30),
        timedelta(hours=1),
        timedelta(days=1),
    )
    return [moment, *(moment + sign * step for step in steps for sign in (1, -1))]


D = Decimal
NUMBERS = spent(
    [D("230584300921.693951")],
    [D("-230584300921.693951"), D("0.000001")],
    [D(0), D("-0.000001")],
    [D("0.1"), D("0.2"), D("0.3"), D("0.7")],
    [D("100.01")],
    [None],
    [],
    [D(1), None, D(1)],
    [D("0.000003"), D("-0.000003")],
    [D("99999999999.999999"), D("0.000001")],
)
spend, purchases = total(purchase.amount), count(purchase)
NUMBER_ROOTS = (
    *(spend, purchases, mean(purchase.amount), smallest(purchase.amount), largest(purchase.amount)),
    *(spend / purchases, spend / 2, spend / D("0.000001"), spend / 3, spend / D("1.1"), 1 / spend, spend / 7 / 7),
    *(spend / purchases >= D("0.1"), (spend / 3).is_(D("0.1")), spend / 3 <= D("33.336666666666667")),
    *((0 * spend) / -5, distinct((0 * purchase.amount) / -5), distinct(purchase.amount / 3), 1 / ((0 * spend) / -5)),
    *(last(purchase.amount), last(purchase.amount).is_(D("0.2")), distinct(purchase.amount), count(purchase.amount)),
    *(total(purchase.amount / 3), mean(purchase.amount / 3), largest(purchase.amount / 3), total(purchase.amount / 7)),
    *(least(spend, 100, spend * purchases), greatest(spend / 3, purchases / 2), band(spend, [D("-0.1"), 0, 1, 100])),
    *(band(spend / 3, [0, D("0.3"), D("33.3")]), spend - 1, spend + 100, 2 * spend, spend * D("0.5")),
    *(population_mean(spend), spend >= population_mean(spend), spend / 3 < population_mean(spend / 3)),
    *(spend >= quantile(spend, D("0.3")), spend >= pareto_cut(spend, D("0.8")), spend / population_total(purchases)),
    *(choose((spend > 1, spend / 3), (spend > 0, purchases / 2), otherwise=0), (spend > 1).or_else(True)),
    *(choose((spend > 1, 1)), spend.is_known() & ~(spend > 1), (spend > 1) | purchases.is_known()),
)

TEXTS = (
    "",
    "ß",
    "SS",
    "ss",
    "İ",
    "i̇",
    "I",
    "ı",
    "ΑΣ",
    "ας",
    "Éa",
    "É",
    "江苏",
    "%",
    "_",
    "a%b",
    ".*",
    "\\",
    "'",
    '"',
    " ",
)
WRITTEN = [
    *(Customer(id=f"c{n}", name=text or "x", province=text, tags=(text, "x"), source=TEXTS[n - 1],
               fields={nickname.name: text}) for n, text in enumerate(TEXTS)),
    *(Purchase(id=f"p{n}", customer=f"c{n % 5}", at=DAY, amount=D(n), channel=text) for n, text in enumerate(TEXTS)),
    Customer(id="none", name="x"),
]  # fmt: skip
SEARCHES = (TEXTS[:3], TEXTS, ("zz", r".*+?()[]{}^$|\\"), ("a|b", "", "#&-~ \n"), (".", "^", "$"))
TEXT_ROOTS = (
    *(part for text in TEXTS for part in (
        customer.province.is_(text), customer.province.contains(text), customer.province.starts_with(text),
        customer.tags.contains(text), count(purchase, where=purchase.channel.starts_with(text)))),
    *(customer.province.contains(customer.source), customer.province.starts_with(customer.source)),
    *(customer.tags.contains(customer.source), customer.province.is_(customer.source)),
    *(reduce(or_, map(where.contains, words)) for where in (customer.province, customer.tags, nickname) for words in SEARCHES),
    customer.province.contains("%") | customer.tags.contains("x") | customer.province.contains("S") | nickname.is_known(),
    *(distinct(purchase.channel), last(purchase.channel), customer.province.is_in("SS", "%"), nickname.is_known()),
)  # fmt: skip

TIME_ROOTS = (
    *(days_since(latest(purchase.at)), days_until(seen_at), days_since(renewal), days_since(seen_at)),
    *(latest(purchase.at), earliest(purchase.at), latest(interaction.responded_at), seen_at.within(days=1)),
    *(count(purchase, where=purchase.at.within(days=n, ending=m)) for n, m in ((1, 0), (1, 1), (30, 0), (365, 365))),
    *(purchases, count(interaction, where=interaction.responded_at.in_year_of(as_of)), seen_at.in_year_of(as_of)),
    *(count(purchase, where=purchase.at.is_(DAY)), count(purchase, where=purchase.at < DAY), seen_at >= DAY),
    *(greatest(seen_at, renewal), least(seen_at, renewal) <= DAY, days_since(greatest(seen_at, renewal))),
    *(choose((chairs > 1, seen_at), otherwise=renewal), band(seen_at, [date(1970, 1, 1), DAY]), last(purchase.amount)),
    largest(days_since(purchase.at)),
)


def local(zone, *parts):
    return datetime(*parts, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def days_of(zone, day):
    """Return the moments about the midnights around a day in a zone."""
    return [
        moment
        for n in (0, 1)
        for moment in around(datetime.combine(day + timedelta(n), time(), ZoneInfo(zone)).astimezone(UTC))
    ]


TIMES = {
    "clocks go back over midnight": ("America/St_Johns", date(2010, 11, 7), days_of("America/St_Johns", date(2010, 11, 7))),
    "clocks go forward at midnight": ("America/Sao_Paulo", date(2018, 11, 4), days_of("America/Sao_Paulo", date(2018, 11, 4))),
    "a day that was left out": ("Pacific/Apia", date(2011, 12, 31), around(datetime(2011, 12, 30, 10, tzinfo=UTC))),
    "a day that came twice": ("Pacific/Kwajalein", date(1969, 9, 30), days_of("Pacific/Kwajalein", date(1969, 9, 30))),
    "a leap day": ("Asia/Kathmandu", date(2024, 2, 29), [*days_of("Asia/Kathmandu", date(2024, 2, 29)), date(2024, 2, 29)]),
    "before there were time zones": ("Asia/Shanghai", date(1900, 12, 31), days_of("Asia/Shanghai", date(1900, 12, 31))),
    "far from now": (
        "America/New_York",
        date(2024, 1, 1),
        [date(1, 1, 12), date(9999, 12, 18), datetime(1, 1, 12, 5, tzinfo=UTC), datetime(9999, 12, 18, 3, tzinfo=UTC),
         date(2024, 1, 1), datetime(2024, 1, 1, 4, 59, 59, 999_999, tzinfo=UTC), datetime(2024, 1, 1, 5, tzinfo=UTC)],
    ),
    "plain dates among moments": (
        "Asia/Shanghai",
        DAY,
        [DAY, DAY - timedelta(1), DAY + timedelta(1), local("Asia/Shanghai", 2024, 3, 1), local("Asia/Shanghai", 2024, 2, 29, 23, 59)],
    ),
}  # fmt: skip


def wrong_in(found, backend):
    return differences(expected(found), backend)


def test_numbers(quick_backend):
    assert wrong_in(batch(NUMBERS, NUMBER_ROOTS), quick_backend) == []


def test_texts(quick_backend):
    assert wrong_in(batch(WRITTEN, TEXT_ROOTS), quick_backend) == []


@pytest.mark.parametrize("name", TIMES)
def test_times(quick_backend, name):
    zone, day, moments = TIMES[name]
    schemes = (
        Scheme(
            "law.recent",
            Segment("new", when=latest(purchase.at).within(days=1)),
            Segment("recent", when=count(purchase, where=purchase.at.within(days=30, ending=1)) > 0),
            Segment("old", when=days_since(latest(purchase.at)) > 365),
            Segment("ahead", when=days_until(seen_at) >= 0),
        ),
    )
    assert wrong_in(batch(bought(*moments), TIME_ROOTS, schemes, day=day, zone=zone), quick_backend) == []


@pytest.mark.torture
def test_edges_on_spark(backend):
    assert wrong_in(batch(NUMBERS, NUMBER_ROOTS[::3]), backend) == []
    assert wrong_in(batch(NUMBERS, NUMBER_ROOTS[1::3]), backend) == []
    assert wrong_in(batch(NUMBERS, NUMBER_ROOTS[2::3]), backend) == []
    assert wrong_in(batch(WRITTEN, TEXT_ROOTS[::2]), backend) == []
    for zone, day, moments in TIMES.values():
        assert wrong_in(batch(bought(*moments), TIME_ROOTS, day=day, zone=zone), backend) == []


def test_a_sum_that_may_not_fit_is_refused_with_its_name():
    many = spent([D("9223372036854.775807"), D(1)])
    with pytest.raises(TooLarge, match=r"in total\(purchase.amount\), beyond the 64 bits"):
        wrong_in(batch(many, [spend]), PolarsBackend())


def test_large_amounts_of_many_customers_are_added_up(quick_backend):
    rich = spent(*[[D("4000000000000.000001"), D("0.000001")]] * 9)
    assert wrong_in(batch(rich, [spend, spend >= 5, mean(purchase.amount)]), quick_backend) == []


def test_the_sizes_that_count_are_those_of_the_values(quick_backend):
    found = spent(*[[D("900000000.000001")] * 3] * 40)
    assert wrong_in(batch(found, [spend * purchases, spend * purchases * purchases > 5]), quick_backend) == []


def test_floats_added_in_the_order_of_the_engine_are_seen(monkeypatch):
    uneven = spent([D(10) ** 12, D("0.1"), -(D(10) ** 12)] * 4)
    roots = (total(purchase.amount / 3),)
    assert wrong_in(batch(uneven, roots), PolarsBackend()) == []

    def in_any_order(_self, frame, island):
        values = selected(frame, {OWNER: col(OWNER), "value": island.value})
        return values.group_by(OWNER).agg(nw.col("value").sum().alias(island.result))

    monkeypatch.setattr(Frames, "_exact_sums", in_any_order)
    assert wrong_in(batch(uneven, roots), PolarsBackend())


def test_unknown_that_counts_as_a_value_is_seen(monkeypatch):
    def with_unknown(self, vector, mask):
        return fixed(self.sum(vector.expr.total("n_unique"), fill=0), 0, self.rows)

    monkeypatch.setattr(RowPass, "_distinct", with_unknown)
    assert wrong_in(batch(NUMBERS, [distinct(purchase.amount)]), PolarsBackend())


def test_quotients_that_are_rounded_twice_are_seen(monkeypatch):
    monkeypatch.setattr(vectors, "quotient", lambda one, two: one * (lit(1.0, nw.Float64) / two))
    assert wrong_in(batch(NUMBERS, [spend / 3, spend / 7]), PolarsBackend())


def test_deep_and_wide_rules(quick_backend):
    deep = spend > 0
    for number in range(40):
        deep = ~deep | (spend > number)
    wide = Scheme("law.wide", *(Segment(f"s{n}", when=spend > 200 - 2 * n) for n in range(100)))
    chain = spend
    for number in range(40):
        chain = least(chain + number, 10_000_000)
    found = batch(spent([D(5)], [D(77)], [D("199.5")], [None]), [deep, chain, band(spend, range(60))], [wide])
    assert wrong_in(found, quick_backend) == []


def test_one_customer_alone(quick_backend):
    assert wrong_in(batch(spent([D("100.01"), D("0.1")]), NUMBER_ROOTS), quick_backend) == []


def test_a_company_without_customers(quick_backend):
    assert wrong_in(batch([], NUMBER_ROOTS[:8]), quick_backend) == []


def test_credit_is_a_field(quick_backend):
    found = people({credit.name: D("100.01")}, {}, {credit.name: D(0)})
    roots = (credit / 2, credit * 3, credit.is_known(), (credit > 1).or_else(True), chairs + 1, chairs.is_known())
    assert wrong_in(batch(map(attrs.evolve, found), roots), quick_backend) == []
