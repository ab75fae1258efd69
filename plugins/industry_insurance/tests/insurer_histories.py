"""Generated histories of an insurer: whatever people may do, day after day; what is refused does not happen."""

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from attrs import define, field
from company_kit import make_crm
from crm_industry_insurance import alert_work, claim_work, policy_work
from crm_industry_insurance.alerts import Alert
from crm_industry_insurance.claims import Claim, ClaimItem, ClaimPayment
from crm_industry_insurance.desk import Desk
from crm_industry_insurance.policies import CHANNELS, Agent, Policy
from crm_industry_insurance.premium_work import open_instalments, receive
from crm_industry_insurance.premiums import Expense, PremiumPayment
from crm_industry_insurance.products import Benefit, Product

from crmcore import CrmError, Customer

BEGIN, TODAY = date(2023, 6, 1), date(2026, 11, 21)
PEOPLE = tuple(f"c{number}" for number in range(8))
BRANCHES = ("north", "south", None)


def founded():
    """Return an insurer with products, benefits, agents and people."""
    crm = make_crm("insurance")
    with crm.unit("start") as unit:
        for number, line in enumerate(("motor", "medical", "home")):
            rate = Decimal("0.1") * number
            unit.add(
                Product(
                    id=line,
                    name=line,
                    line=line,
                    term_months=(6, 12, 12)[number],
                    commission_rate=rate,
                    renewal_commission_rate=rate / 4,
                    surrender_charge=rate / 2,
                )
            )
            unit.add(
                Benefit(
                    id=f"{line}-b",
                    product=line,
                    name="benefit",
                    deductible=Decimal(50),
                    coinsurance=rate,
                    term_limit=Decimal(2000),
                    waiting_days=10 * number,
                )
            )
        for agent in ("a1", "a2"):
            unit.add(Agent(id=agent, name=agent.upper()))
        for key in PEOPLE:
            unit.add(Customer(id=key, name=key, province=("x", "y")[len(key + key[-1]) % 2]))
    return crm


