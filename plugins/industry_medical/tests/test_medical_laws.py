"""Laws over made-up histories; and every report equals a plain script."""

from copy import copy
from datetime import date
from decimal import Decimal
from random import Random

import hospital_laws
import plain_sums
import pytest
from histories import History, furnished
from hospital_laws import STEPS, WHERE, hospital, told
from plain_sums import Documents, dates, day

from crmcore.testing.trial import opened_trial

FEW = range(3)


def tables(trial, name, days):
    trial.set("medical.report_days", days)
    found = trial.run(f"report medical.{name} --format json").assert_ok().json
    return {one["title"]: one["rows"] for one in found}


def exact(value):
    return None if value is None else Decimal(str(value))


def check_reports(trial, days):
    """Compare every report with a plain script over the stored documents."""
    docs, period = Documents(trial.crm), dates(trial.as_of, days)

    def rows(name, title=None):
        return tables(trial, name, days)[title or name]

    items, methods = plain_sums.revenue(docs, period)
    assert {one["fee_item"]: exact(one["amount"]) for one in rows("revenue", "fee_items")} == items
    assert {one["method"]: exact(one["amount"]) for one in rows("revenue", "methods")} == methods
    shown = {(one["day"], one["cashier"]): one for one in rows("cashiers")}
    assert {
        key: tuple(exact(one[name]) for name in ("received", "paid_back", "net")) for key, one in shown.items()
    } == plain_sums.cashiers(docs, period)
    shown = {one["patients"]: (exact(one["drugs"]), exact(one["charges"])) for one in rows("drug_share")}
    assert shown == plain_sums.drug_share(docs, period)
    names = ("before", "received", "charged", "paid_back")
    shown = {one["patient"]: one for one in rows("ledger")}
    assert {key: [exact(one[name]) for name in names] for key, one in shown.items()} == plain_sums.ledger(docs, period)
    for one in shown.values():  # money in = money out + balance
        before, came, charge, went, after = (exact(one[name]) for name in (*names, "after"))
        assert before + came == charge + went + after
    kinds = ("outpatient", "emergency", "inpatient")
    shown = {date.fromisoformat(one["day"]): {kind: one[kind] for kind in kinds if one[kind]} for one in rows("volume")}
    assert shown == plain_sums.volume(docs, period)
    states = ("seen", "cancelled", "missed")
    counted = plain_sums.registrations(docs, period)
    shown = {
        one["name"]: [one["all"], *(one[state] for state in states)] for one in rows("registrations", "departments")
    }
    assert shown == {
        key: [sum(found.values()), *(found.get(state, 0) for state in states)] for key, found in counted.items()
    }
    shown = {
        one["name"]: tuple(one[name] for name in ("encounters", "patients", "prescriptions", "orders"))
        for one in rows("workload")
    }
    assert shown == plain_sums.workload(docs, period)
    (one,) = rows("revisits")
    assert (one["patients"], one["again"]) == plain_sums.revisits(docs, period)
    (one,) = rows("follow_up")
    assert (one["discharges"], one["reached"]) == plain_sums.follow_up(docs, period)
    for one in rows("beds"):
        count, nights, left, length = plain_sums.beds(docs, period)[one["ward"]]
        assert (one["beds"], one["occupied"], one["discharges"]) == (count, nights, left)
        assert one["occupancy"] == pytest.approx(nights / (count * days))
        assert one["stay"] == (pytest.approx(length / left) if left else None)
    for one in rows("drugs"):
        shown = [exact(one[name]) for name in ("stock", "expiring", "expired", "issued")]
        assert shown == plain_sums.drugs(docs, period)[one["name"]]


@pytest.mark.parametrize("seed", FEW)
def test_the_laws_hold_in_every_history_and_reports_equal_plain_scripts(crm_with, seed):
    trial = hospital(crm_with)
    told(trial, seed)
    check_reports(trial, 30)
    check_reports(trial, 2)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(100, 300))
def test_the_laws_hold_in_many_histories(crm_with, seed):
    trial = hospital(crm_with)
    told(trial, seed)
    check_reports(trial, 3)


@pytest.fixture(scope="module")
def busy(tmp_path_factory):
    """The documents of a hospital after several histories, and what happened in them."""
    with opened_trial(tmp_path_factory.mktemp("busy"), ["medical"], **WHERE) as trial:
        furnished(trial)
        done = set()
        for seed in range(40, 45):
            history = History(trial, Random(seed))
            for _ in range(STEPS):
                history.step()
            done |= history.done
        return Documents(trial.crm), done


def test_histories_are_full_of_things_that_happen(busy):
    assert busy[1] == {name for name in vars(History) if name.startswith("do_")}


FAULTS = {
    "stock": ("stock_movement", lambda one: {**one, "kind": "write_off"}),
    "beds": ("bed_stay", lambda one: {**one, "bed": "b1", "since": "2026-03-01T00:00:00Z", "until": None}),
    "places": ("registration", lambda one: {**one, "session": "li2", "customer": "ada", "state": "seen"}),
    "bills": ("bill_line", lambda one: {**one, "amount": "-1"}),
    "stays": ("bed_stay", lambda one: {**one, "until": None}),
    "handed_over": ("bill_line", lambda one: {**one, "prescription_line": None}),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_law_is_seen_to_fail_on_a_planted_fault(busy, name):
    docs, (table, spoil), holds = copy(busy[0]), FAULTS[name], getattr(hospital_laws, f"check_{name}")
    holds(docs)
    docs.tables = {**docs.tables, table: [spoil(one) for one in docs[table]]}
    with pytest.raises(AssertionError):
        holds(docs)


def test_a_report_that_forgets_something_is_noticed(crm_with, monkeypatch):
    trial = hospital(crm_with)
    told(trial, 1)
    monkeypatch.setattr(plain_sums, "OUT", ("deposit_refund",))
    with pytest.raises(AssertionError):
        check_reports(trial, 30)
    assert day("2026-03-01T17:00:00Z") == date(2026, 3, 2)
