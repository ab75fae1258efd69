"""Schemes whose plugin was away for a while: after its return nobody is placed otherwise than if it had never failed."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

from company_kit import make_crm, plugin, put
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crmcore import (
    TEXT,
    Customer,
    Field,
    Purchase,
    Record,
    Scheme,
    Segment,
    column,
    count,
    mean,
    population_mean,
    record,
    rows,
    total,
)
from crmcore.app import Crm
from crmcore.plugging.catalogue import build_catalogue
from crmcore.plugging.loading import load_plugins
from crmcore.testing.memory_store import MemoryStore
from crmcore.work.placing import state_of, timeline_of

START = date(2026, 3, 2)
customer, purchase = rows(Customer), rows(Purchase)


@record("product")
class Product(Record):
    """Belongs to nobody: only a rule that follows ``item.product`` can tell whom a change of it concerns."""

    category: str | None = column(TEXT)


@record("item", links={"customer": "customer"})
class Item(Record):
    """Something that a customer has."""

    customer: str = column(TEXT, required=True, refers_to=Customer)
    product: str | None = column(TEXT, refers_to=Product)


item = rows(Item)
score = Field("away.score", int, on=Customer)


def two(name, when):
    return Scheme(f"away.{name}", Segment("yes", when=when), Segment("no"))


SHOP = plugin("shop", records=[Product, Item], schemes=[Scheme("shop.size", Segment("all"))])
SCHEMES = [
    two("spends", total(purchase.amount) >= 100),
    two("lately", total(purchase.amount, where=purchase.at.within(days=30)) > 0),
    two("has_red", count(item, where=item.product.category.is_("red")) > 0),
    two("parent_in_x", customer.parent.province.is_("x")),
    two("scored", score >= 5),
]
OF_ALL = two("above_mean", mean(purchase.amount) > population_mean(total(purchase.amount)))
AWAY = plugin("away", fields=[score], schemes=[*SCHEMES, OF_ALL])
EVERYBODY, EVERYTHING = ("c0", "c1", "c2", "c3"), ("p0", "p1")


@cache
def catalogue(state):
    """Return what there is while the plugin works, is not installed, is disabled, or has failed."""
    if state == "not installed":
        return build_catalogue(load_plugins(only=[SHOP]))
    found = load_plugins(only=[SHOP, AWAY], disabled={"away": "crm.toml:1"} if state == "disabled" else {})
    return build_catalogue(found.set_aside("away", "failed", "broke") if state == "failed" else found)


class Company:
    """A company on one store, on whose machine the plugin can be there or not."""

    def __init__(self):
        self.day, self.is_new = START, True
        self.crm = make_crm(SHOP, AWAY, store=MemoryStore(), now=self.now())
        self.crm.clock = self.now
        put(self.crm, *(Customer(id=key, name=key) for key in EVERYBODY[:2]))
        put(self.crm, *(Product(id=key) for key in EVERYTHING))
        put(self.crm, Item(id="i", customer="c0", product="p0"), Purchase(id="b", customer="c0", at=START, amount=5))
        self.crm.classify()

    def now(self):
        return datetime(self.day.year, self.day.month, self.day.day, 9, tzinfo=UTC)

    def to(self, state):
        self.crm = Crm(self.crm.store, catalogue(state), "ada", clock=self.now)

    def do(self, step):
        name, *facts = step
        getattr(self, name)(*facts)

    def wait(self, days):
        self.day += timedelta(days=days)

    def classify(self, back=0):
        self.crm.classify(self.day - timedelta(days=back), rewind=True)

    def buy(self, who, amount, shift):
        put(self.crm, Purchase(customer=who, at=self.day + timedelta(days=shift), amount=Decimal(amount)))

    def have(self, who, what):
        put(self.crm, Item(customer=who, product=what))

    def paint(self, what, category):
        self.edit(Product, what, category=category)

    def move(self, who, province):
        self.edit(Customer, who, province=province)

    def join(self, who, parent):
        above = self.crm.store.read().get("customer", parent) if parent else {}
        if parent != who and above.get("parent") != who:  # circles are refused
            self.edit(Customer, who, parent=parent)

    def archive(self, who):
        self.edit(Customer, who, archived_at=self.day)

    def come(self, who):
        if self.crm.store.read().get("customer", who) is None:
            put(self.crm, Customer(id=who, name=who))
        else:
            self.edit(Customer, who, archived_at=None)

    def score(self, who, points):
        if "away" in self.crm.catalogue.plugins.active:
            self.edit(Customer, who, fields={"away.score": points})

    def edit(self, record_class, key, **columns):
        with self.crm.unit() as unit:
            unit.edit(unit.get(record_class, key), **columns)

    def placed(self, schemes):
        reader = self.crm.store.read()
        current = {(one.name, key): timeline_of(reader, one.name, key).current for one in schemes for key in EVERYBODY}
        return {place: now and (now.segment, now.missing, now.review_on) for place, now in current.items()}


who, what = st.sampled_from(EVERYBODY[:2]), st.sampled_from(EVERYTHING)
STEPS = st.one_of(
    st.tuples(st.just("buy"), who, st.sampled_from((60, 100, -40)), st.sampled_from((0, -29, -31, 5))),
    st.tuples(st.just("have"), who, what),
    st.tuples(st.just("paint"), what, st.sampled_from(("red", "blue"))),
    st.tuples(st.just("move"), who, st.sampled_from(("x", "y"))),
    st.tuples(st.just("join"), who, st.sampled_from((None, *EVERYBODY[:2]))),
    st.tuples(st.just("archive"), who),
    st.tuples(st.just("come"), st.sampled_from(EVERYBODY)),
    st.tuples(st.just("wait"), st.sampled_from((1, 6, 29, 30, 31))),
    st.tuples(st.just("classify"), st.sampled_from((0, 0, 0, 3))),
)
SPANS = st.lists(
    st.tuples(
        st.sampled_from(("active", "not installed", "disabled", "failed")),
        st.lists(st.one_of(STEPS, st.tuples(st.just("score"), who, st.sampled_from((1, 9)))), max_size=6),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=settings.default.max_examples // 3)
@given(SPANS)
@example([("failed", [("paint", "p0", "red")])])
@example([("disabled", [("wait", 6), ("classify", 3), ("move", "c0", "x")])])
@example([("active", [("wait", 6), ("classify", 0)]), ("not installed", [("classify", 3)])])
def test_with_failures_in_between_placements_are_those_of_a_plugin_that_never_failed(spans):
    broken, sound = Company(), Company()
    for state, steps in spans:
        broken.to(state)
        for step in steps:
            if step[0] != "score" or state == "active":  # nobody can write its fields while it is away
                broken.do(step)
                sound.do(step)
        broken.to("active")
        broken.crm.classify(broken.day, rewind=True)
        sound.crm.classify(sound.day, rewind=True)
        assert broken.placed(SCHEMES) == sound.placed(SCHEMES)
    for company in (broken, sound):
        company.crm.classify(company.day, full=True)  # fits of a population are as old as their last run
    assert broken.placed([*SCHEMES, OF_ALL]) == sound.placed([*SCHEMES, OF_ALL])


def test_a_change_that_only_the_absent_rules_could_follow_to_a_customer_makes_them_stale():
    company = Company()
    company.to("failed")
    company.paint("p0", "red")
    commit = company.crm.store.read().commit
    assert state_of(company.crm.store.read(), "away.has_red").stale_since == commit
    assert state_of(company.crm.store.read(), "shop.size").stale_since == 0
    company.move("c0", "x")
    assert state_of(company.crm.store.read(), "away.has_red").stale_since == commit
    company.to("active")
    run = company.crm.classify()
    assert {(move.customer, move.scheme, move.after) for move in run.moves} == {("c0", "away.has_red", "yes")}
    assert state_of(company.crm.store.read(), "away.has_red").stale_since == 0


def test_going_back_in_time_takes_absent_schemes_along_so_that_they_can_catch_up():
    company = Company()
    company.wait(10)
    company.buy("c0", 100, 0)
    company.classify()
    company.to("disabled")
    company.classify(back=5)
    reader = company.crm.store.read()
    assert state_of(reader, "away.spends").as_of == company.day - timedelta(days=5)
    assert timeline_of(reader, "away.spends", "c0").current.segment == "no"
    company.to("active")
    company.crm.classify(company.day - timedelta(days=5))
    assert company.placed(SCHEMES)["away.spends", "c0"][0] == "no"
