"""A small insurer for tests: products, agents, people, and commands that are run in it."""

import re
from datetime import date
from decimal import Decimal

from crm_industry_insurance.policies import Agent
from crm_industry_insurance.products import Benefit, Product

from crmcore import Customer

PLUGIN = "insurance"
NUMBER = re.compile(r"-?\d+\.\d+")
DAY = date(2026, 1, 1)


def insurer(crm_with, *others, **options):
    """Return an insurer that sells motor and medical insurance; Ada and Bo form a household."""
    trial = crm_with(PLUGIN, *others, as_of=DAY, **options)
    trial.add(
        Customer(id="home", name="Family", kind="household"),
        Customer(id="ada", name="Ada", kind="person", parent="home", province="Bavaria", owner="Eve"),
        Customer(id="bo", name="Bo", kind="person", parent="home", province="Bavaria"),
        Customer(id="cy", name="Cy", kind="person"),
        Agent(id="max", name="Max", branch="south", channel="agent"),
        Agent(id="eve", name="Eve", branch="north", channel="agent"),
        Product(
            id="motor",
            name="Motor",
            line="motor",
            commission_rate=Decimal("0.1"),
            renewal_commission_rate=Decimal("0.05"),
            surrender_charge=Decimal("0.1"),
        ),
        Product(id="health", name="Health", line="medical"),
        Benefit(
            id="collision",
            product="motor",
            name="Collision",
            waiting_days=30,
            deductible=Decimal(300),
            coinsurance=Decimal("0.1"),
            claim_limit=Decimal(5000),
            term_limit=Decimal(6000),
            term_claims=3,
        ),
    )
    return trial


def issued(trial, key="P1", holder="ada", premium="1200", *, on="2026-01-01", more=""):
    """Quote, accept and issue a policy."""
    trial.run(
        f"policy quote --id {key} --holder {holder} --product motor --premium {premium} --agent max --channel agent "
        f"--on {on} {more}"
    ).assert_ok()
    trial.run(f"policy underwrite {key} --decision accept --on {on}").assert_ok()
    trial.run(f"policy issue {key} --on {on}").assert_ok()
    return key


def shown(trial, record, key):
    """Return a record as `show` gives it."""
    return {
        name: plain(value) for name, value in trial.run(f"{record} show {key} --format json").assert_ok().json.items()
    }


def listed(trial, record, columns, where=""):
    """Return the values of some columns of all records."""
    condition = f" --where {where}" if where else ""
    rows = trial.run(f"{record} list --columns {columns} --limit 1000 --format json{condition}").assert_ok().json
    return [tuple(map(plain, row.values())) for row in rows]


def plain(value):
    """Return a number's text without zeros at its end."""
    return value.rstrip("0").rstrip(".") if isinstance(value, str) and NUMBER.fullmatch(value) else value
