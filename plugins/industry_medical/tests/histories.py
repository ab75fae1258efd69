"""Made-up histories of a hospital: what its desks do in any order, and hands that meddle with single records."""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from random import Random

from attrs import define, field
from crm_industry_medical import cashier, dispensing, registering, ward
from crm_industry_medical.billing import charge
from crm_industry_medical.cashier import Till
from crm_industry_medical.charging import Bill, BillLine, Payment
from crm_industry_medical.drug_store import Batch, Movement
from crm_industry_medical.encounters import Encounter
from crm_industry_medical.followup import FollowUp
from crm_industry_medical.inpatient import Admission, Bed, Stay
from crm_industry_medical.inpatient_orders import Execution, Order
from crm_industry_medical.orders import ServiceItem, ServiceOrder
from crm_industry_medical.prescriptions import Drug, Prescription, PrescriptionLine
from crm_industry_medical.registration import Rank, Registration
from crm_industry_medical.scheduling import Department, Practitioner, Session

from crmcore import CrmError, Customer

OFTEN = {
    "see": 2,
    "charge": 3,
    "pay": 5,
    "prescribe": 3,
    "receive": 2,
    "dispense": 5,
    "take_back": 3,
    "refund": 2,
    "deposit": 3,
}
"""Things that are tried more often than others, since something must have come before them."""

METHODS = ("cash", "card", "insurance", "wechat", "alipay")


def furnished(trial):
    """Fill an empty hospital with patients, staff, beds, drugs and prices."""
    days = [trial.as_of + timedelta(days=each) for each in range(4)]
    trial.add(
        *(Customer(id=key, name=key.upper()) for key in ("ada", "bo", "cy")),
        *(Department(id=key, name=key) for key in ("eye", "gp")),
        *(Practitioner(id=key, name=f"Dr {key}", department="gp") for key in ("li", "wu")),
        *(
            Session(id=f"{who}{day.day}", practitioner=who, department=place, on=day, half="am", quota=2)
            for who, place in (("li", "gp"), ("wu", "eye"))
            for day in days
        ),
        Rank(id="plain", name="Plain", fee=Decimal("12.5"), free_visits=1, valid_days=2),
        ServiceItem(id="xray", name="X-ray", fee_item="examination", price=Decimal(80)),
        ServiceItem(id="blood", name="Blood count", fee_item="laboratory", price=Decimal("22.3")),
        *(
            Drug(id=key, code=key, name=key, price=Decimal(price), least_stock=Decimal(3))
            for key, price in (("amox", "1.5"), ("ibu", "0.35"))
        ),
        *(Bed(id=f"b{each}", ward=("East", "West")[each % 2], fee=Decimal(50 + each)) for each in range(3)),
    )


