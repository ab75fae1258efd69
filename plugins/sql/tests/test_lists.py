"""Lists of a store in a database are those of every other store, found by the database where it can tell."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from attrs import evolve
from company_kit import make_crm, plugin, reopened
from crm_sql import open_postgresql, open_sqlite
from crm_sql.columns import kept
from crm_sql.reading import SqlReader
from postgres_kit import address

from crmcore import (
    MONEY,
    Customer,
    Field,
    ListRequest,
    Metric,
    Purchase,
    Said,
    View,
    count,
    latest,
    list_rows,
    rows,
    total,
    view_table,
    with_fields,
)
from crmcore.testing.memory_store import MemoryStore
from crmcore.testing.store_base import entry
from crmcore.work.shapes import shape

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
purchase = rows(Purchase)
chairs = Field("demo.chairs", int, on=Customer, default=1, indexed=True)
limit = Field("demo.limit", MONEY, on=Customer)
liked = Field("demo.liked", bool, on=Customer, soft=True)
spend = Metric("demo.spend", total(purchase.amount, where=purchase.at.within(days=200)))
often = Metric("demo.often", count(purchase))
last = Metric("demo.last", latest(purchase.at))
DEMO = plugin("demo", fields=[chairs, limit, liked], metrics=[spend, often, last])

FOUND = (
    {"where": ("name=ada",)},
    {"where": ("province=",)},
    {"where": ("province!=", "demo.chairs>=3")},
    {"where": ("demo.limit>10.5",), "sort": "-demo.limit"},
    {"where": ("demo.limit<=10.5",), "sort": "demo.limit,name"},
    {"where": ("province!=jiangsu",), "sort": "province,-name"},
    {"where": ("demo.liked=yes",)},
    {"sort": "-demo.spend", "limit": 7},
    {"sort": "demo.often,-demo.chairs", "limit": 9, "offset": 4},
    {"where": ("demo.spend>100",), "sort": "name", "limit": 5},
    {"where": ("tags=vip",), "sort": "name", "archived": True},
    {"limit": 5, "offset": 10},
    {"where": ("demo.often<4",), "archived": True},
    {"record": Purchase, "where": ("customer=C7",), "sort": "-at"},
    {"record": Purchase, "where": ("at>=2026-05-01", "at<2026-06-15"), "sort": "at"},
    {"record": Purchase, "where": ("amount<0",)},
    {"record": Purchase, "where": ("channel=Shop", "amount>20"), "sort": "-amount", "limit": 11},
)
"""What a database answers itself, at least in part."""

NOT_FOUND = (
    {"sort": "tags"},
    {"sort": "demo.last"},
    {"where": ("id=c7",)},
    {"where": ("created>=2026-01-01",)},
    {"record": Purchase, "where": ("at>=2026-05-01T10:00",)},
    {"record": Purchase, "where": ("customer.name=ada",)},
)
"""What only the row evaluator answers."""


def named(number):
    return f"c{number}" if number % 3 else f"C{number}"


def fill(crm, seed=5, customers=60, purchases=300):
    rng = random.Random(seed)
    said = Said("ada", date(2026, 1, 1))
    with crm.unit("fill") as unit:
        for number in range(customers):
            made = Customer(
                id=named(number),
                name=rng.choice(("Ada", "ada", "Bo", "Éva", "牙医", "Zoë", "straße", "STRASSE")),
                province=rng.choice((None, "Jiangsu", "jiangsu", "Bayern", "四川")),
                tags=tuple(rng.sample(("vip", "old", "new"), rng.randrange(4))),
                archived_at=date(2026, 1, 1) if rng.random() < 0.1 else None,
            )
            values = {
                chairs: rng.choice((None, 0, 1, 5, 40)),
                limit: rng.choice((None, Decimal("10.5"), Decimal("99.25"))),
            }
            if rng.random() < 0.6:
                values[liked] = rng.random() < 0.5
            given = {field.name: value for field, value in values.items() if value is not None}
            unit.add(evolve(made, fields=with_fields({}, given, crm.catalogue, said)))
        for number in range(purchases):
            at = NOW - timedelta(hours=rng.randrange(12_000))
            unit.add(
                Purchase(
                    id=f"p{number}",
                    customer=named(rng.randrange(customers)),
                    at=at.date() if rng.random() < 0.2 else at,
                    amount=Decimal(rng.randrange(-500, 20_000)) / 100,
                    channel=rng.choice((None, "shop", "Shop", "web")),
                )
            )


@pytest.fixture(scope="module")
def plain():
    crm = make_crm(DEMO, zone="Asia/Shanghai", store=MemoryStore())
    fill(crm)
    return crm


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def found(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lists")
    store = open_sqlite(f"sqlite:///{folder}/crm.db") if request.param == "sqlite" else open_postgresql(address())
    crm = make_crm(DEMO, zone="Asia/Shanghai", store=store)
    shape(store, crm.catalogue)
    fill(crm)
    return crm


def listed(crm, request):
    names = {"id", "name"} if request.get("record", Customer) is Customer else {"id", "amount"}
    return list_rows(crm.state(), crm.catalogue, ListRequest(columns=tuple(sorted(names)), **request))


@pytest.mark.parametrize("request_", [*FOUND, *NOT_FOUND], ids=str)
def test_a_list_is_the_same(plain, found, monkeypatch, request_):
    answers, find = [], SqlReader.find

    def noting(self, sought):
        answer = find(self, sought)
        answers.append(answer is not None)
        return answer

    monkeypatch.setattr(SqlReader, "find", noting)
    wanted = listed(plain, request_)
    assert listed(found, request_) == wanted
    assert wanted.rows
    assert answers == [True] or request_ in NOT_FOUND


def test_a_value_that_has_no_place_in_its_column_leaves_lists_to_the_row_evaluator(tmp_path):
    store = open_sqlite(f"sqlite:///{tmp_path}/crm.db")
    crm = make_crm(DEMO, store=store)
    shape(store, crm.catalogue)
    fill(crm, customers=10, purchases=10)
    with store.write() as work:
        document = dict(work.get("customer", "c1"))
        work.put("customer", "c1", {**document, "name": "unit\x1fseparator"})
        work.commit_as(entry())
    state = crm.state()
    before = list_rows(state, crm.catalogue, ListRequest(columns=("id",), sort="name"))
    assert len(before.rows) >= 8
    assert list_rows(state, crm.catalogue, ListRequest(columns=("id",), where=("name=ada",))).rows is not None


def test_columns_follow_the_documents_of_plugins_that_are_not_there(tmp_path):
    store = open_sqlite(f"sqlite:///{tmp_path}/crm.db")
    crm = make_crm(DEMO, store=store)
    shape(store, crm.catalogue)
    fill(crm, customers=10, purchases=0)
    without = reopened(crm)
    shape(store, without.catalogue)
    with store.write() as work:
        document = work.get("customer", "c1")
        work.put("customer", "c1", {**document, "fields": {"demo.chairs": 77}})
        work.commit_as(entry())
    assert [row[0] for row in listed(crm, {"where": ("demo.chairs=77",)}).rows] == ["c1"]


def test_new_columns_are_made_for_documents_that_were_there_before(tmp_path):
    store = open_sqlite(f"sqlite:///{tmp_path}/crm.db")
    crm = make_crm(store=store)
    shape(store, crm.catalogue)
    with crm.unit() as unit:
        for number in range(5):
            unit.add(Customer(id=f"c{number}", name=f"n{number}"))
    with store.write() as work:
        work.put("customer", "c3", {**work.get("customer", "c3"), "fields": {"demo.chairs": 9}})
        work.commit_as(entry())
    grown = reopened(crm, DEMO)
    shape(store, grown.catalogue)
    with grown.unit() as unit:
        unit.edit(unit.get(Customer, "c1"), name="new")
    reader = store.read()
    assert "demo.chairs" in kept(reader.connection)["customer"]
    assert [row[0] for row in listed(grown, {"where": ("demo.chairs>=2",)}).rows] == ["c3"]


VIEWS = (
    View("demo.big", columns=("name", spend), where=(spend > 100) & (chairs >= 1), sort="-demo.spend", limit=8),
    View("demo.provinces", columns=(), where=limit > 10, group="province", sums=(chairs, spend)),
    View("demo.shop", on=Purchase, columns=("customer", "amount"), where=purchase.channel.is_("shop"), sort="amount"),
)


@pytest.mark.parametrize("view", VIEWS, ids=lambda one: one.name)
def test_a_view_is_the_same(plain, found, view):
    wanted = view_table(plain.state(), plain.catalogue, view)
    assert len(wanted.rows) > 2
    assert view_table(found.state(), found.catalogue, view).rows == wanted.rows


GROUPED = (
    View("demo.names", (), group="name", sums=(spend, often)),
    View("demo.provinces", (), where=limit > 10, group="province", sums=(chairs, limit), sort="-count"),
    View("demo.by_chairs", (), group=chairs, sums=(spend,), sort="-demo.chairs"),
    View("demo.by_liking", (), group=liked, sums=(chairs,)),
    View("demo.by_limit", (), group=limit),
    View("demo.channels", (), on=Purchase, group="channel", sums=("amount",), sort="-amount", limit=2),
    View("demo.amounts", (), on=Purchase, where=purchase.amount < 0, group="amount"),
    View("demo.buyers", (), on=Purchase, group="customer", sums=("amount",)),
)
"""What a database counts and adds up itself."""


@pytest.mark.parametrize("day", [None, date(2026, 1, 15)])
@pytest.mark.parametrize("view", GROUPED, ids=lambda one: one.name)
def test_a_grouped_view_is_the_same_and_counted_by_the_database(plain, found, view, day, monkeypatch):
    wanted = view_table(plain.state(day), plain.catalogue, view)
    assert len(wanted.rows) > 1
    made, right = [], SqlReader.groups

    def noted(reader, *given):
        made.append(right(reader, *given))
        return made[-1]

    monkeypatch.setattr(SqlReader, "groups", noted)
    assert repr(view_table(found.state(day), found.catalogue, view).rows) == repr(wanted.rows)
    assert len(made) == (day is None), "the past of undated records is in no column"
    assert None not in made


@pytest.mark.parametrize(
    "view",
    [
        View("demo.ids", (), group="id"),
        View("demo.last", (), group=last),
        View("demo.moments", (), on=Purchase, group="at"),
        View("demo.named", (), on=Purchase, group="customer.name", sums=("amount",)),
    ],
    ids=lambda one: one.name,
)
def test_what_no_column_holds_is_grouped_row_by_row(plain, found, view):
    wanted = view_table(plain.state(), plain.catalogue, view)
    assert repr(view_table(found.state(), found.catalogue, view).rows) == repr(wanted.rows)
