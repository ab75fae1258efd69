"""The law that data outlives plugins: what a plugin stored is byte for byte the same when it is installed again.

A story is drawn: a plugin, what is written with it, and what happens to the company while it is not installed. It is
told twice, once to a store from which the plugin is taken away in the middle, and once to a twin that keeps it.
"""

import json
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from attrs import define, frozen
from company_kit import NOW, make_crm, plugin, reopened
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcore import (
    DATE,
    MONEY,
    TEXT,
    Customer,
    Field,
    Purchase,
    Record,
    Scheme,
    Segment,
    Setting,
    column,
    count,
    record,
    rows,
    total,
)
from crmcore.desk.importing import ImportOptions, import_file
from crmcore.errors import CrmError
from crmcore.storage.tinydb_store import TinyDBStore
from crmcore.store import LogEntry
from crmcore.testing.memory_store import MemoryStore
from crmcore.work.field_values import Said, stored

STORES = {
    "memory": lambda folder: MemoryStore(),
    "tinydb": lambda folder: TinyDBStore(f"tinydb:///{folder}/crm.json", folder / "crm.json"),
}
"""How a new store is made; a further kind needs a line here and nothing else."""

KEYS = ("c1", "c2", "c3")
DAY = NOW.date()
SPEND = total(rows(Purchase).amount)
RECENT = count(rows(Purchase), where=rows(Purchase).at.within(days=20))
CORE_ACTS = frozenset({"name", "buy", "return", "amount", "archive", "new"})


@record("acme_visit", links={"customer": "customer"}, dated_by="on")
class Visit(Record):
    customer: str = column(TEXT, required=True, refers_to=Customer)
    on: date = column(DATE, required=True)
    cost: Decimal | None = column(MONEY)


@record("acme_photo", links={"customer": "visit.customer"})
class Photo(Record):
    visit: str = column(TEXT, required=True, refers_to=Visit)
    note: str | None = column(TEXT)


VALUES = {
    "whole": (int, st.integers(-(10**11), 10**11)),
    "exact": (Decimal, st.decimals(-1000, 1000, places=3)),
    "money": (MONEY, st.decimals(0, 1000, places=2)),
    "text": (str, st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)),
    "choice": (str, st.sampled_from(["a", "b"])),
    "flag": (bool, st.booleans()),
    "day": (date, st.dates(date(2000, 1, 1), date(2030, 1, 1))),
    "moment": (datetime, st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))),  # noqa: DTZ001 - hypothesis adds the zone
}


@st.composite
def field(draw, number):
    sort = draw(st.sampled_from(sorted(VALUES)))
    kind, values = VALUES[sort]
    choices = ("a", "b") if sort == "choice" else ()
    on = draw(st.sampled_from([Customer, Customer, Purchase, Visit]))
    return Field(f"acme.f{number}", kind, on=on, choices=choices, soft=draw(st.booleans())), values


@frozen
class Story:
    """What is drawn; ``before`` and ``meanwhile`` are lists of things to do."""

    fields: tuple
    before: tuple
    meanwhile: tuple

    def plugin(self):
        """Return the plugin, whose schemes use its own fields, records and setting, and the core's purchases."""
        much = Setting("acme.much", 100)
        known = [one.is_known() for one in self.fields if one.on is Customer]
        schemes = [
            Scheme("acme.tier", Segment("big", when=much <= SPEND), Segment("small")),
            Scheme(
                "acme.seen",
                Segment("often", when=count(rows(Visit)) > 1),
                *(Segment(f"known{place}", when=rule) for place, rule in enumerate(known)),
                Segment("new"),
            ),
            Scheme("acme.recent", Segment("now", when=RECENT > 0), Segment("old")),
        ]
        return plugin("acme", fields=list(self.fields), records=[Visit, Photo], schemes=schemes)


def amounts():
    return st.decimals(0, 300, places=2)


def core_acts():
    """Return things that happen to the core's records; the plugin is not needed for them."""
    return st.one_of(
        st.tuples(st.just("name"), st.sampled_from(KEYS), st.sampled_from(["Eve", "Bob", "Zoë"])),
        st.tuples(st.just("buy"), st.sampled_from(KEYS), amounts(), st.integers(0, 60)),
        st.tuples(st.just("return"), st.sampled_from(KEYS)),
        st.tuples(st.just("amount"), st.sampled_from(KEYS), amounts()),
        st.tuples(st.just("archive"), st.sampled_from(KEYS)),
        st.tuples(st.just("new"), st.integers(10, 12)),
        st.tuples(st.just("import"), st.integers(20, 22), st.sampled_from(KEYS)),
        st.tuples(st.just("undo"), st.integers(0, 2)),
        st.tuples(st.just("classify"), st.integers(1, 30)),
    )


