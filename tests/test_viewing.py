"""Declared views and reports become tables; what is dated after the day does not exist for them."""

from datetime import date
from decimal import Decimal

import pytest
from company_kit import make_crm, plugin, put

from crmcore import (
    Customer,
    Field,
    Metric,
    Purchase,
    PurchaseLine,
    Report,
    Scheme,
    Segment,
    Setting,
    Table,
    View,
    rows,
    total,
)
from crmcore.desk.viewing import report_tables, view_table
from crmcore.errors import CrmError, RuleError, UnknownName

DAY = date(2026, 6, 30)
bought = rows(Purchase)
chairs = Field("shop.chairs", int, on=Customer)
spend = Metric("shop.spend", total(bought.amount))
size = Scheme("shop.size", Segment("large", when=spend >= Setting("shop.bar", 100)), Segment("small", when=chairs < 5))
VIEWS = {
    "all": View("shop.all", ("id", "name", spend, size)),
    "top": View("shop.top", ("id",), where=spend > 0, sort="-shop.spend", limit=2),
    "unnamed_sort": View("shop.unnamed", ("id",), sort="-city"),
    "by_size": View("shop.by_size", (), group=size, sums=(spend, chairs)),
    "by_city": View("shop.by_city", (), group="city", sort="-count", limit=1),
    "by_spend": View("shop.by_spend", (), group=size, sums=("shop.spend",), sort="-shop.spend"),
    "web": View(
        "shop.web", ("id", "customer.name", "amount"), on=Purchase, where=bought.channel.is_("WEB"), sort="-at"
    ),
    "lines": View("shop.lines", ("product",), on=PurchaseLine, where=rows(PurchaseLine).purchase.channel.is_("web")),
    "tags": View("shop.tags", (), group="tags", sums=("version",)),
}


def hello(company):
    yield Table(("day",), ((company.as_of,),), "hello")
    yield company.table(VIEWS["by_size"])
    paid = [purchase.amount for purchase in company.rows(Purchase)]
    yield Table(("purchases", "paid"), ((len(paid), sum(paid)),))
    yield Table(("customers",), tuple((customer.id,) for customer in company.rows(Customer)))


def broken(company):
    return [Table(("x",), ((1 / (len(list(company.rows(Customer))) - 3),),))]


REPORTS = {
    "hello": Report("shop.hello", hello),
    "broken": Report("shop.broken", broken),
    "wrong": Report("shop.wrong", lambda _: ["no table"]),
    "nothing": Report("shop.nothing", lambda _: None),
    "leaves": Report("shop.leaves", lambda _: exit(3)),  # noqa: PLR1722 - what a plugin may do
}
SHOP = plugin("shop", fields=[chairs], schemes=[size], views=list(VIEWS.values()), reports=list(REPORTS.values()))


@pytest.fixture(scope="module")
def crm():
    crm = make_crm(SHOP)
    put(
        crm,
        Customer(id="c2", name="Bob", city="Rome", fields={"shop.chairs": 3}, tags=("a", "b")),
        Customer(id="c1", name="Ada", city="Oslo", fields={"shop.chairs": 9}),
        Customer(id="c3", name="Cid", city="ROME"),
        Customer(id="c4", name="Dan", city="Rome", archived_at=date(2026, 1, 1)),
        Purchase(id="p1", customer="c1", at=date(2026, 6, 1), amount=Decimal(70), channel="web"),
        Purchase(id="p2", customer="c1", at=date(2026, 6, 2), amount=Decimal("30.25"), channel="Web"),
        Purchase(id="p3", customer="c2", at=date(2026, 5, 1), amount=Decimal(20), channel="shop"),
        Purchase(id="p4", customer="c1", at=date(2026, 9, 1), amount=Decimal(900), channel="web"),
        PurchaseLine(purchase="p1", product="Tea"),
        PurchaseLine(purchase="p3", product="Mate"),
        PurchaseLine(purchase="p4", product="Later"),
    )
    crm.classify(DAY)
    return crm


@pytest.mark.parametrize(
    ("name", "columns", "expected"),
    [
        (
            "all",
            ("id", "name", "shop.spend", "shop.size"),
            (
                ("c2", "Bob", Decimal(20), "small"),
                ("c1", "Ada", Decimal("100.25"), "large"),
                ("c3", "Cid", Decimal(0), None),
            ),
        ),
        ("top", ("id",), (("c1",), ("c2",))),
        ("unnamed_sort", ("id",), (("c2",), ("c3",), ("c1",))),
        (
            "by_size",
            ("shop.size", "count", "shop.spend", "shop.chairs"),
            (("large", 1, Decimal("100.25"), 9), ("small", 1, Decimal(20), 3), (None, 1, Decimal(0), None)),
        ),
        ("by_city", ("city", "count"), (("Rome", 2),)),
        (
            "by_spend",
            ("shop.size", "count", "shop.spend"),
            (("large", 1, Decimal("100.25")), ("small", 1, Decimal(20)), (None, 1, Decimal(0))),
        ),
        ("web", ("id", "customer.name", "amount"), (("p2", "Ada", Decimal("30.25")), ("p1", "Ada", Decimal(70)))),
        ("lines", ("product",), (("Tea",),)),
        ("tags", ("tags", "count", "version"), (((), 2, 2), (("a", "b"), 1, 1))),
    ],
)
def test_a_view_is_a_table_as_it_was_declared(crm, name, columns, expected):
    table = view_table(crm.state(), crm.catalogue, VIEWS[name])
    assert (table.columns, table.rows, table.title) == (columns, expected, VIEWS[name].name)


def test_a_view_as_of_an_earlier_day_asks_the_rules(crm):
    table = view_table(crm.state(date(2026, 5, 31)), crm.catalogue, VIEWS["by_size"])
    assert table.rows == (("small", 1, Decimal(20), 3), (None, 2, Decimal(0), 9))


def test_names_that_nobody_declares_and_sums_of_what_is_no_number_are_refused(crm):
    wrong = (
        View("shop.x", ("naem",)),
        View("shop.x", ("id",), sort="-naem"),
        View("shop.x", (), group="city", sort="name"),
    )
    for view in wrong:
        with pytest.raises(UnknownName):
            view_table(crm.state(), crm.catalogue, view)
    with pytest.raises(RuleError, match="'city' holds text"):
        view_table(crm.state(), crm.catalogue, View("shop.x", (), group="kind", sums=("city",)))


def test_a_report_reads_tables_and_records_of_its_day(crm):
    first, second, third, fourth = report_tables(crm.state(), crm.catalogue, REPORTS["hello"])
    assert first == Table(("day",), ((DAY,),), "hello")
    assert second.rows[0] == ("large", 1, Decimal("100.25"), 9)
    assert third.rows == ((3, Decimal("120.25")),)
    assert fourth.rows == (("c2",), ("c1",), ("c3",))
    earlier = report_tables(crm.state(date(2026, 5, 31)), crm.catalogue, REPORTS["hello"])
    assert earlier[2].rows == ((1, Decimal(20)),)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("broken", "ZeroDivisionError"),
        ("wrong", "a report returns tables, not 'no table'"),
        ("nothing", "TypeError"),
        ("leaves", "SystemExit"),
    ],
)
def test_a_report_that_fails_names_its_plugin_and_why(crm, name, reason):
    with pytest.raises(CrmError) as error:
        report_tables(crm.state(), crm.catalogue, REPORTS[name])
    assert "plugin 'shop'" in str(error.value)
    assert reason in str(error.value)
    assert "test_viewing.py" in str(error.value)
    assert "Traceback" in "".join(error.value.__notes__)
