"""What holds of a hospital whatever its desks do and whoever meddles; and every report equals a plain script."""

from datetime import date
from decimal import Decimal
from itertools import combinations
from random import Random

import plain_sums
import pytest
from crm_industry_medical import charging, encounters, inpatient, inpatient_orders, orders, prescriptions, registration
from histories import History, furnished
from plain_sums import Documents, dates, day, number

FEW, STEPS = range(5), 90
STATES = {
    "registration": registration.STATES,
    "encounter": encounters.STATES,
    "service_order": orders.STATES,
    "prescription": prescriptions.STATES,
    "admission": inpatient.STATES,
    "order_execution": inpatient_orders.STATES,
    "bill": charging.BILL_STATES,
}
SIGNS = {"receipt": 1, "return": 1, "issue": -1, "write_off": -1, "supplier_return": -1}


def hospital(crm_with):
    trial = crm_with("medical", as_of=date(2026, 3, 2), currency="CNY", zone="Asia/Shanghai")
    furnished(trial)
    return trial


def check_stock(docs):
    for batch in docs["drug_batch"]:
        moves = [one for one in docs["stock_movement"] if one["batch"] == batch["id"]]
        level = Decimal(0)
        for one in sorted(moves, key=lambda one: (one["at"], -SIGNS[one["kind"]])):
            level += SIGNS[one["kind"]] * number(one["quantity"])
            assert level >= 0


def check_beds(docs):
    stays = [(one["bed"], one["since"], one.get("until") or "9") for one in docs["bed_stay"]]
    for (bed, since, until), (other, began, ended) in combinations(stays, 2):
        assert bed != other or until <= began or ended <= since


def check_places(docs):
    for session in docs["clinic_session"]:
        held = [one for one in docs["registration"] if one["session"] == session["id"]]
        held = [one["customer"] for one in held if one["state"] in ("booked", "arrived", "seen")]
        assert len(held) <= session["quota"]
        assert len(held) == len(set(held))


def check_bills(docs):
    for bill in docs["bill"]:
        total = sum(number(one["amount"]) for one in docs["bill_line"] if one["bill"] == bill["id"])
        own = [one for one in docs["payment"] if one.get("bill") == bill["id"]]
        got = sum(number(one["amount"]) * (-1 if one["purpose"] == "bill_refund" else 1) for one in own)
        assert {"open": 0 <= got <= total, "settled": got == total, "void": got == 0}[bill["state"]]


def check_stays(docs):
    for stay in docs["admission"]:
        own = [one for one in docs["payment"] if one.get("admission") == stay["id"]]
        left = Decimal(0)
        for one in own:
            sign = {"deposit": 1, "deposit_refund": -1}.get(one["purpose"], -1 if one["method"] == "deposit" else 0)
            left += sign * number(one["amount"])
        assert left >= 0
        if stay["state"] == "discharged":
            assert left == 0
            assert all(one.get("until") for one in docs["bed_stay"] if one["admission"] == stay["id"])
            given = {one["id"] for one in docs["inpatient_order"] if one["admission"] == stay["id"]}
            assert not [one for one in docs["order_execution"] if one["order"] in given and one["state"] == "planned"]
            assert not [one for one in docs["bill"] if one.get("admission") == stay["id"] and one["state"] == "open"]


def check_orders(docs):
    stops = {one["id"]: one.get("stops") for one in docs["inpatient_order"]}
    for one in docs["order_execution"]:
        assert one["state"] != "planned" or not stops[one["order"]] or one["due"] < stops[one["order"]]


def check_handed_over(docs):
    """Nothing is with a patient that was not charged on a bill that is paid, or of a stay."""
    bills = docs.by_id("bill")
    for line in docs["prescription_line"]:
        moves = [one for one in docs["stock_movement"] if one.get("prescription_line") == line["id"]]
        out = -sum(SIGNS[one["kind"]] * number(one["quantity"]) for one in moves)
        charges = [one for one in docs["bill_line"] if one.get("prescription_line") == line["id"]]
        covered = [
            one for one in charges if bills[one["bill"]]["state"] == "settled" or bills[one["bill"]].get("admission")
        ]
        assert out <= sum(number(one["quantity"]) for one in covered)


CHECKS = (check_stock, check_beds, check_places, check_bills, check_stays, check_orders, check_handed_over)


def check_paths(before, after):
    for table, steps in STATES.items():
        was, now = before.by_id(table), after.by_id(table)
        for key in was.keys() & now.keys():
            one, other = was[key]["state"], now[key]["state"]
            assert one == other or other in steps[one]


def told(trial, seed):
    """Tell a history, checking all laws after every step; return what happened in it."""
    history, docs = History(trial, Random(seed)), Documents(trial.crm)
    for _ in range(STEPS):
        history.step()
        after = Documents(trial.crm)
        check_paths(docs, after)
        for check in CHECKS:
            check(after)
        docs = after
    return history.done


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


def test_histories_are_full_of_things_that_happen(crm_with):
    trial, done = hospital(crm_with), set()
    for seed in range(40, 45):
        history = History(trial, Random(seed))
        for _ in range(STEPS):
            history.step()
        done |= history.done
    assert done == {name for name in vars(History) if name.startswith("do_")}


FAULTS = {
    "stock": ("stock_movement", lambda one: {**one, "kind": "write_off"}),
    "beds": ("bed_stay", lambda one: {**one, "bed": "b1", "since": "2026-03-01T00:00:00Z", "until": None}),
    "places": ("registration", lambda one: {**one, "session": "li2", "customer": "ada", "state": "seen"}),
    "bills": ("bill_line", lambda one: {**one, "amount": "-1"}),
    "stays": ("admission", lambda one: {**one, "state": "discharged"}),
    "handed_over": ("bill_line", lambda one: {**one, "prescription_line": None}),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_law_is_seen_to_fail_on_a_planted_fault(crm_with, name):
    trial = hospital(crm_with)
    for seed in (1, 2, 4):
        told(trial, seed)
    docs, (table, spoil) = Documents(trial.crm), FAULTS[name]
    docs.tables[table] = [spoil(one) for one in docs[table]]
    with pytest.raises(AssertionError):
        globals()[f"check_{name}"](docs)


def test_a_report_that_forgets_something_is_noticed(crm_with, monkeypatch):
    trial = hospital(crm_with)
    told(trial, 1)
    monkeypatch.setattr(plain_sums, "OUT", ("deposit_refund",))
    with pytest.raises(AssertionError):
        check_reports(trial, 30)
    assert day("2026-03-01T17:00:00Z") == date(2026, 3, 2)
