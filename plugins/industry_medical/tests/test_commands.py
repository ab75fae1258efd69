"""Every command of the desks, with every option, first as a dry run: it prints, and writes nothing."""

from datetime import timedelta
from decimal import Decimal

import pytest
from crm_industry_medical.inpatient import Bed
from crm_industry_medical.orders import ServiceItem
from crm_industry_medical.prescriptions import Drug, Prescription, PrescriptionLine
from crm_industry_medical.registration import Rank
from crm_industry_medical.scheduling import Department, Practitioner, Session

from crmcore import Customer
from crmcore.testing import AS_OF


@pytest.fixture
def desk(crm_with):
    """Return what runs a command dry, sees that nothing was written, then runs it; returns the last id printed."""
    trial = crm_with("medical", as_of=AS_OF)
    trial.add(
        Customer(id="ada", name="Ada"),
        Department(id="gp", name="General practice"),
        Practitioner(id="li", name="Dr Li", department="gp"),
        Session(id="s1", practitioner="li", department="gp", on=AS_OF, half="am", quota=9),
        Rank(id="expert", name="Expert", fee=Decimal(20)),
        ServiceItem(id="xray", name="X-ray", fee_item="examination", price=Decimal(80)),
        Drug(id="morph", code="M1", name="Morphine", price=Decimal(4), control="narcotic"),
        Bed(id="b1", ward="West", fee=Decimal(50)),
        Bed(id="b2", ward="West", fee=Decimal(60)),
    )

    def run(command, dry):
        before = trial.crm.store.read().commit
        tried = trial.run(f"{command} {dry}").assert_ok()
        assert "(dry run: nothing was written)" in tried.err
        assert trial.crm.store.read().commit == before
        done = trial.run(command).assert_ok()
        assert "dry run" not in done.err
        return done.out.split()[-1] if done.out else ""

    run.trial = trial
    return run


def prescribed(trial, encounter):
    trial.add(
        Prescription(id="rx", encounter=encounter, at=trial.crm.clock()),
        PrescriptionLine(id="l1", prescription="rx", drug="morph", quantity=Decimal(5)),
    )


def test_a_day_at_the_clinic(desk):
    booked = desk("clinic register ada --session s1 --rank expert", "--dry-run")
    desk(f"clinic cancel {booked}", "--dry-run")
    booked = desk("clinic register ada --session s1 --rank expert", "--dry-run")
    desk(f"clinic miss {booked}", "--dry-run")
    booked = desk("clinic register ada --session s1 --rank expert", "--dry-run")
    desk(f"clinic arrive {booked}", "--dry-run")
    encounter = desk(f"clinic see {booked}", "--dry-run")
    prescribed(desk.trial, encounter)
    batch = desk(
        "drugstore receive morph --number m1 --expires 2028-01-31 --quantity 10 --cost 2 --supplier Hale --by tom",
        "--dry-run",
    )
    bill = desk(f"cashier charge {encounter}", "--dry-run")
    desk(f"cashier pay {bill} --amount 15 --method alipay --cashier eve", "--dry-run")
    desk(f"cashier pay {bill} --method card --cashier eve", "--dry-run")
    desk("pharmacy dispense rx --by tom --witness eve", "--dry-run")
    desk("pharmacy return l1 --quantity 2 --by tom --witness eve", "--dry-run")
    listed = desk.trial.run("bill_line list --columns id,fee_item --format json").assert_ok().json
    line = next(one["id"] for one in listed if one["fee_item"] == "drug")
    desk(f"cashier refund {line} --quantity 2 --method cash --cashier eve", "--dry-run")
    desk(f"drugstore write-off {batch} --quantity 1 --reason broken --by tom", "--dry-run")
    desk(f"cashier settle --cashier eve --on {AS_OF} --verified-by max", "--dry-run")


def test_a_stay_on_the_ward(desk):
    admission = desk(
        "ward admit ada --bed b1 --kind emergency --reason fever --department gp --attending li", "--dry-run"
    )
    desk(f"cashier deposit {admission} --amount 500 --method wechat --cashier eve", "--dry-run")
    desk(f"ward transfer {admission} --bed b2", "--dry-run")
    order = desk(
        f"ward order {admission} Morphine --term long_term --drug morph --dose 5mg --every 8 --times 3", "--dry-run"
    )
    executions = desk.trial.run("order_execution list --columns id --format json").assert_ok().json
    desk(f"ward execute {executions[0]['id']} --by nina --remark calm", "--dry-run")
    revised = desk(f"ward revise {order} --content Less --every 12 --times 2", "--dry-run")
    renewed = desk(f"ward renew {revised} --every 6 --times 1", "--dry-run")
    desk(f"ward stop {renewed}", "--dry-run")
    desk.trial.as_of = AS_OF + timedelta(days=2)
    desk(
        f"ward discharge {admission} --outcome improved --main-code R52 --main-diagnosis Pain --summary rest --method wechat --cashier eve",
        "--dry-run",
    )


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("cashier deposit a1 --amount much", "'much' is no number"),
        ("cashier deposit a1 --amount NaN", "'NaN' is no amount"),
        ("drugstore receive morph --number 1 --expires 31.1.2028 --quantity 1", "is no date; write YYYY-MM-DD"),
    ],
)
def test_what_is_no_number_or_date_is_a_wrong_use(desk, command, said):
    desk.trial.run(command).assert_fails(said, code=2)


def test_what_does_not_exist_is_not_found(desk):
    desk.trial.run("cashier charge e9").assert_fails("there is no encounter with id 'e9'", code=3)
