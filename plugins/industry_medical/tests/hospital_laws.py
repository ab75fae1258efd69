"""What holds of a hospital whatever its desks do and whoever meddles, checked on its stored documents."""

from datetime import date
from decimal import Decimal
from itertools import combinations
from random import Random

from crm_industry_medical import charging, encounters, inpatient, inpatient_orders, orders, prescriptions, registration
from histories import History, furnished
from plain_sums import Documents, number

STEPS = 90
WHERE = {"as_of": date(2026, 3, 2), "currency": "CNY", "zone": "Asia/Shanghai"}
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
    trial = crm_with("medical", **WHERE)
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
