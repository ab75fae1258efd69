"""PRISM's 34,244 claims from the file to the loss development, beside a plain script; and files that are refused."""

import csv
import lzma
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from company_kit import make_crm
from crm_industry_insurance.bordereau import losses, take_in
from crm_industry_insurance.desk import Desk
from insurer_kit import insurer, listed, shown

from crmcore import Customer
from crmcore.desk.viewing import report_tables

HERE = Path(__file__).parent
LAST = date(2018, 12, 31)
ALL, PART = (1, 34_244), (10, 3_425)


@pytest.fixture(scope="module", params=[PART, pytest.param(ALL, marks=pytest.mark.torture)])
def prism(tmp_path_factory, request):
    """Claims of the file, every so many of them, how many they are, and an insurer that has taken them in."""
    step, claims = request.param
    path = tmp_path_factory.mktemp("prism") / "prism.csv"
    head, *lines = lzma.decompress((HERE / "data" / "prism" / "prism.csv.xz").read_bytes()).splitlines(keepends=True)
    path.write_bytes(b"".join((head, *lines[::step])))
    crm = make_crm("insurance")
    with crm.unit("bordereau") as unit:
        unit.add(Customer(id="prism", name="PRISM"))
        take_in(Desk(unit, LAST), losses(path, 2), "prism")
    return path, crm, claims


def tables(crm, name):
    return report_tables(crm.state(LAST), crm.catalogue, crm.catalogue.report(f"insurance.{name}"))


def script(path):
    """Return the paid triangle of a file: line, accident year, claims, and what was paid up to the end of each year."""
    claims, paid = Counter(), {}
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            place = {"Auto": "motor", "Home": "home"}[row["Line"]], row["AccidentDate"][:4]
            claims[place] += 1
            when = int(row["PaymentDate"][:4])
            paid.setdefault(place, Counter())[when] += round(Decimal(row["TotalPayment"]), 6)
    longest = LAST.year - 2008
    rows = []
    for line, year in sorted(claims):
        each = range(int(year), int(year) + longest + 1)
        cells = [sum((a for y, a in paid[line, year].items() if y <= last), Decimal(0)) for last in each]
        known = [cell if last <= LAST.year else None for cell, last in zip(cells, each, strict=True)]
        rows.append((line, year, claims[line, year], *known))
    return rows


def test_losses_develop_as_a_plain_script_says(prism):
    path, crm, claims = prism
    (table,) = tables(crm, "loss_development")
    assert list(table.rows) == script(path)
    assert sum(row[2] for row in table.rows) == claims


def test_nothing_is_lost_on_the_way(prism):
    path, crm, claims = prism
    with path.open(encoding="utf-8") as file:
        paid = [float(row["Paid"]) for row in csv.DictReader(file)]
    (funds,) = tables(crm, "funds")
    assert float(sum(row[5] for row in funds.rows)) == pytest.approx(sum(paid), abs=0.01)
    ages, closed = tables(crm, "claims_ageing")
    assert sum(row[1] for row in ages.rows) == 0
    assert sum(row[1] for row in closed.rows) == claims
    assert sum(row[2] for row in closed.rows) == sum(amount == 0 for amount in paid)


# --- files ------------------------------------------------------------------------------------------------------------

HEADER = "ClaimNo,AccidentDate,ReportDate,Line,Type,Limit,Deductible,Paid,PaymentDate,CloseDate,Outstanding"
GOOD = "1,2025-03-04,3/5/2025,Auto,PD,8000.0,1000,512.3456789,2025-06-01,6/1/2025,0"
OPEN = "2,2025-03-04,3/5/2025,Home,Dwelling,200000.0,20000,0.0,2025-06-01,,750"


@pytest.fixture
def trial(crm_with):
    return insurer(crm_with)


def test_a_bordereau_makes_block_policies_benefits_claims_and_payments(trial):
    Path("b.csv").write_text(f"{HEADER}\n{GOOD}\n{OPEN}\n", "utf-8")
    told = trial.run("claim bordereau b.csv --holder cy --on 2026-01-01").assert_ok()
    assert told.err == "crm: 2 claims taken in from b.csv\n"
    assert listed(trial, "policy", "id,state,starts,ends") == [
        ("cy-motor", "in_force", "2025-03-04", "2025-03-04"),
        ("cy-home", "in_force", "2025-03-04", "2025-03-04"),
    ]
    assert listed(trial, "claim_payment", "claim,on,amount") == [("cy-1", "2025-06-01", "512.345679")]
    assert shown(trial, "claim", "cy-1")["benefit"] == "cy-motor-1"
    assert (shown(trial, "claim", "cy-2")["state"], shown(trial, "claim", "cy-2")["reserve"]) == ("assessed", "750")
    trial.run("claim bordereau b.csv --holder cy").assert_fails("with this id already")


def test_an_open_claim_of_a_bordereau_goes_on_like_any_other(trial):
    Path("b.csv").write_text(f"{HEADER}\n{OPEN}\n", "utf-8")
    trial.run("claim bordereau b.csv --holder cy").assert_ok()
    trial.run("claim reject cy-2 --reason excluded --on 2026-01-02").assert_ok()
    assert shown(trial, "claim", "cy-2")["state"] == "rejected"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a,b\n1,2\n", "is no bordereau: it has no column ClaimNo, AccidentDate"),
        (f"{HEADER}\n{GOOD.replace('2025-03-04', '3/4/2025')}\n", "b.csv:2: AccidentDate='3/4/2025': is no date"),
        (
            f"{HEADER}\n{GOOD}\n{OPEN.replace('Home', 'Pet')}\n",
            "b.csv:3: Line='Pet': is another line than Auto and Home",
        ),
        (f"{HEADER}\n{GOOD.replace('8000.0', 'x')}\n", "b.csv:2: Limit='x': is no amount"),
        (f"{HEADER}\n{GOOD.replace('512.3456789', 'NaN')}\n", "b.csv:2: Paid='NaN': is no amount"),
        (f"{HEADER}\n1,2025-03-04\n", "b.csv:2: PaymentDate: is no date"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_line_and_column(trial, text, why):
    Path("b.csv").write_text(text, "utf-8")
    trial.run("claim bordereau b.csv --holder cy").assert_fails(why)
    trial.run("claim bordereau b.csv --holder cy --dry-run").assert_fails(why)
    assert listed(trial, "claim", "id") == []