@define
class History:
    """Does one thing after another; what the hospital refuses does not happen."""

    trial: object
    rng: Random
    done: set = field(factory=set)

    def step(self):
        """Do something drawn by chance, perhaps hours later."""
        names = [name for name in vars(History) if name.startswith("do_")]
        weights = [OFTEN.get(name.removeprefix("do_"), 1) for name in names]
        (name,) = self.rng.choices(names, weights)
        if self.rng.random() < 0.2:
            self.trial.as_of += timedelta(days=self.rng.choice((0, 1, 1, 2)))
        with suppress(CrmError), self.trial.crm.unit(name) as unit:
            if getattr(self, name)(unit) is not False:
                self.done.add(name)

    def pick(self, unit, record_class, **columns):
        """Return a record drawn by chance, the newest more likely; raises `CrmError` without any."""
        found = list(unit.all(record_class, **columns))
        if not found:
            raise CrmError("there is none")
        return self.rng.choice([*found, *found[-2:]])

    def till(self):
        return Till(self.rng.choice(METHODS), self.rng.choice(("eve", "max")))

    def amount(self):
        return Decimal(self.rng.choice((1, 5, 20, 100, 300)))

    def do_register(self, unit):
        registering.register(unit, self.pick(unit, Customer).id, self.pick(unit, Session).id, "plain")

    def do_go_on(self, unit):
        states = ("arrived", "arrived", "cancelled", "missed")
        registering.go_on(unit, self.pick(unit, Registration).id, self.rng.choice(states))

    def do_see(self, unit):
        registering.see(unit, self.pick(unit, Registration, state="arrived").id)

    def do_order_service(self, unit):
        encounter = self.pick(unit, Encounter)
        unit.add(ServiceOrder(encounter=encounter.id, item=self.pick(unit, ServiceItem).id, at=unit.author.now))

    def do_prescribe(self, unit):
        encounter = self.pick(unit, Encounter)
        made = unit.add(Prescription(encounter=encounter.id, at=unit.author.now))
        quantity = Decimal(self.rng.randint(1, 6))
        unit.add(PrescriptionLine(prescription=made.id, drug=self.pick(unit, Drug).id, quantity=quantity))

    def do_charge(self, unit):
        encounter = self.pick(unit, Encounter)
        stay = next(iter(unit.all(Admission, encounter=encounter.id)), None)
        return charge(unit, encounter, stay) is not None

    def do_pay(self, unit):
        amount = None if self.rng.random() < 0.7 else self.amount()
        cashier.pay(unit, self.pick(unit, Bill, state="open"), self.till(), amount)

    def do_refund(self, unit):
        quantity = None if self.rng.random() < 0.5 else Decimal(1)
        cashier.refund(unit, self.pick(unit, BillLine), quantity, self.till())

    def do_settle(self, unit):
        cashier.settle_day(unit, self.rng.choice(("eve", "max")), unit.author.today, None)

    def do_receive(self, unit):
        expires = self.trial.as_of + timedelta(days=self.rng.choice((1, 20, 400)))
        batch = Batch(drug=self.pick(unit, Drug).id, number=f"{expires:%y%m%d}", expires=expires)
        dispensing.receive(unit, batch, Decimal(self.rng.randint(1, 12)), "tom")

    def do_write_off(self, unit):
        quantity = None if self.rng.random() < 0.3 else Decimal(1)
        dispensing.write_off(unit, self.pick(unit, Batch), quantity, "broken", "tom")

    def do_dispense(self, unit):
        return bool(list(dispensing.dispense(unit, self.pick(unit, Prescription), "tom")))

    def do_take_back(self, unit):
        list(dispensing.take_back(unit, self.pick(unit, PrescriptionLine), Decimal(1), "tom"))

    def do_admit(self, unit):
        ward.admit(unit, self.pick(unit, Customer).id, self.pick(unit, Bed).id)

    def do_transfer(self, unit):
        ward.transfer(unit, self.pick(unit, Admission), self.pick(unit, Bed).id)

    def do_deposit(self, unit):
        cashier.deposit(unit, self.pick(unit, Admission, state="admitted"), self.amount(), self.till())

    def do_place(self, unit):
        stay = self.pick(unit, Admission)
        made = Order(admission=stay.id, term="long_term", content="Rest", starts=unit.author.now)
        ward.place(unit, made, self.rng.randint(0, 4), 12)

    def do_follow(self, unit):
        ward.follow(unit, self.pick(unit, Order), self.rng.choice(("revise", "renew", "discontinue")), planned=(2, 8))

    def do_execute(self, unit):
        ward.execute(unit, self.pick(unit, Execution).id, "nina")

    def do_discharge(self, unit):
        ward.discharge(unit, self.pick(unit, Admission, state="admitted"), self.till(), outcome="improved")

    def do_follow_up(self, unit):
        result = self.rng.choice(("reached", "not_reached"))
        unit.add(FollowUp(customer=self.pick(unit, Customer).id, on=unit.author.today, result=result))

    def do_meddle(self, unit):
        """Change one record by hand, to whatever."""
        now = unit.author.now
        kind, column, value = self.rng.choice(
            (
                (Stay, "until", None),
                (Stay, "until", now),
                (Stay, "bed", "b1"),
                (Movement, "quantity", self.amount()),
                (Movement, "at", now - timedelta(days=1)),
                (Bill, "state", self.rng.choice(("settled", "void"))),
                (BillLine, "amount", self.amount()),
                (Payment, "amount", self.amount()),
                (Payment, "cashier", "max"),
                (Admission, "state", "discharged"),
                (Registration, "state", self.rng.choice(("booked", "seen"))),
                (Execution, "due", now + timedelta(days=2)),
            )
        )
        unit.edit(self.pick(unit, kind), **{column: value})

    def do_remove(self, unit):
        """Remove one record by hand."""
        kind = self.rng.choice((Movement, Payment, Stay, BillLine))
        unit.remove(kind, self.pick(unit, kind).id)
