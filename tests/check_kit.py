"""Projects of plugins on disk, good and bad ones, for tests of what their authors are told."""

from pathlib import Path

from crmcore.author.checking import VALIDATORS

SLOW = {"wheel", "import-budget", "round-trip", "usable"}
QUICK = tuple(one for one in VALIDATORS if one.id not in SLOW)
"""The validators that need no process or company of their own."""

GOOD_MODULE = '''"""How one supplier sorts its customers."""

from crmcore import (
    Customer, DATE, Field, Metric, Purchase, Record, Report, Rule, Scheme, Segment, Setting, TEXT, Table, View,
    column, count, hookimpl, record, rows, total,
)

purchase = rows(Purchase)


def both(en, zh):
    return {"en": en, "zh": zh}


chairs = Field("acme.chairs", int, on=Customer, unit="chairs", label=both("Chairs", "牙椅数"))
level = Field("acme.level", str, on=Customer, choices=("gold", "silver"), label=both("Level", "级别"))
key_spend = Setting("acme.key_spend", 1000, label=both("Key spend", "重点消费额"), doc=both("Ours.", "我们的。"))
few = Setting("acme.few", 3, unit="purchases", label=both("Few", "少量"), doc=both("Ours.", "我们的。"))
paper = Setting("acme.paper", "A4", choices=("A4", "A5"), label=both("Paper", "纸张"), doc=both("Of letters.", "信纸。"))
spend = Metric("acme.spend", total(purchase.amount), label=both("Spend", "消费额"))
orders = Metric("acme.orders", count(purchase), unit="purchases", label=both("Orders", "订单数"))
tier = Scheme(
    "acme.tier",
    Segment("key", when=(spend >= key_spend).or_else(False) | level.is_("gold").or_else(False), label=both("Key", "重点")),
    Segment("regular", when=orders >= few, label=both("Regular", "常客")),
    Segment("standard", label=both("Standard", "普通")),
    label=both("Tier", "等级"),
    doc=both("By spend.", "按消费额。"),
)


@record("visit", links={"customer": "customer"}, dated_by="on", label=both("Visit", "拜访"))
class Visit(Record):
    """Somebody went there."""

    customer: str = column(TEXT, required=True, refers_to=Customer, label=both("Customer", "客户"))
    on: object = column(DATE, required=True, label=both("Date", "日期"))


def names(company):
    return [Table(("name", "paper"), tuple((one.name, company.setting(paper)) for one in company.rows(Customer)))]


@hookimpl
def crm_records():
    return [Visit]


@hookimpl
def crm_fields():
    return [chairs, level]


@hookimpl
def crm_settings():
    return [paper]


@hookimpl
def crm_rules():
    return [Rule("acme.chairs_known", Customer, (chairs >= 0).or_else(True), message=both("No chairs?", "没有牙椅?"))]


@hookimpl
def crm_schemes():
    return [tier]


@hookimpl
def crm_views():
    return [View("acme.best", ("name", spend, tier), sort="-acme.spend", label=both("Best", "最佳"))]


@hookimpl
def crm_reports():
    return [Report("acme.names", names, label=both("Names", "名单"), doc=both("All names.", "全部名称。"))]


@hookimpl
def crm_commands():
    import click

    limit = click.Option(["--limit"], type=int, help="How many letters.")
    return [click.Command("letters", params=[limit], help="Print letters.", epilog="Example: crm letters --limit 3")]
'''

GOOD_PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "crm-acme"
version = "1.0"
readme = "README.md"
requires-python = ">=3.11"
license = "MIT"
dependencies = ["crmcore>=0.1,<0.2"]

[project.entry-points."crm.plugins"]
acme = "crm_acme"

[tool.hatch.build.targets.wheel]
packages = ["crm_acme"]
"""

GOOD = {
    "pyproject.toml": GOOD_PROJECT,
    "README.md": "# crm-acme\n\nHow one supplier sorts its customers.\n",
    "crm_acme/__init__.py": GOOD_MODULE,
    "crm_acme/py.typed": "",
    "tests/test_acme.py": "def test_something():\n    assert True\n",
}


def write(folder: Path, files: dict[str, str | bytes | None]) -> Path:
    """Write a good project with some files that differ; None leaves one out."""
    for name, content in {**GOOD, **files}.items():
        path = folder / name
        if content is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def module(*changes: tuple[str, str], more: str = "") -> dict[str, str]:
    """Return the module of the good project with some texts replaced and some code at its end."""
    return {"crm_acme/__init__.py": changed(GOOD_MODULE, *changes) + more}


def project(*changes: tuple[str, str], more: str = "") -> dict[str, str]:
    """Return the pyproject.toml of the good project with some texts replaced and some lines at its end."""
    return {"pyproject.toml": changed(GOOD_PROJECT, *changes) + more}


def changed(text: str, *changes: tuple[str, str]) -> str:
    """Replace texts, each of which must be there."""
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after)
    return text