@st.composite
def stories(draw):
    drawn = [draw(field(number)) for number in range(draw(st.integers(1, 4)))]
    values = st.one_of(
        *(
            st.tuples(st.just("value"), st.just(one), st.sampled_from(KEYS), sort, st.sampled_from(["ada", "bob"]))
            for one, sort in drawn
        ),
    )
    own = st.one_of(
        values,
        st.tuples(st.just("visit"), st.sampled_from(KEYS), st.one_of(st.none(), amounts()), st.integers(0, 60)),
        st.tuples(st.just("photo"), st.sampled_from(["", "ümlaut", "x"])),
        st.tuples(st.just("setting"), st.integers(1, 400)),
    )
    before = draw(st.lists(st.one_of(own, own, core_acts()), min_size=1, max_size=10))
    meanwhile = draw(st.lists(core_acts(), max_size=8))
    return Story(tuple(one for one, _ in drawn), tuple(before), tuple(meanwhile))


@define
class Teller:
    """Does the things of a story in one company; what the company refuses does not happen."""

    folder: Path
    day: date = DAY
    start: int = 0

    def tell(self, crm, acts):
        self.start = crm.store.read().commit
        for act in acts:
            with suppress(CrmError):
                getattr(self, f"_{act[0]}")(crm, *act[1:])

    def _value(self, crm, one, key, value, source):
        holders = [key_ for key_, _ in crm.store.read().items(one.on.__crm__.name)]
        if one.on is not Customer:
            key = holders[0] if holders else ""
        with crm.unit("value") as unit:
            found = unit.get(one.on, key)
            made = stored(one, value, Said(source, DAY), found.fields.get(one.name))
            unit.edit(found, fields={**found.fields, one.name: made})

    def _visit(self, crm, key, cost, ago):
        with crm.unit("visit") as unit:
            unit.add(Visit(id=f"v{crm.store.read().commit}", customer=key, on=DAY - timedelta(ago), cost=cost))

    def _photo(self, crm, note):
        visits = [key for key, _ in crm.store.read().items("acme_visit")]
        with crm.unit("photo") as unit:
            unit.add(Photo(id=f"f{crm.store.read().commit}", visit=visits[-1] if visits else "", note=note or None))

    def _setting(self, crm, value):
        crm.apply_settings({"acme.much": value})

    def _name(self, crm, key, name):
        with crm.unit("name") as unit:
            unit.edit(unit.get(Customer, key), name=name)

    def _buy(self, crm, key, amount, ago):
        with crm.unit("buy") as unit:
            number = sum(1 for _ in crm.store.read().items("purchase"))
            unit.add(Purchase(id=f"p{number}", customer=key, at=DAY - timedelta(ago), amount=amount))

    def _return(self, crm, key):
        with crm.unit("return") as unit:
            for one in _bought(crm, key)[:1]:
                unit.remove(Purchase, one)

    def _amount(self, crm, key, amount):
        with crm.unit("amount") as unit:
            for one in _bought(crm, key)[-1:]:
                unit.edit(unit.get(Purchase, one), amount=amount)

    def _archive(self, crm, key):
        with crm.unit("archive") as unit:
            unit.remove(Customer, key)

    def _new(self, crm, number):
        with crm.unit("new") as unit:
            unit.add(Customer(id=f"c{number}", name="New"))

    def _import(self, crm, number, key):
        path = self.folder / f"import-{number}-{key}.csv"
        path.write_text(f"id,name,phone\nc{number},Imported,1\n{key},Renamed,2\n", "utf-8")
        import_file(crm, path, ImportOptions("customer", key="id"))

    def _undo(self, crm, back):
        done = [entry.commit for entry in crm.store.log(self.start) if entry.why in CORE_ACTS]
        crm.undo(done[-1 - back] if len(done) > back else 0)

    def _classify(self, crm, days):
        self.day += timedelta(days)
        crm.classify(self.day)


def _bought(crm, key):
    return [one for one, found in crm.store.read().items("purchase") if found["customer"] == key]


def own_records(store):
    """Return the plugin's own documents as they are written, in their order."""
    reader = store.read()
    tables = {name: list(reader.items(name)) for name in ("acme_visit", "acme_photo")}
    settings_ = [(key, found) for key, found in reader.items("setting") if key.startswith("acme.")]
    return json.dumps([tables, settings_, reader.get("plugin", "acme")])


def own_values(store):
    """Return the values of the plugin's fields in each record of the core as they are written, in their order."""
    found = {}
    for table in ("customer", "purchase"):
        for key, document in store.read().items(table):
            own = [(name, value) for name, value in document.get("fields", {}).items() if name.startswith("acme.")]
            found[table, key] = json.dumps(own)
    return found


def placed(crm):
    """Return where every customer is in every scheme of the plugin, and what is missing where nobody can tell."""
    found = {}
    for scheme in crm.schemes:
        for key, _ in crm.store.read().items("customer"):
            now = crm.timeline(key, scheme.name).current
            found[scheme.name, key] = (now.segment, now.missing) if now else None
    return found


