"""Lists show any column, field, metric or scheme by name, filtered, sorted, paged, and read no more than they need."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from company_kit import make_crm, plugin, put, reopened
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcore import (
    Contact,
    Customer,
    Field,
    Metric,
    Purchase,
    PurchaseLine,
    Scheme,
    Segment,
    Setting,
    count,
    days_since,
    latest,
    mean,
    population_mean,
    rows,
    total,
)
from crmcore.desk.entries import Entry
from crmcore.desk.listed_columns import names_of, plain
from crmcore.desk.listing import ListRequest, list_rows, show_record
from crmcore.errors import RuleError, UnknownName, UsageError

DAY = date(2026, 6, 30)
bought = rows(Purchase)
chairs = Field("shop.chairs", int, on=Customer, default=2)
mood = Field("shop.mood", str, on=Customer, soft=True)
grade = Field("shop.grade", str, on=Purchase, choices=("good", "bad"))
spend = Metric("shop.spend", total(bought.amount))
average = Metric("shop.average", mean(bought.amount))
last_on = Metric("shop.last_on", latest(bought.at))
typical = Metric("shop.typical", population_mean(spend))
bar = Setting("shop.bar", 100)
size = Scheme(
    "shop.size",
    Segment("large", when=(spend >= bar) & chairs.is_known()),
    Segment("small", when=days_since(last_on) < 99),
)
SHOP = plugin(
    "shop",
    fields=[chairs, mood, grade],
    metrics=[spend, average, last_on, typical],
    schemes=[size],
)


@pytest.fixture(scope="module")
def crm():
    gone = plugin("gone", fields=[Field("gone.score", str, on=Customer)])
    crm = make_crm(SHOP, gone, zone="Asia/Shanghai")
    put(
        crm,
        Customer(id="c3", name="Cid", city="Rome", fields={"shop.chairs": 5, "gone.score": "7"}, tags=("vip", "Old")),
        Customer(id="c1", name="ada", city="London", fields={"shop.chairs": 9}),
        Customer(id="c2", name="Bob", parent="c1"),
        Customer(id="c4", name="Dan", city="rome", archived_at=date(2026, 1, 1)),
        Purchase(id="p1", customer="c1", at=date(2026, 6, 1), amount=Decimal("70.5"), channel="web"),
        Purchase(id="p2", customer="c1", at=datetime(2026, 6, 1, 20, tzinfo=UTC), amount=Decimal(30)),
        Purchase(id="p3", customer="c3", at=date(2026, 5, 1), amount=Decimal(20), fields={"shop.grade": "bad"}),
        Purchase(id="p4", customer="c1", at=date(2026, 9, 1), amount=Decimal(900)),
        PurchaseLine(id="l1", purchase="p3", product="Tea", price=Decimal(10), quantity=Decimal(2)),
        Contact(id="k1", customer="c3", name="Carla"),
    )
    crm = reopened(crm, SHOP)
    crm.classify(DAY)
    return crm


def listed(crm, *columns, as_of=None, **asked):
    return list_rows(crm.state(as_of), crm.catalogue, ListRequest(columns=columns, **asked)).rows


# -- columns -----------------------------------------------------------------------------------------------------------


def test_records_stand_in_the_order_in_which_they_were_stored_with_all_their_columns(crm):
    table = list_rows(crm.state(), crm.catalogue, ListRequest())
    assert table.columns[:4] == ("id", "name", "kind", "owner")
    assert [row[0] for row in table.rows] == ["c3", "c1", "c2"]
    assert table.rows[0][table.columns.index("tags")] == ("vip", "Old")
    assert table.rows[1][table.columns.index("tags")] == ()


def test_what_is_kept_of_every_record_can_be_listed(crm):
    put_at = datetime(2026, 11, 21, 12, tzinfo=UTC)
    names = ("version", "created", "created.actor", "changed", "changed.actor")
    assert listed(crm, *names, record=Contact) == ((1, put_at, "ada", put_at, "ada"),)


def test_fields_show_their_default_and_metrics_what_held_on_the_book_date(crm):
    assert listed(crm, "id", "shop.chairs", "shop.spend", "shop.average", "shop.last_on") == (
        ("c3", 5, Decimal(20), 20.0, date(2026, 5, 1)),
        ("c1", 9, Decimal("100.5"), 50.25, datetime(2026, 6, 1, 20, tzinfo=UTC)),
        ("c2", 2, Decimal(0), None, None),
    )


def test_a_scheme_shows_its_short_segment_and_what_else_is_known_of_the_placement(crm):
    names = ("id", "shop.size", "shop.size.missing", "shop.size.since", "shop.size.review_on")
    assert listed(crm, *names) == (
        ("c3", "small", (), DAY, date(2026, 8, 8)),
        ("c1", "large", (), DAY, date(2026, 9, 1)),  # a purchase is dated on that day
        ("c2", None, ("shop.last_on",), DAY, None),
    )


def test_as_of_another_day_the_rules_are_asked_instead_of_the_placements(crm):
    names = ("id", "shop.size", "shop.size.missing", "shop.size.since", "shop.size.review_on", "shop.spend")
    assert listed(crm, *names, as_of=date(2026, 5, 15)) == (
        ("c3", "small", (), None, date(2026, 8, 8), Decimal(20)),
        ("c1", None, ("shop.last_on",), None, date(2026, 6, 1), Decimal(0)),
        ("c2", None, ("shop.last_on",), None, None, Decimal(0)),
    )
    assert listed(crm, "shop.size", as_of=date(2026, 5, 15), where=("id=c4",), archived=True) == ((None,),)
    assert listed(crm, "shop.size", as_of=DAY) == listed(crm, "shop.size")


def test_a_scheme_that_was_never_classified_places_nobody():
    crm = make_crm(SHOP)
    put(crm, Customer(id="c1", name="Ada"))
    assert listed(crm, "shop.size", "shop.size.missing", "shop.size.since") == ((None, (), None),)


def test_a_sensitive_scheme_is_masked_unless_who_may_see_it_asks():
    risk = Scheme("shop.risk", Segment("high", when=spend > 5), Segment("low"), privacy="sensitive")
    crm = make_crm(plugin("shop", schemes=[risk]))
    put(crm, Customer(id="ada", name="Ada"))
    crm.classify(DAY)
    request = ListRequest(columns=("shop.risk", "shop.risk.since"))
    assert list(list_rows(crm.state(), crm.catalogue, request).rows) == [("***", "***")]
    crm.sensitive = True
    assert list(list_rows(crm.state(), crm.catalogue, request).rows) == [("low", DAY)]
    with pytest.raises(RuleError, match="privacy= takes one of public, internal, personal, sensitive"):
        Scheme("shop.risk", Segment("low"), privacy="secret")


def test_columns_of_records_referred_to_can_be_listed_through_any_number_of_references(crm):
    names = ("id", "customer.name", "customer.shop.size", "customer.parent.name")
    assert listed(crm, *names, record=Purchase, limit=1) == (("p1", "ada", "large", None),)
    assert listed(crm, "purchase.at", "purchase.customer.name", "customer.name", record=PurchaseLine) == (
        (date(2026, 5, 1), "Cid", "Cid"),
    )
    assert listed(crm, "id", "parent.name", "parent.shop.spend", where=("id=c2",)) == (("c2", "ada", Decimal("100.5")),)


def test_archived_customers_are_left_out_unless_asked_for(crm):
    assert listed(crm, "id", archived=True) == (("c3",), ("c1",), ("c2",), ("c4",))


@pytest.mark.parametrize(
    ("record", "name", "hint"),
    [
        (Customer, "naem", "did you mean 'name'"),
        (Customer, "shop.siez", "did you mean 'shop.size'"),
        (Customer, "shop.size.sinse", "did you mean 'shop.size.since'"),
        (Customer, "spend", "Give the full name: shop.spend"),
        (Customer, "shop.bar", "'shop.bar' is a setting"),
        (Customer, "shop.grade", "no column of customer named 'shop.grade'"),
        (Purchase, "shop.spend", "no column of purchase named 'shop.spend'"),
        (Purchase, "customer.", "no column of purchase"),
        (Purchase, "customer.naem", "no column of purchase named 'customer.naem'"),
        (Purchase, "channel.name", "no column of purchase named 'channel.name'"),
    ],
)
def test_a_name_that_nobody_declares_is_refused_with_what_was_perhaps_meant(crm, record, name, hint):
    for request in ({"columns": (name,)}, {"where": (f"{name}=x",)}, {"sort": name}):
        with pytest.raises(UnknownName) as error:
            list_rows(crm.state(), crm.catalogue, ListRequest(record=record, **request))
        assert hint in str(error.value)


def test_every_name_that_is_offered_can_be_listed(crm):
    for record in (Customer, Purchase, PurchaseLine, Contact):
        names = names_of(record, crm.catalogue)
        assert len(set(names)) == len(names)
        assert len(list_rows(crm.state(), crm.catalogue, ListRequest(record, names)).rows) > 0


def test_a_population_value_is_shown_exactly_where_it_has_an_end(crm):
    assert plain(Fraction(1205, 30)) == pytest.approx(40.1666, abs=1e-4)
    assert plain(Fraction(-7, 8)) == Decimal("-0.875")
    assert plain(Fraction(10**20, 1)) == Decimal(10**20)
    assert plain("text") == "text"
    assert plain(None) is None


# -- order and pages ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", "c1 c2 c3"),  # without case
        ("-name", "c3 c2 c1"),
        ("city", "c1 c3 c2"),  # unknown last
        ("-city", "c3 c1 c2"),
        ("-shop.spend", "c1 c3 c2"),
        ("shop.last_on", "c3 c1 c2"),
        ("shop.size", "c1 c3 c2"),  # in the declared order
        ("-shop.size", "c3 c1 c2"),
        ("-tags,name", "c3 c1 c2"),
        ("version,-id", "c3 c2 c1"),
        ("changed", "c1 c2 c3"),  # all equal: by id
        ("-changed", "c1 c2 c3"),
        ("parent , -name", "c2 c3 c1"),
    ],
)
def test_a_list_is_sorted_by_any_columns_unknown_last_and_ties_by_id(crm, sort, expected):
    assert " ".join(key for (key,) in listed(crm, "id", sort=sort)) == expected


def test_moments_and_days_are_sorted_together(crm):
    assert [key for (key,) in listed(crm, "id", record=Purchase, sort="at")] == ["p3", "p1", "p2", "p4"]


def test_a_page_of_a_list(crm):
    assert listed(crm, "id", sort="id", offset=1, limit=1) == (("c2",),)
    assert listed(crm, "id", offset=2) == (("c2",),)
    assert listed(crm, "id", limit=0) == ()
    assert listed(crm, "id", offset=9) == ()
    for asked in ({"limit": -1}, {"offset": -1}):
        with pytest.raises(UsageError, match="cannot be negative"):
            listed(crm, "id", **asked)


def test_dearer_conditions_are_asked_only_of_rows_that_pass_the_cheaper_ones(crm, monkeypatch):
    computed = []
    case = Entry.case
    monkeypatch.setattr(Entry, "case", property(lambda entry: computed.append(entry.key) or case.__get__(entry)))
    assert listed(crm, "id", where=("shop.spend>=10", "city=rome")) == (("c3",),)
    assert computed == ["c3"]
    computed.clear()
    assert listed(crm, "id", "city", "shop.size", sort="shop.size") == (
        ("c1", "London", "large"),
        ("c3", "Rome", "small"),
        ("c2", None, None),
    )
    assert computed == []


@given(
    amounts=st.lists(st.one_of(st.none(), st.integers(-3, 3)), max_size=12),
    descending=st.booleans(),
    offset=st.integers(0, 4),
    limit=st.one_of(st.none(), st.integers(0, 5)),
)
@settings(max_examples=40, deadline=None)
def test_sorting_agrees_with_a_plain_sort(amounts, descending, offset, limit):
    crm = make_crm()
    put(crm, Customer(id="c", name="Ada"))
    ids = [f"p{place:02}" for place in range(len(amounts))]
    put(
        crm,
        *(
            Purchase(id=key, customer="c", at=DAY, amount=None if amount is None else Decimal(amount))
            for key, amount in sorted(zip(ids, amounts, strict=True), key=lambda pair: pair[0][::-1])
        ),
    )
    known = {key: amount for key, amount in zip(ids, amounts, strict=True) if amount is not None}
    wanted = sorted(known, key=lambda key: (-known[key] if descending else known[key], key))
    wanted += [key for key in ids if key not in known]
    request = ListRequest(Purchase, ("id",), sort="-amount" if descending else "amount", offset=offset, limit=limit)
    found = [key for (key,) in list_rows(crm.state(), crm.catalogue, request).rows]
    assert found == wanted[offset : None if limit is None else offset + limit]


# -- one record --------------------------------------------------------------------------------------------------------


def test_one_record_is_shown_with_everything_that_has_a_name(crm):
    state = crm.state()
    shown = show_record(state, crm.catalogue, state.customer("c3"))
    assert {
        "id": "c3",
        "tags": ("vip", "Old"),
        "email": None,
        "shop.chairs": 5,
        "shop.mood": None,
        "shop.spend": Decimal(20),
        "shop.size": "small",
        "shop.size.since": DAY,
        "gone.score": "7",
    }.items() <= shown.items()
    assert set(names_of(Customer, crm.catalogue)) | {"gone.score"} == shown.keys()


def test_a_record_of_another_type_is_shown_without_what_only_customers_have(crm):
    state = crm.state()
    shown = show_record(state, crm.catalogue, state.book.get(Purchase, "p3"))
    assert shown["shop.grade"] == "bad"
    assert "shop.spend" not in shown
    assert show_record(state, crm.catalogue, Purchase(id="p99", customer="c1", at=DAY)) == {}


def test_soft_values_count_from_the_day_on_which_they_were_said():
    crm = make_crm(plugin("shop", fields=[mood]))
    said = {"value": "good", "on": "2026-03-01", "source": "ada"}
    put(crm, Customer(id="c1", name="Ada", fields={"shop.mood": said}))
    assert listed(crm, "shop.mood") == (("good",),)
    assert listed(crm, "shop.mood", as_of=date(2026, 2, 28)) == ((None,),)
    assert listed(crm, "shop.mood", as_of=date(2026, 3, 1)) == (("good",),)


def test_a_count_of_what_a_customer_has_is_a_metric_like_any_other():
    contacts = Metric("shop.contacts", count(rows(Contact)))
    crm = make_crm(plugin("shop", metrics=[contacts]))
    put(crm, Customer(id="c1", name="Ada"), Contact(customer="c1", name="Eve"))
    assert listed(crm, "shop.contacts", where=("shop.contacts=1",)) == ((1,),)
