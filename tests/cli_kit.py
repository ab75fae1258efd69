"""A small shop with a plugin of its own, and a way to run commands in it."""

from pathlib import Path

import pytest
from attrs import frozen
from click.testing import CliRunner

from crmcore.cli.main import cli
from crmcore.testing.ran import Ran
from crmcore.testing.surroundings import surround

PLUGIN = '''
"""A shop that sorts its customers and notes visits."""

import click
from crmcore import Customer, DATE, Field, MONEY, Metric, Playbook, Purchase, Record, Report, Scheme, Segment, Setting, TEXT
from crmcore import Table, View, column, hookimpl, opened, record, rows, total

spend = Metric("shop.spend", total(rows(Purchase).amount), label={"en": "Spend", "zh": "消费额"})
much = Setting("shop.much", 1000)
level = Field("shop.level", str, on=Customer, choices=("low", "high"), label={"en": "Level", "zh": "级别"})
limit = Field("shop.limit", MONEY, on=Customer)
tier = Scheme(
    "shop.tier",
    Segment("big", when=spend >= much, label={"en": "Big customer", "zh": "大客户"}),
    Segment("liked", when=level.is_("high").or_else(False)),
    Segment("small"),
    label={"en": "Tier", "zh": "等级"},
)
recent = Scheme(
    "shop.recent",
    Segment("recent", when=total(rows(Purchase).amount, where=rows(Purchase).at.within(days=10)) > 0),
    Segment("quiet"),
)


@record("visit", links={"customer": "customer"}, dated_by="on", label={"en": "Visit", "zh": "拜访"})
class Visit(Record):
    """Somebody went there."""

    customer: str = column(TEXT, required=True, refers_to=Customer, label={"en": "Customer"})
    on: object = column(DATE, required=True)
    note: str | None = column(TEXT)


@hookimpl
def crm_records():
    return [Visit]


@hookimpl
def crm_fields():
    return [level, limit]


@hookimpl
def crm_schemes():
    return [tier, recent]


@hookimpl
def crm_playbooks():
    return [Playbook("shop.care", tier, "big", service="Look after them", label={"en": "Care", "zh": "维护"})]


@hookimpl
def crm_views():
    return [View("shop.best", ("id", "name", spend, tier), sort="-shop.spend", bar="shop.spend", label={"en": "Best"})]


@hookimpl
def crm_reports():
    return [Report("shop.names", lambda company: [Table(("name",), tuple((c.name,) for c in company.rows(Customer)), "Names")])]


@hookimpl
def crm_commands():
    return [click.Command("greet", help="Greet somebody.", callback=lambda: click.echo("hello")), tally]


@click.command("tally", help="Count customers.")
@click.option("--of", default="1")
@click.pass_context
def tally(ctx, of):
    crm = opened(ctx)
    click.echo(crm.state().reader.count("customer") // int(of))
'''

_STOCK: dict[str, bytes] = {}

BROKEN = "raise RuntimeError('no such luck')\n"


@frozen
class Shop:
    """A folder with a store."""

    folder: Path

    def crm(self, *arguments: str, input: str | bytes | None = None) -> Ran:  # noqa: A002 - as click calls it
        """Run a command in this process."""
        done = CliRunner().invoke(cli, list(arguments), input=input, prog_name="crm")
        return Ran(done.exit_code, done.stdout, done.stderr, arguments)

    def fine(self, *arguments: str, input: str | bytes | None = None) -> Ran:  # noqa: A002 - as click calls it
        """Run a command that must succeed."""
        return self.crm(*arguments, input=input).assert_ok()

    def write(self, name: str, text: str) -> str:
        """Write a file and return its name."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        return name

    def stock(self) -> None:
        """Enter three customers and what they bought; done once, then copied."""
        if not _STOCK:
            self._enter()
            _STOCK.update({path.name: path.read_bytes() for path in self.folder.glob("crm.json*")})
        for name, content in _STOCK.items():
            (self.folder / name).write_bytes(content)
            (self.folder / name).chmod(0o600)

    def _enter(self) -> None:
        self.fine("init", "--currency", "EUR", "--zone", "Europe/Berlin")
        for key, name, level in (("c1", "Ada", "high"), ("c2", "客户乙", "low"), ("c3", "Eve|Eva", "")):
            self.fine("customer", "add", "--id", key, "--name", name, "--shop.level", level)
        for key, customer, at, amount in (
            ("p1", "c1", "2024-05-01", "100.255"),
            ("p2", "c2", "2024-05-02T13:30", "2000"),
            ("p3", "c2", "2024-05-20", "-10.5"),
        ):
            self.fine("purchase", "add", "--id", key, "--customer", customer, "--at", at, "--amount", amount)


def new_shop(folder: Path, monkeypatch: pytest.MonkeyPatch, *besides: str, plugin: str = PLUGIN) -> Shop:
    """Return a shop without a store, whose plugin is the only one, ``besides`` some bundled ones."""
    shop = Shop(folder)
    surround(monkeypatch, folder)
    monkeypatch.setenv("CRM_DISABLE_PLUGINS", ",".join(name for name in _installed() if name not in besides))
    shop.write("crm_plugins/shop.py", plugin)
    shop.write("crm.toml", '[plugins]\nlocal = ["shop"]\n')
    return shop


def _installed() -> tuple[str, ...]:
    from crmcore.plugging.distributions import installed  # noqa: PLC0415 - not every user of this file needs it

    return tuple(candidate.name for candidate in installed())