@define
class Teller:
    """Does one thing after the other, each in a unit of its own."""

    chance: Random
    day: date = BEGIN
    number: int = 0
    done: dict = field(factory=dict)

    def tell(self, crm, steps):
        names = [name for name in dir(self) if name.startswith("do_")]
        weights = [
            6 if name in {"do_begin", "do_pay", "do_renew", "do_assess", "do_settle", "do_claim"} else 2
            for name in names
        ]
        for _ in range(steps):
            self.day = min(self.day + timedelta(self.chance.choice((0, 1, 2, 5, 11))), TODAY)
            name = self.chance.choices(names, weights)[0]
            with suppress(CrmError), crm.unit(name) as unit:
                getattr(self, name)(Desk(unit, self.day), crm)
                self.done[name] = self.done.get(name, 0) + 1

    def one(self, desk, record, **columns):
        found = list(desk.unit.all(record, **columns))
        if not found:
            raise CrmError("there is none")
        return self.chance.choice(found)

    def amount(self, most):
        return Decimal(self.chance.randrange(1, most * 100)) / 100

    def do_begin(self, desk, _):
        self.number += 1
        policy = Policy(
            id=f"P{self.number}",
            holder=self.chance.choice(PEOPLE),
            product=self.chance.choice(("motor", "medical", "home")),
            applied_on=desk.on,
            premium=self.amount(900),
            instalments=self.chance.choice((1, 1, 2, 4, 12)),
            agent=self.chance.choice(("a1", "a2", None)),
            channel=self.chance.choice(CHANNELS),
            branch=self.chance.choice(BRANCHES),
            sum_insured=self.amount(90_000),
        )
        made = policy_work.quote(desk, policy)
        if self.chance.random() < 0.9:
            made = policy_work.underwrite(desk, made, "accept", loading=self.chance.choice((None, Decimal("0.15"))))
            policy_work.issue(desk, made, desk.on + timedelta(self.chance.choice((0, 0, 1, 20))))

    def do_decide(self, desk, _):
        found = self.one(desk, Policy, state=self.chance.choice(("quoted", "accepted", "postponed")))
        if self.chance.random() < 0.3:
            policy_work.withdraw(desk, found, "")
        else:
            policy_work.underwrite(desk, found, self.chance.choice(("accept", "postpone", "decline")))

    def do_pay(self, desk, _):
        for found in list(desk.unit.all(Policy)):
            left = open_instalments(desk.unit, found)
            if left and left[0].due <= desk.on and self.chance.random() < 0.7:
                payment = PremiumPayment(policy=found.id, on=desk.on, amount=Decimal(1))
                with suppress(CrmError):
                    receive(
                        desk, found, self.chance.choice((left[0].amount, left[0].amount, self.amount(300))), payment
                    )

    def do_endorse(self, desk, _):
        found = self.one(desk, Policy, state="in_force")
        policy_work.endorse(desk, found, "", premium=self.chance.choice((None, self.amount(900))))

    def do_renew(self, desk, _):
        for found in [one for one in desk.unit.all(Policy, state="in_force") if one.renewed_on is None]:
            with suppress(CrmError):
                policy_work.renew(desk, found, f"P{self.number + 1}")
                self.number += 1

    def do_sweep(self, desk, _):
        policy_work.sweep(desk)

    def do_reinstate(self, desk, _):
        policy_work.reinstate(desk, self.one(desk, Policy, state="lapsed"), "")

    def do_surrender(self, desk, _):
        policy_work.surrender(desk, self.one(desk, Policy, state="in_force"), "")

    def do_reassign(self, desk, _):
        policy_work.reassign_all(desk, self.chance.choice(("a1", "a2")), self.chance.choice(("a1", "a2", None)))

    def do_claim(self, desk, _):
        policy = self.one(desk, Policy)
        self.number += 1
        items = [ClaimItem(claim="", code="x", claimed=self.amount(400)) for _ in range(self.chance.randrange(3))]
        claim = Claim(
            id=f"C{self.number}",
            policy=policy.id,
            benefit=self.chance.choice((None, f"{policy.product}-b")),
            occurred_on=desk.on - timedelta(self.chance.randrange(40)),
            reported_on=desk.on,
            claimed=None if items else self.amount(900),
            account=self.chance.choice((None, "A1", "A2")),
        )
        claim_work.open_claim(desk, claim, items)

    def do_assess(self, desk, _):
        for state in ("opened", "reopened"):
            for claim in list(desk.unit.all(Claim, state=state))[:2]:
                with suppress(CrmError):
                    claim_work.assess_claim(desk, claim, approved=self.chance.choice((None, None, Decimal(20))))

    def do_settle(self, desk, _):
        for claim in list(desk.unit.all(Claim, state="assessed"))[:3]:
            with suppress(CrmError):
                part = self.chance.choice((None, None, self.amount(100), -self.amount(30)))
                claim_work.pay_claim(desk, claim, ClaimPayment(claim="", on=desk.on, amount=Decimal(0)), part)
            if self.chance.random() < 0.3:
                with suppress(CrmError):
                    claim_work.reject_claim(desk, desk.unit.get(Claim, claim.id), "fraud")

    def do_reopen(self, desk, _):
        state = self.chance.choice(("paid", "rejected"))
        claim_work.reopen_claim(desk, self.one(desk, Claim, state=state), "", self.amount(100))

    def do_spend(self, desk, _):
        kind, branch = self.chance.choice(("tax", "administration")), self.chance.choice(BRANCHES)
        product = self.chance.choice(("motor", None))
        desk.unit.add(Expense(on=desk.on, amount=self.amount(90), kind=kind, product=product, branch=branch))

    def do_scan(self, desk, crm):
        alert_work.scan(desk.unit, crm.state(desk.on))

    def do_close(self, desk, _):
        alert_work.close(desk.unit, self.one(desk, Alert), "", desk.on)


def told(seed, steps=220):
    """Return an insurer after a history, and what was done how often."""
    crm, teller = founded(), Teller(Random(seed))
    teller.tell(crm, steps)
    return crm, teller.done
