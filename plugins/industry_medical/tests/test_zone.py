"""Days are the company's own: a payment at one in the morning in Shanghai belongs to that day."""

from datetime import UTC, date, datetime
from decimal import Decimal

from crm_industry_medical.charging import Bill, BillLine, Payment

from crmcore import Customer


def test_a_cashiers_day_is_local(crm_with):
    trial = crm_with("medical", as_of=date(2026, 3, 2), currency="CNY", zone="Asia/Shanghai")
    at = datetime(2026, 3, 1, 17, tzinfo=UTC)  # 01:00 on the second of March
    trial.add(
        Customer(id="ada", name="Ada"),
        Bill(id="b1", customer="ada", at=at, state="settled"),
        BillLine(bill="b1", fee_item="other", name="Copy", amount=Decimal(9)),
        Payment(customer="ada", at=at, purpose="bill", method="cash", amount=Decimal(9), bill="b1", cashier="eve"),
    )
    trial.run("cashier settle --cashier eve --on 2026-03-01").assert_ok()
    trial.run("cashier settle --cashier eve").assert_ok()
    listed = trial.run("cashier_settlement list --columns on,cash --format json").assert_ok().json
    assert [(one["on"], float(one["cash"])) for one in listed] == [("2026-03-01", 0), ("2026-03-02", 9)]
