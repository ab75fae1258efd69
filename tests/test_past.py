"""As of a past day records have what they held then, by the change log; what came later changes nothing."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import define
from company_kit import make_crm, plugin, put
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcore import (
    Contact,
    CrmError,
    Customer,
    Field,
    Metric,
    Purchase,
    Scheme,
    Segment,
    count,
    population_mean,
    rows,
    total,
)
from crmcore.errors import RunRefused
from crmcore.storage.tinydb_store import open_tinydb
from crmcore.work.past import Version, held
from crmcore.work.past_reader import entries_after

FIRST = date(2026, 1, 10)
size = Field("shop.size", int, on=Customer)
mood = Field("shop.mood", str, on=Customer, soft=True)
tier = Scheme("shop.tier", Segment("big", when=size >= 10), Segment("small"))
place = Scheme("shop.place", Segment("north", when=rows(Customer).city.is_("Oslo")), Segment("elsewhere"))
reach = Scheme("shop.reach", Segment("several", when=count(rows(Contact)) > 1), Segment("one"))
feel = Scheme("shop.feel", Segment("glad", when=mood.is_("glad")), Segment("other"))
spend = Metric("shop.spend", total(rows(Purchase).amount))
above = Scheme("shop.above", Segment("yes", when=spend > population_mean(spend)), Segment("no"))
SHOP = plugin("shop", fields=[size, mood], schemes=[tier, place, reach, feel])
ALL = plugin("shop", fields=[size, mood], schemes=[tier, place, reach, feel, above])


@define
class Clock:
    """A day that tests move."""

    day: date = FIRST

    def __call__(self):
        return datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=UTC)

    def on(self, number):
        """Move to the so manieth day of the year."""
        self.day = date(2026, 1, 1) + timedelta(days=number - 1)
        return self.day


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def crm(clock):
    made = make_crm(SHOP)
    made.clock = clock
    return made


def stated(value, on):
    return {"shop.mood": {"value": value, "on": day(on).isoformat(), "source": "ada"}}


def edit(crm, key="a", fields=None, **columns):
    with crm.unit("edit") as unit:
        found = unit.get(Customer, key)
        unit.edit(found, **columns, **({"fields": {**found.fields, **fields}} if fields else {}))


def day(number):
    return date(2026, 1, 1) + timedelta(days=number - 1)


def asked(crm, on):
    found = crm.evaluate(crm.schemes, on)
    return {scheme.name: dict(found.segments(scheme)) for scheme in crm.schemes}, dict(found.values(spend))


def answer(crm, scheme, number, key="a"):
    return crm.evaluate([scheme], day(number)).segment(key, scheme)


def test_a_value_holds_from_the_day_on_which_it_replaced_another(crm, clock):
    put(crm, Customer(id="a", name="A", city="Oslo", fields={"shop.size": 20}))
    clock.on(20)
    edit(crm, city="Rome", fields={"shop.size": 5})
    clock.on(30)
    assert [answer(crm, tier, number) for number in (1, 10, 19, 20, 30)] == ["big", "big", "big", "small", "small"]
    assert [answer(crm, place, number) for number in (19, 20)] == ["north", "elsewhere"]


def test_the_first_value_holds_since_always_whenever_it_was_entered(crm, clock):
    put(crm, Customer(id="a", name="A"))
    clock.on(20)
    edit(crm, fields={"shop.size": 3})
    edit(crm, fields={"shop.size": 20})  # a slip of the pen, mended on the same day
    clock.on(25)
    edit(crm, fields={"shop.size": 4})
    clock.on(30)
    assert [answer(crm, tier, number) for number in (1, 19, 24, 25)] == ["big", "big", "big", "small"]


def test_a_value_that_was_entered_and_taken_back_after_the_day_never_was(crm, clock):
    put(crm, Customer(id="a", name="A"))
    clock.on(20)
    edit(crm, fields={"shop.size": 3})
    clock.on(25)
    crm.undo(crm.committed)
    clock.on(30)
    assert [answer(crm, tier, number) for number in (15, 20, 24, 25)] == [None, "small", "small", None]


def test_a_soft_value_holds_from_the_date_that_it_states(crm, clock):
    put(crm, Customer(id="a", name="A", fields=stated("sad", 5)))
    clock.on(20)
    edit(crm, fields=stated("glad", 15))
    clock.on(30)
    assert [answer(crm, feel, number) for number in (4, 5, 14, 15, 20)] == [None, "other", "other", "glad", "glad"]


def test_a_soft_value_that_was_entered_later_and_taken_back_never_was_whatever_date_it_states(crm, clock):
    put(crm, Customer(id="a", name="A"))
    clock.on(20)
    edit(crm, fields=stated("glad", 15))
    clock.on(21)
    crm.undo(crm.committed)
    clock.on(30)
    assert [answer(crm, feel, number) for number in (14, 15, 19, 20, 21)] == [None, None, None, "glad", None]


def test_a_soft_value_that_another_one_took_the_place_of_counts_from_its_own_day(crm, clock):
    put(crm, Customer(id="a", name="A"))
    clock.on(20)
    edit(crm, fields=stated("sad", 10))
    edit(crm, fields=stated("glad", 15))
    clock.on(30)
    assert [answer(crm, feel, number) for number in (9, 10, 14, 15)] == [None, "other", "other", "glad"]


def test_records_that_were_removed_after_the_day_are_there_and_those_that_came_and_went_are_not(crm, clock):
    put(
        crm,
        Customer(id="a", name="A"),
        Contact(id="k", customer="a", name="K"),
        Contact(id="l", customer="a", name="L"),
    )
    clock.on(20)
    put(crm, Contact(id="m", customer="a", name="M"))
    with crm.unit("mend") as unit:
        unit.remove(Contact, "k")
    clock.on(25)
    with crm.unit("mend") as unit:
        unit.remove(Contact, "m")
    clock.on(30)
    contacts = {number: [key for key, _ in crm.state(day(number)).reader.items("contact")] for number in (15, 20, 25)}
    assert contacts == {15: ["l", "k"], 20: ["l", "m"], 25: ["l"]}
    assert [crm.state(day(number)).reader.count("contact") for number in (15, 20, 25)] == [2, 2, 1]
    assert [answer(crm, reach, number) for number in (15, 20, 25)] == ["several", "several", "one"]


def test_an_archived_customer_is_there_until_the_day_on_which_it_was_archived(crm, clock):
    put(crm, Customer(id="a", name="A"), Customer(id="b", name="B", archived_at=day(5)))
    clock.on(20)
    with crm.unit("away") as unit:
        unit.remove(Customer, "a")
    clock.on(30)
    found = {number: sorted(crm.evaluate([tier], day(number)).segments(tier)) for number in (4, 5, 19, 20)}
    assert found == {4: ["a", "b"], 5: ["a"], 19: ["a"], 20: []}


def test_corrections_of_dated_rows_count_as_known_today(crm, clock):
    put(crm, Customer(id="a", name="A"), Purchase(id="p", customer="a", at=day(3), channel="web"))
    clock.on(20)
    with crm.unit("mend") as unit:
        unit.edit(unit.get(Purchase, "p"), channel="shop")
    clock.on(30)
    assert crm.state(day(10)).reader.get("purchase", "p")["channel"] == "shop"


def test_what_is_committed_while_the_books_are_closed_holds_from_their_date(crm, clock):
    put(crm, Customer(id="a", name="A", fields={"shop.size": 5}), Customer(id="b", name="B", fields={"shop.size": 5}))
    clock.on(15)
    edit(crm, "b", fields={"shop.size": 20})
    clock.on(20)
    crm.classify(day(12))
    edit(crm, fields={"shop.size": 20})
    assert crm.timeline("a", "shop.tier").current.segment == "big"
    assert crm.timeline("b", "shop.tier").current.segment == "small"
    clock.on(25)
    crm.classify()
    edit(crm, fields={"shop.size": 1})
    clock.on(30)
    assert [answer(crm, tier, number) for number in (11, 12, 24, 25)] == ["small", "big", "big", "small"]
    assert [answer(crm, tier, number, "b") for number in (14, 15)] == ["small", "big"]


def test_a_run_for_a_past_day_places_by_what_held_then(crm, clock):
    put(crm, Customer(id="a", name="A", city="Oslo", fields={"shop.size": 20}))
    clock.on(20)
    edit(crm, city="Rome", fields={"shop.size": 5})
    crm.classify(day(15))
    assert crm.timeline("a", "shop.tier").current.segment == "big"
    assert crm.explain("a", "shop.place").explanation.segment == "north"
    crm.classify()
    assert crm.timeline("a", "shop.tier").current.segment == "small"
    assert [one.segment for one in crm.timeline("a", "shop.place").placements] == ["north", "elsewhere"]


def test_closing_the_books_is_logged_but_nothing_that_undo_or_plugins_would_see(crm):
    put(crm, Customer(id="a", name="A"))
    crm.classify(day(5))
    (change,) = list(crm.store.log())[-1].changes
    assert (change.table, change.after["book_date"]) == ("company", "2026-01-05")
    with pytest.raises(CrmError, match="changed no records"):
        crm.undo(crm.committed)


def test_values_that_a_migration_remade_are_not_read_in_their_old_form():
    told = (
        Version(date.min, {"id": "a", "fields": {"shop.size": 1, "other.x": 1}}),
        Version(day(20), {"id": "a", "fields": {"shop.size": 100, "other.x": 2}}, frozenset({"shop"})),
    )
    assert held(told, day(10)) == {"id": "a", "fields": {"shop.size": 100, "other.x": 1}}


@pytest.mark.parametrize("make", [lambda folder: None, lambda folder: open_tinydb(f"tinydb:///{folder}/crm.json")])
def test_only_the_end_of_the_log_is_read(make, tmp_path, clock):
    crm = make_crm(SHOP, store=make(tmp_path))
    crm.clock = clock
    for number in range(10, 40):
        clock.on(number)
        put(crm, Customer(id=f"c{number}", name="C"))
    read = []

    def log(since):
        for entry in crm.store.log(since):
            read.append(entry.commit)
            yield entry

    last = crm.store.read().commit
    assert [entry.commit for entry in entries_after(log, last, day(37), crm.state().company.zone)] == [last - 1, last]
    assert len(read) <= 12
    assert len(entries_after(log, last, day(1), crm.state().company.zone)) == last


# -- laws --------------------------------------------------------------------------------------------------------------

KEYS = ("a", "b", "c")
EDITS = st.one_of(
    st.tuples(st.just("size"), st.sampled_from(KEYS), st.integers(0, 20)),
    st.tuples(st.just("city"), st.sampled_from(KEYS), st.sampled_from(["Oslo", "Rome", None])),
    st.tuples(st.just("mood"), st.sampled_from(KEYS), st.sampled_from(["glad", "sad"])),
    st.tuples(st.just("buys"), st.sampled_from(KEYS), st.integers(-5, 500)),
    st.tuples(st.just("gone"), st.sampled_from(KEYS), st.none()),
    st.tuples(st.just("drop"), st.sampled_from(KEYS), st.none()),
)


def change(crm, what, key, value):
    today = crm.clock.day
    match what:
        case "size":
            edit(crm, key, fields={"shop.size": value})
        case "city":
            edit(crm, key, city=value)
        case "mood":
            edit(crm, key, fields={"shop.mood": {"value": value, "on": today.isoformat(), "source": "ada"}})
        case "buys":
            put(crm, Purchase(customer=key, at=today, amount=value))
        case "gone":
            edit(crm, key, archived_at=today)
        case _:
            with crm.unit("drop") as unit:
                if unit.transaction.get("contact", f"k{key}"):
                    unit.remove(Contact, f"k{key}")


@settings(max_examples=40)
@given(st.lists(EDITS, max_size=6), st.lists(st.tuples(st.integers(1, 9), EDITS), max_size=6))
def test_whatever_comes_after_a_day_changes_nothing_of_it(earlier, later):
    clock = Clock()
    crm = make_crm(ALL)
    crm.clock = clock
    known = {"shop.size": 9, **stated("sad", 1)}
    put(crm, *(Customer(id=key, name=key, city="Oslo", fields=known) for key in KEYS))
    put(crm, *(Contact(id=f"k{key}", customer=key, name="K") for key in KEYS))
    for one in earlier:
        clock.on(15)
        change(crm, *one)
    before = asked(crm, clock.on(15))
    for after, one in sorted(later, key=lambda pair: pair[0]):
        clock.on(15 + after)
        if not (one[0] == "city" and crm.store.read().get("customer", one[1]).get("city") is None):  # a first value
            change(crm, *one)
    clock.on(30)
    assert asked(crm, day(15)) == before


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 3), EDITS), min_size=1, max_size=10), st.booleans())
def test_every_past_day_is_as_it_was_on_its_evening_also_for_a_run_that_goes_back_to_it(steps, is_run_daily):
    clock, evenings = Clock(), {}
    crm = make_crm(ALL)
    crm.clock = clock
    put(crm, *(Customer(id=key, name=key, city="Oslo", fields={"shop.size": 9, **stated("sad", 1)}) for key in KEYS))
    put(crm, *(Contact(id=f"k{key}", customer=key, name="K") for key in KEYS))
    today = 15
    for passed, (what, key, value) in steps:
        for day_ in range(today, today + passed):
            evenings[day_] = asked(crm, clock.on(day_))
            if is_run_daily:
                crm.classify()
        today += passed
        clock.on(today)
        if not (what == "city" and crm.store.read().get("customer", key).get("city") is None):  # a first value
            change(crm, what, key, value)
    evenings[today] = asked(crm, clock.on(today))
    clock.on(today + 1)
    for day_, evening in sorted(evenings.items(), reverse=True):
        assert asked(crm, day(day_)) == evening
        crm.classify(day(day_), rewind=True)
        for scheme in crm.schemes:
            placed = {key: crm.timeline(key, scheme.name).current for key in KEYS}
            assert {key: one.segment for key, one in placed.items() if one} == evening[0][scheme.name]


STEPS = st.one_of(EDITS, st.tuples(st.sampled_from(["close", "open"]), st.integers(0, 4), st.none()))


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 3), STEPS), max_size=8), st.integers(0, 3))
def test_runs_for_past_days_and_for_today_leave_everybody_where_a_full_run_would(steps, left_open):
    clock = Clock()
    crm = make_crm(SHOP)
    crm.clock = clock
    put(crm, *(Customer(id=key, name=key, city="Oslo", fields={"shop.size": 9, **stated("sad", 1)}) for key in KEYS))
    put(crm, *(Contact(id=f"k{key}", customer=key, name="K") for key in KEYS))
    today = 15
    for passed, (what, key, value) in steps:
        today += passed
        clock.on(today)
        if what in {"close", "open"}:
            with suppress(RunRefused):
                crm.classify(day(today - key) if what == "close" else None)
        else:
            change(crm, what, key, value)
    clock.on(today + left_open)
    crm.classify()
    expected = crm.evaluate(crm.schemes)
    for scheme in crm.schemes:
        placed = {key: crm.timeline(key, scheme.name).current for key in KEYS}
        assert {key: one.segment for key, one in placed.items() if one} == expected.segments(scheme)
