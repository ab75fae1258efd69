"""A patient's way through the hospital, and what is refused on it."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from crm_industry_medical.charging import Bill, BillLine, Payment
from crm_industry_medical.drug_store import Batch, Movement, stock
from crm_industry_medical.encounters import Encounter
from crm_industry_medical.inpatient import Admission, Bed, Stay
from crm_industry_medical.inpatient_orders import Execution, Order
from crm_industry_medical.orders import ServiceItem, ServiceOrder
from crm_industry_medical.patients import Allergy
from crm_industry_medical.prescriptions import Drug, Interaction, Prescription, PrescriptionLine
from crm_industry_medical.registration import Rank, Registration
from crm_industry_medical.scheduling import Department, Practitioner, Session

from crmcore import Customer
from crmcore.testing import AS_OF

LATER = (AS_OF + timedelta(days=400)).isoformat()
SOON = (AS_OF + timedelta(days=40)).isoformat()


@pytest.fixture
def hospital(crm_with):
    trial = crm_with("medical", as_of=AS_OF)
    trial.add(
        Customer(id="ada", name="Ada", kind="person"),
        Customer(id="bo", name="Bo", kind="person"),
        Department(id="gp", name="General practice"),
        Practitioner(id="li", name="Dr Li", department="gp"),
        Session(id="s1", practitioner="li", department="gp", on=AS_OF, half="am", quota=2),
        Session(id="s2", practitioner="li", department="gp", on=AS_OF + timedelta(days=1), half="am", quota=1),
        Rank(id="expert", name="Expert", fee=Decimal(20), free_visits=1, valid_days=3),
        ServiceItem(id="xray", name="X-ray", fee_item="examination", price=Decimal(80)),
        Drug(id="amox", code="A1", name="Amoxicillin", substance="amoxicillin", price=Decimal("1.50")),
        Drug(id="morph", code="M1", name="Morphine", substance="morphine", price=Decimal(4), control="narcotic"),
        Bed(id="b1", ward="West", fee=Decimal(50)),
        Bed(id="b2", ward="West", fee=Decimal(60)),
    )
    return trial


def all_of(trial, record_class):
    return list(trial.crm.state().book.all(record_class))


def ran(trial, command):
    """Run a command that works; return the ids that it prints."""
    return trial.run(command).assert_ok().out.split()


def only(trial, command):
    (found,) = ran(trial, command)
    return found


def visit(trial, patient="ada", session="s1"):
    """Let a patient be seen; return the encounter."""
    registration = only(trial, f"clinic register {patient} --session {session} --rank expert")
    ran(trial, f"clinic arrive {registration}")
    return only(trial, f"clinic see {registration}")


def prescribe(trial, encounter, drug="amox", quantity=10, **columns):
    prescription, line = trial.add(
        Prescription(id=f"rx-{drug}", encounter=encounter, at=trial.crm.clock()),
        PrescriptionLine(
            id=f"line-{drug}", prescription=f"rx-{drug}", drug=drug, quantity=Decimal(quantity), **columns
        ),
    )
    return prescription.id, line.id


class TestRegistration:
    def test_a_session_takes_no_more_than_its_quota(self, hospital):
        ran(hospital, "clinic register ada --session s2 --rank expert")
        hospital.run("clinic register bo --session s2 --rank expert").assert_fails("2 registrations for a quota of 1")

    def test_a_cancelled_place_is_free_again(self, hospital):
        first = only(hospital, "clinic register ada --session s2 --rank expert")
        ran(hospital, f"clinic cancel {first}")
        ran(hospital, "clinic register bo --session s2 --rank expert")

    def test_nobody_is_registered_twice_in_a_session(self, hospital):
        ran(hospital, "clinic register ada --session s1 --rank expert")
        hospital.run("clinic register ada --session s1 --rank expert").assert_fails(
            "registered in this session already"
        )

    def test_the_quota_cannot_be_cut_below_what_is_booked(self, hospital):
        ran(hospital, "clinic register ada --session s1 --rank expert")
        hospital.run("clinic_session edit s1 --quota 0").assert_fails("1 registrations for a quota of 0")

    def test_a_visit_that_was_missed_buys_no_free_one(self, hospital):
        missed = only(hospital, "clinic register ada --session s1 --rank expert")
        ran(hospital, f"clinic miss {missed}")
        ran(hospital, "clinic register ada --session s2 --rank expert")
        assert [one.fee for one in all_of(hospital, Registration)] == [20, 20]

    def test_a_re_visit_within_the_days_of_validity_is_free_once(self, hospital):
        for day in (AS_OF, AS_OF + timedelta(days=1), AS_OF + timedelta(days=2)):
            hospital.as_of = day
            session = {0: "s1", 1: "s2"}.get((day - AS_OF).days, "s3")
            if session == "s3":
                hospital.add(Session(id="s3", practitioner="li", department="gp", on=day, half="pm", quota=9))
            ran(hospital, f"clinic register ada --session {session} --rank expert")
        assert [one.fee for one in all_of(hospital, Registration)] == [20, 0, 20]

    def test_who_has_not_arrived_is_not_seen(self, hospital):
        booked = only(hospital, "clinic register ada --session s1 --rank expert")
        hospital.run(f"clinic see {booked}").assert_fails("from booked it goes only to arrived, cancelled, missed")
        ran(hospital, f"clinic miss {booked}")
        hospital.run(f"clinic arrive {booked}").assert_fails("missed is final")

    def test_a_practitioner_is_at_one_place_at_a_time(self, hospital):
        twin = f"clinic_session add --practitioner li --department gp --on {AS_OF} --half am --quota 5"
        hospital.run(twin).assert_fails("has another session then")


class TestRecords:
    def test_a_medical_record_number_belongs_to_one_patient(self, hospital):
        hospital.run("customer edit ada --set medical.record_no=M1").assert_ok()
        hospital.run("customer edit bo --set medical.record_no=M1").assert_fails("has the medical record number of ada")

    def test_codes_of_icd10_look_like_one(self, hospital):
        encounter = visit(hospital)
        rest = f"--encounter {encounter} --name Cold --begins {AS_OF}"
        hospital.run(f"diagnosis add --code J06.9 {rest}").assert_ok()
        hospital.run(f"diagnosis add --code cold {rest}").assert_fails("is not written like a code of ICD-10")
        hospital.run(f"diagnosis add --system snomed --code 195662009 {rest}").assert_ok()


class TestPrescriptions:
    def test_an_allergy_stops_a_prescription_unless_a_reason_is_given(self, hospital):
        hospital.add(Allergy(customer="ada", substance="Amoxicillin"))
        encounter = visit(hospital)
        with pytest.raises(Exception, match="allergic to Amoxicillin"):
            prescribe(hospital, encounter)
        prescribe(hospital, encounter, override="no other drug works")

    def test_drugs_that_must_not_meet_are_refused(self, hospital):
        hospital.add(Interaction(one="morphine", other="amoxicillin", severity="contraindicated"))
        encounter = visit(hospital)
        prescribe(hospital, encounter)
        with pytest.raises(Exception, match="must not be taken with"):
            prescribe(hospital, encounter, "morph")
        hospital.run("prescription edit rx-amox --state stopped").assert_ok()
        prescribe(hospital, encounter, "morph")

    def test_caution_is_no_refusal(self, hospital):
        hospital.add(Interaction(one="morphine", other="amoxicillin", severity="caution"))
        encounter = visit(hospital)
        prescribe(hospital, encounter)
        prescribe(hospital, encounter, "morph")


class TestCharging:
    def test_everything_is_charged_once_and_settled_when_it_is_paid(self, hospital):
        encounter = visit(hospital)
        hospital.add(ServiceOrder(id="o1", encounter=encounter, item="xray", at=hospital.crm.clock()))
        prescribe(hospital, encounter)
        bill = only(hospital, f"cashier charge {encounter}")
        assert ran(hospital, f"cashier charge {encounter}") == []
        amounts = {one.fee_item: one.amount for one in all_of(hospital, BillLine)}
        assert amounts == {"registration": 20, "examination": 80, "drug": 15}
        ran(hospital, f"cashier pay {bill} --method wechat --amount 100 --cashier eve")
        assert [one.state for one in all_of(hospital, Bill)] == ["open"]
        ran(hospital, f"cashier pay {bill} --method cash --cashier eve")
        assert [one.state for one in all_of(hospital, Bill)] == ["settled"]
        assert [(one.method, one.amount) for one in all_of(hospital, Payment)] == [("wechat", 100), ("cash", 15)]
        assert (
            hospital.run("invoice list --columns number,amount --format json").assert_ok().json[0]["number"]
            == "00000001"
        )

    def test_more_than_is_owed_is_not_taken(self, hospital):
        bill = only(hospital, f"cashier charge {visit(hospital)}")
        hospital.run(f"cashier pay {bill} --amount 21").assert_fails("21 paid for 20 owed")

    def test_a_settled_bill_keeps_its_lines(self, hospital):
        bill = only(hospital, f"cashier charge {visit(hospital)}")
        ran(hospital, f"cashier pay {bill}")
        added = f"bill_line add --bill {bill} --fee_item other --name Tea --amount 3"
        hospital.run(added).assert_fails("23 is owed and 20 paid")

    def test_a_bill_with_money_is_not_voided(self, hospital):
        bill = only(hospital, f"cashier charge {visit(hospital)}")
        ran(hospital, f"cashier pay {bill} --amount 5")
        hospital.run(f"bill edit {bill} --state void").assert_fails("refund that first")

    def test_a_day_is_settled_once_and_stays(self, hospital):
        bill = only(hospital, f"cashier charge {visit(hospital)}")
        ran(hospital, f"cashier pay {bill} --cashier eve")
        ran(hospital, "cashier settle --cashier eve --verified-by max")
        shown = hospital.run("cashier_settlement list --columns cash,card --format json").assert_ok().json
        assert [(float(one["cash"]), float(one["card"])) for one in shown] == [(20, 0)]
        hospital.run("cashier settle --cashier eve").assert_fails("settled already")
        payment = all_of(hospital, Payment)[0].id
        hospital.run(f"payment edit {payment} --method card").assert_fails("date it later")
        wrong = f"--cashier max --on {AS_OF} --cash 1 --card 0 --insurance 0 --wechat 0 --alipay 0"
        hospital.run(f"cashier_settlement add {wrong}").assert_fails("the payments add up to 0")


class TestPharmacy:
    @pytest.fixture
    def paid(self, hospital):
        """Two batches of a drug, and ten of it prescribed and paid for."""
        ran(hospital, f"drugstore receive amox --number late --expires {LATER} --quantity 100 --cost 0.5")
        ran(hospital, f"drugstore receive amox --number soon --expires {SOON} --quantity 4")
        encounter = visit(hospital)
        prescribe(hospital, encounter)
        ran(hospital, f"cashier pay {only(hospital, f'cashier charge {encounter}')} --cashier eve")
        return hospital

    def test_nothing_is_handed_over_before_it_is_paid(self, hospital):
        ran(hospital, f"drugstore receive amox --number n1 --expires {LATER} --quantity 100")
        encounter = visit(hospital)
        prescribe(hospital, encounter)
        hospital.run("pharmacy dispense rx-amox").assert_fails(
            "10 of it is not charged and paid; bill before dispensing"
        )

    def test_what_expires_first_goes_first(self, paid):
        ran(paid, "pharmacy dispense rx-amox --by tom")
        numbers = {one.id: one.number for one in all_of(paid, Batch)}
        issued = [(numbers[one.batch], one.quantity) for one in all_of(paid, Movement) if one.kind == "issue"]
        assert issued == [("soon", 4), ("late", 6)]
        assert ran(paid, "pharmacy dispense rx-amox") == []

    def test_more_than_is_in_stock_is_not_handed_over(self, hospital):
        encounter = visit(hospital)
        prescribe(hospital, encounter)
        ran(hospital, f"cashier pay {only(hospital, f'cashier charge {encounter}')}")
        hospital.run("pharmacy dispense rx-amox").assert_fails("10 of Amoxicillin are not in stock")

    def test_stock_is_never_negative_at_any_moment(self, paid):
        batch = next(one.id for one in all_of(paid, Batch) if one.number == "soon")
        paid.run(f"drugstore write-off {batch} --quantity 5 --reason broken").assert_fails("lacks 1")
        receipt = next(one for one in all_of(paid, Movement) if one.batch == batch)
        paid.run(f"drugstore write-off {batch} --reason broken").assert_ok()
        later = (AS_OF + timedelta(days=3)).isoformat()
        paid.run(f"stock_movement edit {receipt.id} --at {later}").assert_fails("lacks 4")
        paid.run(f"stock_movement remove {receipt.id}").assert_fails("lacks 4")

    def test_an_expired_batch_is_not_handed_over(self, paid):
        paid.as_of = AS_OF + timedelta(days=60)
        ran(paid, "pharmacy dispense rx-amox")
        numbers = {one.id: one.number for one in all_of(paid, Batch)}
        assert {numbers[one.batch] for one in all_of(paid, Movement) if one.kind == "issue"} == {"late"}

    def test_return_comes_before_refund(self, paid):
        ran(paid, "pharmacy dispense rx-amox")
        line = next(one for one in all_of(paid, BillLine) if one.fee_item == "drug")
        paid.run(f"cashier refund {line.id} --quantity 3").assert_fails("return comes before refund")
        ran(paid, "pharmacy return line-amox --quantity 3")
        ran(paid, f"cashier refund {line.id} --quantity 3 --method wechat")
        paid.run(f"cashier refund {line.id} --quantity 1").assert_fails("return comes before refund")
        out = [one for one in all_of(paid, Payment) if one.purpose == "bill_refund"]
        assert [(one.method, one.amount) for one in out] == [("wechat", Decimal("4.5"))]
        assert stock(all_of(paid, Movement)) == 97

    def test_no_more_comes_back_than_went_out(self, paid):
        ran(paid, "pharmacy dispense rx-amox")
        paid.run("pharmacy return line-amox --quantity 11").assert_fails("1 of it were never handed over")

    def test_no_more_is_refunded_than_was_charged(self, paid):
        line = next(one for one in all_of(paid, BillLine) if one.fee_item == "registration")
        ran(paid, f"cashier refund {line.id}")
        paid.run(f"cashier refund {line.id}").assert_fails("More is refunded than was charged")

    def test_a_controlled_drug_needs_a_witness(self, hospital):
        ran(hospital, f"drugstore receive morph --number m1 --expires {LATER} --quantity 10")
        encounter = visit(hospital)
        prescribe(hospital, encounter, "morph", 2)
        ran(hospital, f"cashier pay {only(hospital, f'cashier charge {encounter}')}")
        hospital.run("pharmacy dispense rx-morph --by tom").assert_fails("needs a second person")
        hospital.run("pharmacy dispense rx-morph --by tom --witness tom").assert_fails("needs a second person")
        ran(hospital, "pharmacy dispense rx-morph --by tom --witness eve")


class TestWard:
    def test_no_two_patients_share_a_bed(self, hospital):
        ran(hospital, "ward admit ada --bed b1")
        hospital.run("ward admit bo --bed b1").assert_fails("Somebody else lies in this bed then")
        hospital.run("ward admit ada --bed b2").assert_fails("The patient lies in another bed then")
        ran(hospital, "ward admit bo --bed b2")

    def test_a_transfer_frees_the_bed(self, hospital):
        admission = only(hospital, "ward admit ada --bed b1")
        hospital.as_of = AS_OF + timedelta(days=2)
        ran(hospital, f"ward transfer {admission} --bed b2")
        ran(hospital, "ward admit bo --bed b1")
        assert [(one.bed, one.until is None) for one in all_of(hospital, Stay)] == [
            ("b1", False),
            ("b2", True),
            ("b1", True),
        ]

    def test_stopping_an_order_cancels_later_executions(self, hospital):
        admission = only(hospital, "ward admit ada --bed b1")
        order = only(hospital, f'ward order {admission} "Amoxicillin 1 g" --term long_term --times 4 --every 12')
        first = all_of(hospital, Execution)[0].id
        ran(hospital, f"ward execute {first} --by nina")
        hospital.run(f"ward execute {first} --by bea").assert_fails("is done, by nina at")
        hospital.as_of = AS_OF + timedelta(days=1)
        ran(hospital, f"ward stop {order}")
        assert [one.state for one in all_of(hospital, Execution)] == ["done", "planned", "cancelled", "cancelled"]
        planned = f"order_execution add --order {order} --due {AS_OF + timedelta(days=2)}"
        hospital.run(planned).assert_fails("The order has stopped by then")

    def test_orders_follow_each_other(self, hospital):
        admission = only(hospital, "ward admit ada --bed b1")
        order = only(hospital, f"ward order {admission} Rest --term long_term")
        revised = only(hospital, f"ward revise {order} --content Walk --times 2")
        renewed = only(hospital, f"ward renew {revised} --times 1 --every 8")
        hospital.run(f"ward renew {revised}").assert_fails("followed already")
        ran(hospital, f"ward stop {renewed}")
        assert [one.action for one in all_of(hospital, Order)] == ["new", "revise", "renew", "discontinue"]
        alone = (
            f"inpatient_order add --admission {admission} --term temporary --action renew --content x --starts {AS_OF}"
        )
        hospital.run(alone).assert_fails("has a previous order")

    def test_discharge_balances_the_deposit_and_frees_the_bed(self, hospital):
        admission = only(hospital, "ward admit ada --bed b1 --kind emergency --reason fever")
        ran(hospital, f"cashier deposit {admission} --amount 100 --method card --cashier eve")
        order = only(hospital, f"ward order {admission} Infusion --times 9")
        hospital.as_of = AS_OF + timedelta(days=3)
        hospital.run(f"ward discharge {admission}").assert_fails("the deposit holds 100, and 150 is owed")
        ran(hospital, f"cashier deposit {admission} --amount 80 --cashier eve")
        how = "--outcome cured --main-code J18.9 --main-diagnosis Pneumonia --summary well --cashier eve"
        ran(hospital, f"ward discharge {admission} {how}")
        assert [one.until is None for one in all_of(hospital, Stay)] == [False]
        assert "planned" not in {one.state for one in all_of(hospital, Execution) if one.order == order}
        assert [(one.purpose, one.amount) for one in all_of(hospital, Payment)] == [
            ("deposit", 100),
            ("deposit", 80),
            ("bill", 150),
            ("deposit_refund", 30),
        ]
        (found,) = all_of(hospital, Admission)
        assert (found.state, found.outcome, found.main_code) == ("discharged", "cured", "J18.9")
        assert [one.state for one in all_of(hospital, Encounter)] == ["finished"]

    def test_a_stay_without_a_night_counts_as_one_in_the_last_bed(self, hospital):
        admission = only(hospital, "ward admit ada --bed b1")
        hospital.crm.clock = lambda: datetime.combine(AS_OF, time(15), UTC)
        ran(hospital, f"ward transfer {admission} --bed b2")
        ran(hospital, f"cashier deposit {admission} --amount 100 --cashier eve")
        ran(hospital, f"ward discharge {admission} --outcome cured --cashier eve")
        assert [(one.code, one.amount) for one in all_of(hospital, BillLine)] == [("b2", 60)]

    def test_what_stands_on_a_void_bill_is_charged_again(self, hospital):
        encounter = visit(hospital)
        (bill,) = ran(hospital, f"cashier charge {encounter}")
        ran(hospital, f"bill edit {bill} --state void")
        (again,) = ran(hospital, f"cashier charge {encounter}")
        assert [one.bill for one in all_of(hospital, BillLine)] == [bill, again]

    def test_who_died_on_the_ward_is_known_to_be_dead(self, hospital):
        admission = only(hospital, "ward admit ada --bed b2")
        ran(hospital, f"cashier deposit {admission} --amount 100 --cashier eve")
        ran(hospital, f"ward discharge {admission} --outcome died --cashier eve")
        died = hospital.crm.state().customer("ada").fields["medical.deceased_at"]
        assert died.startswith(hospital.crm.clock().date().isoformat())

    def test_nobody_is_discharged_by_hand_with_something_open(self, hospital):
        admission = only(hospital, "ward admit ada --bed b1")
        ran(hospital, f"cashier deposit {admission} --amount 100")
        refused = hospital.run(
            f"admission edit {admission} --state discharged --discharged_at {AS_OF + timedelta(days=1)}"
        )
        refused.assert_fails("The patient still has a bed").assert_fails("100 of the deposit is left")

    def test_a_deposit_is_never_overdrawn(self, hospital):
        admission = only(hospital, "ward admit ada --bed b1")
        ran(hospital, f"cashier deposit {admission} --amount 100")
        back = f"--purpose deposit_refund --method cash --admission {admission} --at {AS_OF}"
        hospital.run(f"payment add --customer ada --amount 101 {back}").assert_fails("overdrawn by 1")

    def test_a_dry_run_writes_nothing(self, hospital):
        said = hospital.run("ward admit ada --bed b1 --dry-run").assert_ok()
        assert "nothing was written" in said.err
        assert all_of(hospital, Admission) == []


def test_refusals_are_in_chinese_where_the_company_speaks_it(crm_with):
    trial = crm_with("medical", as_of=date(2026, 1, 1), language="zh")
    trial.add(Customer(id="ada", name="Ada"), Customer(id="bo", name="Bo"), Bed(id="b1", ward="西区"))
    trial.run("ward admit ada --bed b1").assert_ok()
    trial.run("ward admit bo --bed b1").assert_fails("该床位此时已有人")
