"""Placing customers: who is due, what moved them, what is refused, and what goes stale."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from company_kit import make_crm, plugin, put, stored

from crmcore import Customer, Metric, Purchase, Scheme, Segment, Setting, days_since, latest, pareto_cut, rows, total
from crmcore.app import Crm
from crmcore.errors import RunRefused, StaleEdit
from crmcore.plugging.catalogue import build_catalogue
from crmcore.plugging.loading import load_plugins
from crmcore.store import LogEntry
from crmcore.work.placing import state_of, table_of

DAY = date(2026, 6, 1)
purchase = rows(Purchase)
spend = Metric("shop.spend", total(purchase.amount))
recent_spend = Metric("shop.recent_spend", total(purchase.amount, where=purchase.at.within(days=30)))
key_spend = Setting("shop.key_spend", 100)

SIZE = Scheme("shop.size", Segment("key", when=spend >= key_spend), Segment("small"))
PACE = Scheme("shop.pace", Segment("quiet", when=days_since(latest(purchase.at)) > 30), Segment("awake"))
ABC = Scheme("shop.abc", Segment("A", when=spend >= pareto_cut(spend, Decimal("0.5"))), Segment("B"))
TIMED = Scheme("shop.timed", Segment("A", when=recent_spend >= pareto_cut(recent_spend, Decimal("0.5"))), Segment("B"))


def after(days):
    return DAY + timedelta(days=days)


def bought(customer, amount, day=DAY):
    return Purchase(customer=customer, at=day, amount=Decimal(amount))


def shop(*schemes):
    """Return a company with three customers, of whom ``c`` never bought anything."""
    crm = make_crm(plugin("shop", schemes=list(schemes)))
    put(crm, *(Customer(id=key, name=key) for key in "abc"))
    put(crm, bought("a", 60), bought("b", 40, after(-20)))
    return crm


def with_plugins(crm, *plugins):
    """Return the same store with other plugins."""
    return Crm(crm.store, build_catalogue(load_plugins(only=plugins)), "ada", clock=crm.clock)


def segments(crm, scheme, *keys):
    current = (crm.timeline(key, scheme.name).current for key in keys or "abc")
    return [placement and placement.segment for placement in current]


def told(moves):
    return {(move.customer, move.before, move.after, move.cause) for move in moves}


def test_a_scheme_places_nobody_before_its_first_run():
    crm = shop(SIZE)
    put(crm, bought("a", 500))
    assert segments(crm, SIZE) == [None, None, None]
    assert state_of(crm.store.read(), "shop.size") is None


def test_the_first_run_places_everyone():
    crm = shop(SIZE)
    run = crm.classify(DAY)
    assert segments(crm, SIZE) == ["small", "small", "small"]
    assert (run.number, run.evaluated, run.fitted) == (1, {"shop.size": 3}, 0)
    assert told(run.moves) == {(key, None, "small", "data") for key in "abc"}
    assert all(move.is_first and move.on == DAY for move in run.moves)
    assert crm.classify(DAY).evaluated == {"shop.size": 0}
    assert stored(crm, "run")["2"] == {"as_of": "2026-06-01", "evaluated": {"shop.size": 0}, "fitted": 0, "moved": 0}


def test_cannot_tell_is_a_placement_and_names_what_is_missing():
    crm = shop(PACE)
    crm.classify(DAY)
    found = crm.timeline("c", "shop.pace").current
    assert (found.segment, found.missing, found.review_on) == (None, ("latest(purchase.at)",), None)
    put(crm, bought("c", 1))
    assert segments(crm, PACE) == ["awake", "awake", "awake"]
    assert told(crm.moves) == {("c", None, "awake", "data")}


def test_only_those_whom_time_may_move_are_evaluated_again():
    crm = shop(PACE)
    crm.classify(DAY)
    reviews = [crm.timeline(key, "shop.pace").current.review_on for key in "abc"]
    assert reviews == [after(31), after(11), None]
    assert crm.classify(after(10)).evaluated == {"shop.pace": 0}
    run = crm.classify(after(11))
    assert run.evaluated == {"shop.pace": 1}
    assert told(run.moves) == {("b", "awake", "quiet", "time")}
    assert crm.classify(after(40)).evaluated == {"shop.pace": 1}
    assert segments(crm, PACE) == ["quiet", "quiet", None]


def test_a_new_customer_is_due():
    crm = shop(SIZE)
    crm.classify(DAY)
    with crm.unit() as unit:
        unit.add(Customer(id="d", name="d"))
    assert segments(crm, SIZE, "d") == ["small"]
    assert crm.classify(after(1)).evaluated == {"shop.size": 0}


def test_a_commit_places_those_whom_it_touches_at_the_book_date():
    crm = shop(SIZE)
    crm.classify(DAY)
    put(crm, bought("b", 60, after(-1)))
    assert told(crm.moves) == {("b", "small", "key", "data")}
    assert crm.timeline("b", "shop.size").current.since == DAY
    put(crm, bought("a", 60, after(1)))
    assert crm.moves == ()
    assert crm.timeline("a", "shop.size").current.review_on == after(1)
    assert told(crm.classify(after(1)).moves) == {("a", "small", "key", "time")}


def test_customers_placed_after_the_run_count_as_its_day():
    crm = shop(PACE)
    crm.classify(None)
    assert state_of(crm.store.read(), "shop.pace").as_of == date(2026, 11, 21)
    put(crm, bought("a", 1, date(2026, 11, 20)))
    assert segments(crm, PACE, "a") == ["awake"]


def test_an_earlier_run_is_refused_unless_history_may_be_dropped():
    crm = shop(SIZE)
    crm.classify(DAY)
    put(crm, bought("a", 60))
    crm.classify(after(5))
    with pytest.raises(RunRefused, match="already classified as of 2026-06-06"):
        crm.classify(after(4))
    assert segments(crm, SIZE, "a") == ["key"]
    run = crm.classify(after(-5), rewind=True)
    assert run.evaluated == {"shop.size": 3}
    assert told(run.moves) == {("a", None, "small", "data"), ("b", None, "small", "data"), ("c", None, "small", "data")}
    assert [placement.since for placement in crm.timeline("a", "shop.size").placements] == [after(-5)]
    assert crm.state().day == after(-5)


def test_a_rewind_opens_again_what_was_believed_before():
    crm = shop(PACE)
    crm.classify(DAY)
    crm.classify(after(11))
    assert segments(crm, PACE, "b") == ["quiet"]
    run = crm.classify(after(5), rewind=True)
    assert segments(crm, PACE, "b") == ["awake"]
    (kept,) = crm.timeline("b", "shop.pace").placements
    assert (kept.since, kept.review_on) == (DAY, after(11))
    assert run.moves == ()


def test_a_rewind_is_undone_to_the_last_placement():
    crm = shop(PACE, ABC)
    crm.classify(DAY)
    crm.classify(after(11))
    tables = [table_of(PACE.name), table_of(ABC.name), "population", "company"]
    before = [stored(crm, table) for table in tables]
    timelines = [crm.timeline(key, PACE.name) for key in "abc"]
    crm.classify(after(5), rewind=True)
    rewind = crm.store.read().commit
    assert [stored(crm, table) for table in tables] != before
    assert crm.undo(rewind, dry_run=True)
    crm.undo(rewind)
    assert [stored(crm, table) for table in tables] == before
    assert [crm.timeline(key, PACE.name) for key in "abc"] == timelines
    assert crm.state().day == after(11)
    assert told(crm.moves) == {("b", "awake", "quiet", "time")}
    crm.undo(crm.store.read().commit)
    assert [placement.since for placement in crm.timeline("b", PACE.name).placements] == [DAY]
    crm.undo(crm.store.read().commit)
    assert crm.classify(after(11)).moves == ()


def test_a_rewind_is_not_undone_over_what_was_placed_since():
    crm = shop(PACE)
    crm.classify(after(11))
    crm.classify(after(5), rewind=True)
    rewind = crm.store.read().commit
    crm.classify(after(6))
    with pytest.raises(StaleEdit, match="book_date: then '2026-06-06', now '2026-06-07'"):
        crm.undo(rewind)


def test_only_a_run_that_dropped_placements_has_any_to_bring_back():
    crm = shop(PACE)
    crm.classify(DAY)
    crm.classify(after(1), rewind=True)
    entry = list(crm.store.log())[-1]
    assert (entry.why, [change.table for change in entry.changes]) == ("classify as of 2026-06-02", ["company"])


def test_population_values_are_fitted_again_after_a_week():
    crm = shop(ABC)
    crm.apply_settings({"crm.refit_growth": 1})
    assert crm.classify(DAY).fitted == 1
    assert segments(crm, ABC) == ["A", "B", "B"]
    put(crm, bought("c", 1000))
    assert segments(crm, ABC) == ["A", "B", "A"]  # the cut is still that of the run
    assert crm.classify(after(6)).fitted == 0
    run = crm.classify(after(7))
    assert (run.fitted, run.evaluated) == (1, {"shop.abc": 3})
    assert told(run.moves) == {("a", "A", "B", "refit")}


def test_a_full_run_fits_and_evaluates_everything():
    crm = shop(ABC)
    crm.classify(DAY)
    put(crm, bought("c", 1000))
    run = crm.classify(after(1), full=True)
    assert (run.fitted, run.evaluated) == (1, {"shop.abc": 3})
    assert told(run.moves) == {("a", "A", "B", "refit")}


def test_a_full_run_tells_what_time_did():
    crm = shop(PACE)
    crm.classify(DAY)
    run = crm.classify(after(11), full=True)
    assert run.evaluated == {"shop.pace": 3}
    assert told(run.moves) == {("b", "awake", "quiet", "time")}


def test_a_placement_that_was_lost_is_made_again():
    crm = shop(SIZE)
    crm.classify(DAY)
    with crm.store.write() as transaction:
        transaction.delete(table_of("shop.size"), "a")
        transaction.commit_as(LogEntry(transaction.commit + 1, "2026-06-01T00:00:00Z", "ada", "loss", ()))
    assert told(crm.classify(DAY).moves) == {("a", None, "small", "data")}


def test_population_values_that_use_time_are_fitted_every_day():
    crm = shop(TIMED)
    assert crm.classify(DAY).fitted == 1
    assert crm.classify(DAY).fitted == 0
    assert crm.classify(after(1)).fitted == 1


def test_an_unchanged_fit_moves_nobody_and_evaluates_nobody():
    crm = shop(ABC)
    crm.classify(DAY)
    run = crm.classify(after(7))
    assert (run.fitted, run.evaluated, run.moves) == (1, {"shop.abc": 0}, ())


def test_moves_after_a_changed_setting_are_the_rules():
    crm = shop(SIZE)
    crm.classify(DAY)
    crm.apply_settings({"shop.key_spend": 50})
    assert segments(crm, SIZE, "a") == ["small"]
    run = crm.classify(after(1))
    assert told(run.moves) == {("a", "small", "key", "rule")}
    assert run.evaluated == {"shop.size": 3}


def test_moves_after_a_changed_rule_are_the_rules_and_touched_customers_wait_for_the_run():
    crm = shop(SIZE)
    crm.classify(DAY)
    changed = Scheme("shop.size", Segment("key", when=spend >= 30), Segment("small"))
    crm = with_plugins(crm, plugin("shop", schemes=[changed]))
    put(crm, bought("c", 500))
    assert crm.moves == ()
    assert state_of(crm.store.read(), "shop.size").stale_since == crm.store.read().commit
    put(crm, bought("c", 1))
    run = crm.classify(after(1))
    assert told(run.moves) == {(key, "small", "key", "rule") for key in "abc"}
    assert state_of(crm.store.read(), "shop.size").stale_since == 0


def test_the_schemes_of_an_absent_plugin_go_stale_and_catch_up_on_return():
    crm = shop(SIZE)
    crm.classify(DAY)
    without = with_plugins(crm)
    put(without, bought("a", 60))
    first = without.store.read().commit
    put(without, bought("b", 1))
    assert state_of(crm.store.read(), "shop.size").stale_since == first
    assert segments(crm, SIZE, "a") == ["small"]
    back = with_plugins(crm, plugin("shop", schemes=[SIZE]))
    put(back, bought("b", 1))
    assert back.moves == ()
    run = back.classify(DAY)
    assert run.evaluated == {"shop.size": 3}
    assert told(run.moves) == {("a", "small", "key", "data")}


def test_a_commit_that_touches_nobody_makes_nothing_stale():
    crm = shop(SIZE)
    crm.classify(DAY)
    with with_plugins(crm).unit() as unit:
        unit.keep("note", "n", {"text": "x"})
    assert state_of(crm.store.read(), "shop.size").stale_since == 0


def test_archived_customers_are_withdrawn_and_come_back():
    crm = shop(SIZE, ABC)
    crm.classify(DAY)
    with crm.unit() as unit:
        unit.remove(Customer, "c")
    assert segments(crm, SIZE) == ["small", "small", None]
    assert [key for key, _ in crm.store.read().items(table_of("shop.size"))] == ["a", "b", "c"]
    assert crm.timeline("c", "shop.size").placements == ()  # it came and went on one day
    assert crm.classify(after(1)).evaluated == {"shop.size": 0, "shop.abc": 0}
    with crm.unit() as unit:
        unit.edit(unit.get(Customer, "c"), archived_at=None)
    assert segments(crm, SIZE) == ["small", "small", "small"]
    with crm.unit() as unit:
        unit.edit(unit.get(Customer, "c"), archived_at=after(1))
    with crm.unit() as unit:
        unit.add(bought("a", 1))
    assert told(crm.moves) == set()


def test_customers_archived_while_the_plugin_was_away_are_withdrawn_by_the_next_run():
    crm = shop(SIZE)
    crm.classify(DAY)
    with with_plugins(crm).unit() as unit:
        unit.remove(Customer, "c")
    run = crm.classify(after(3))
    assert told(run.moves) == {("c", "small", None, "data")}
    (gone,) = crm.timeline("c", "shop.size").placements
    assert (gone.since, gone.until) == (DAY, after(3))


def test_schemes_can_be_placed_one_by_one():
    crm = shop(SIZE, PACE)
    assert crm.classify(DAY, schemes=["shop.pace"]).evaluated == {"shop.pace": 3}
    assert segments(crm, SIZE) == [None, None, None]
    assert crm.classify(DAY).evaluated == {"shop.pace": 0, "shop.size": 3}


def test_a_dry_run_computes_everything_and_writes_nothing():
    crm = shop(SIZE)
    before = crm.store.read().commit
    run = crm.classify(DAY, dry_run=True)
    assert len(run.moves) == 3
    assert crm.store.read().commit == before
    assert segments(crm, SIZE) == [None, None, None]
    crm.classify(DAY)
    assert len(crm.classify(after(-1), dry_run=True).moves) == 3
    assert crm.state().day == DAY
    with pytest.raises(RunRefused):
        crm.classify(after(-1))
