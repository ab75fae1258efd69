"""What the reports should say, by plain scripts over the stored documents: no code of the plugin is used."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
OUT = ("bill_refund", "deposit_refund")


class Documents:
    """A company's documents by table, with days and amounts read."""

    def __init__(self, crm):
        reader = crm.store.read()
        self.tables = {name: [{"id": key, **one} for key, one in reader.items(name)] for name in reader.tables()}

    def __getitem__(self, table):
        return self.tables.get(table, [])

    def by_id(self, table):
        return {one["id"]: one for one in self[table]}


def day(text):
    """Return the local day of a stored moment."""
    if len(text) == 10:
        return date.fromisoformat(text)
    return datetime.fromisoformat(text).astimezone(ZONE).date()


def number(text):
    return Decimal(text)


def dates(last, days):
    return [last - timedelta(days=each) for each in range(days)]


def revenue(docs, period):
    bills, items, methods = docs.by_id("bill"), {}, {}
    for line in docs["bill_line"]:
        bill = bills[line["bill"]]
        if bill["state"] != "void" and day(bill["at"]) in period:
            items[line["fee_item"]] = items.get(line["fee_item"], 0) + number(line["amount"])
    for one in docs["payment"]:
        if day(one["at"]) in period and one["method"] != "deposit":
            sign = -1 if one["purpose"] in OUT else 1
            methods[one["method"]] = methods.get(one["method"], 0) + sign * number(one["amount"])
    return items, methods


def cashiers(docs, period):
    found = {}
    for one in docs["payment"]:
        if day(one["at"]) in period and one["method"] != "deposit":
            came, went = found.get((day(one["at"]).isoformat(), one["cashier"]), (0, 0))
            amount = number(one["amount"])
            key = (day(one["at"]).isoformat(), one["cashier"])
            found[key] = (came, went + amount) if one["purpose"] in OUT else (came + amount, went)
    return {key: (*sums, sums[0] - sums[1]) for key, sums in found.items()}


def drug_share(docs, period):
    bills, found = docs.by_id("bill"), {}
    for line in docs["bill_line"]:
        bill = bills[line["bill"]]
        if bill["state"] != "void" and day(bill["at"]) in period:
            for kind in ("inpatient" if bill.get("admission") else "outpatient", "all"):
                drugs, whole = found.get(kind, (0, 0))
                amount = number(line["amount"])
                found[kind] = (drugs + (amount if line["fee_item"] == "drug" else 0), whole + amount)
    return found


def ledger(docs, period):
    """Return for each patient: money that came, was charged and went in the period, and what was held before."""
    bills, found = docs.by_id("bill"), {}

    def book(who, when, place, amount):
        sums = found.setdefault(who, [0, 0, 0, 0])
        if when in period:
            sums[place] += amount
        elif when < min(period):
            sums[0] += {1: amount, 2: -amount, 3: -amount}[place]

    for line in docs["bill_line"]:
        bill = bills[line["bill"]]
        if bill["state"] != "void":
            book(bill["customer"], day(bill["at"]), 2, number(line["amount"]))
    for one in docs["payment"]:
        if one["method"] != "deposit":
            book(one["customer"], day(one["at"]), 3 if one["purpose"] in OUT else 1, number(one["amount"]))
    return found


def volume(docs, period):
    found = {}
    for one in docs["encounter"]:
        if day(one["begins"]) in period and one["state"] not in ("planned", "cancelled"):
            counts = found.setdefault(day(one["begins"]), {})
            counts[one["kind"]] = counts.get(one["kind"], 0) + 1
    return found


def registrations(docs, period):
    found = {}
    for one in docs["registration"]:
        if day(one["on"]) in period:
            department = docs.by_id("clinic_session")[one["session"]]["department"]
            counts = found.setdefault(department, {})
            counts[one["state"]] = counts.get(one["state"], 0) + 1
    return found


def workload(docs, period):
    found = {}
    for one in docs["encounter"]:
        if day(one["begins"]) in period and one["state"] not in ("planned", "cancelled") and one.get("practitioner"):
            sums = found.setdefault(one["practitioner"], [0, set(), 0, 0])
            sums[0] += 1
            sums[1].add(one["customer"])
            sums[2] += sum(each["encounter"] == one["id"] for each in docs["prescription"])
            sums[3] += sum(each["encounter"] == one["id"] for each in docs["service_order"])
    return {f"Dr {key}": (seen, len(who), written, ordered) for key, (seen, who, written, ordered) in found.items()}


def revisits(docs, period):
    visits = {}
    for one in docs["encounter"]:
        if one["state"] not in ("planned", "cancelled") and day(one["begins"]) <= max(period):
            visits.setdefault(one["customer"], []).append(day(one["begins"]))
    came = again = 0
    for days in visits.values():
        inside = [each for each in days if each in period]
        if inside:
            came += 1
            again += any(0 < (each - min(inside)).days <= 30 for each in days)
    return came, again


def follow_up(docs, period):
    left = reached = 0
    for stay in docs["admission"]:
        if stay.get("discharged_at") and day(stay["discharged_at"]) in period:
            left += 1
            calls = [
                one for one in docs["follow_up"] if one["customer"] == stay["customer"] and one["result"] == "reached"
            ]
            reached += any(0 <= (day(one["on"]) - day(stay["discharged_at"])).days <= 30 for one in calls)
    return left, reached


def beds(docs, period):
    """Return for each ward: beds, occupied nights, discharges, days of the stays that ended."""
    wards = {}
    for bed in docs["bed"]:
        wards.setdefault(bed["ward"], [0, 0, 0, 0])[0] += 1
    ward_of = {bed["id"]: bed["ward"] for bed in docs["bed"]}
    for stay in docs["bed_stay"]:
        for night in period:
            slept = day(stay["since"]) <= night and (not stay.get("until") or day(stay["until"]) > night)
            wards[ward_of[stay["bed"]]][1] += slept
    for one in docs["admission"]:
        if one["state"] == "discharged" and day(one["discharged_at"]) in period:
            own = [each for each in docs["bed_stay"] if each["admission"] == one["id"]]
            if own:
                last = max(own, key=lambda each: (day(each["since"]), ward_of[each["bed"]]))
                sums = wards[ward_of[last["bed"]]]
                sums[2] += 1
                sums[3] += max((day(one["discharged_at"]) - day(one["at"])).days, 1)
    return wards


def drugs(docs, period):
    """Return for each drug: stock, what of it expires within 90 days, has expired, and what was issued."""
    found = {one["id"]: [0, 0, 0, 0] for one in docs["drug"]}
    for batch in docs["drug_batch"]:
        left = issued = 0
        for move in docs["stock_movement"]:
            if move["batch"] == batch["id"]:
                quantity = number(move["quantity"])
                left += quantity if move["kind"] in ("receipt", "return") else -quantity
                if day(move["at"]) in period:
                    issued += {"issue": quantity, "return": -quantity}.get(move["kind"], 0)
        sums = found[batch["drug"]]
        sums[0] += left
        sums[1] += left if max(period) <= day(batch["expires"]) <= max(period) + timedelta(days=90) else 0
        sums[2] += left if day(batch["expires"]) < max(period) else 0
        sums[3] += issued
    return found