def founded(store, acme):
    """Return a company with the plugin and three customers."""
    crm = make_crm(acme, store=store)
    with crm.unit("start") as unit:
        for key in KEYS:
            unit.add(Customer(id=key, name=key.upper()))
    return crm


def told(story, store, folder, *, without, between):
    """Tell a story; ``without`` takes the plugin away for its second half. Returns the company at the end."""
    acme, teller = story.plugin(), Teller(folder)
    crm = founded(store, acme)
    teller.tell(crm, story.before)
    crm.classify(teller.day)
    records, values = own_records(store), own_values(store)
    away = reopened(crm) if without else crm
    teller.tell(away, story.meanwhile)
    if without:
        between(store)
        assert own_records(store) == records
        left = own_values(store)
        assert left == {place: values.get(place, "[]") for place in left}
    back = reopened(crm, acme)
    assert back.catalogue.plugins.active == ("acme",)
    back.classify(teller.day + timedelta(1))
    return back


def check(story, kind, folder, between=lambda store: None):
    """Compare a story with and without an interruption; ``between`` may spoil the store in the middle."""
    for path in (folder / "left", folder / "kept"):
        path.mkdir()
    left = told(story, STORES[kind](folder / "left"), folder, without=True, between=between)
    kept = told(story, STORES[kind](folder / "kept"), folder, without=False, between=between)
    assert own_records(left.store) == own_records(kept.store)
    assert own_values(left.store) == own_values(kept.store)
    assert placed(left) == placed(kept)


@pytest.mark.parametrize("kind", STORES)
@given(story=stories())
def test_data_outlives_its_plugin(kind, tmp_path_factory, story):
    check(story, kind, tmp_path_factory.mktemp("story"))


LEVEL = Field("acme.level", Decimal, on=Customer, soft=True)
NOTE = Field("acme.note", str, on=Customer)
EXAMPLE = Story(
    (LEVEL, NOTE),
    (
        ("value", NOTE, "c1", "b", ""),
        ("value", LEVEL, "c1", Decimal("1.50"), "ada"),
        ("visit", "c1", Decimal("3.25"), 3),
        ("visit", "c2", None, 4),
        ("photo", "x"),
        ("setting", 50),
        ("buy", "c2", Decimal(60), 5),
    ),
    (("buy", "c3", Decimal(70), 2), ("classify", 3), ("import", 20, "c2"), ("name", "c1", "Eve"), ("undo", 0)),
)


def changed(table, key, change):
    """Return a fault: one document of the plugin's becomes another, or goes."""

    def spoil(store):
        with store.write() as transaction:
            document = json.loads(json.dumps(transaction.get(table, key)))
            made = change(document)
            if made is None:
                transaction.delete(table, key)
            else:
                transaction.put(table, key, made)
            transaction.commit_as(LogEntry(transaction.commit + 1, "2026-11-21T12:00:00Z", "ada", "", ()))

    return spoil


def with_fields(change):
    return lambda document: {**document, "fields": change(document["fields"])}


FAULTS = {
    "a value is lost": changed("customer", "c1", with_fields(lambda fields: {"acme.level": fields["acme.level"]})),
    "a number is written anew": changed(
        "customer", "c1", with_fields(lambda fields: {**fields, "acme.level": {**fields["acme.level"], "value": "1.5"}})
    ),
    "the source of a value is lost": changed(
        "customer", "c1", with_fields(lambda fields: {**fields, "acme.level": {**fields["acme.level"], "source": ""}})
    ),
    "values change their order": changed("customer", "c1", with_fields(lambda fields: dict(reversed(fields.items())))),
    "a record is written anew": changed("acme_visit", "v5", lambda document: {**document, "version": 2}),
    "a setting is lost": changed("setting", "acme.much", lambda document: None),
    "the mark is lost": changed("plugin", "acme", lambda document: None),
    "a scheme forgets that it is stale": changed(
        "scheme",
        "acme.tier",
        lambda document: {name: value for name, value in document.items() if name != "stale_since"},
    ),
}


@pytest.mark.parametrize("kind", STORES)
def test_the_example_of_the_faults_is_sound_by_itself(kind, tmp_path):
    check(EXAMPLE, kind, tmp_path)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", STORES)
def test_the_law_notices_when(kind, fault, tmp_path):
    with pytest.raises(AssertionError):
        check(EXAMPLE, kind, tmp_path, FAULTS[fault])


def test_stories_are_full_of_things_that_happen():
    seen = set()

    @settings(max_examples=60)
    @given(stories())
    def collect(story):
        seen.update(act[0] for act in (*story.before, *story.meanwhile))

    collect()
    assert seen == {
        name.removeprefix("_") for name in vars(Teller) if name.startswith("_") and not name.startswith("__")
    }
