"""Every broken plugin on a company's own store: the CRM starts, says who and what to do, and loses nothing."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from attrs import frozen
from broken_plugins import BROKEN
from cli_kit import PLUGIN, Ran, Shop, new_shop
from misbehaving_plugins import MISBEHAVING, SET_ASIDE
from site_kit import forget, install, uninstall

from crmcore.plugging import remedies

ACME = (
    PLUGIN.replace("shop", "acme")
    + """

from crmcore import StoreKind

@hookimpl
def crm_stores():
    return [StoreKind("ledger", print)]
"""
)
BAD = """
from crmcore import TEXT, Customer, Field, Record, Scheme, Segment, column, hookimpl, record

chairs = Field("bad.chairs", int, on=Customer)
tier = Scheme("bad.tier", Segment("large", when=chairs >= 5), Segment("small", when=chairs < 5))


@record("remark", links={"customer": "customer"})
class Remark(Record):
    customer: str = column(TEXT, required=True, refers_to=Customer)
    text: str | None = column(TEXT)


@hookimpl
def crm_records():
    return [Remark]


@hookimpl
def crm_schemes():
    return [tier]
"""
_STOCK: dict[str, bytes] = {}


@frozen
class Zoo:
    """A company with data of its own plugin ``acme``, and of a plugin ``bad`` that worked when the data was entered."""

    shop: Shop
    site: Path

    def crm(self, *arguments: str) -> Ran:
        """Run a command as if the program had just been started."""
        forget(set(sys.modules) - {"crm_acme", "crm_bad", "crm_bad_part"})
        return self.shop.crm(*arguments)

    def fine(self, *arguments: str) -> Ran:
        ran = self.crm(*arguments)
        assert ran.code == 0, ran.err
        return ran

    def breaks(self, code, **facts):
        """Put another version of the plugin in the place of the one that works."""
        uninstall(self.site, "bad")
        install(self.site, "bad", code, version="2.0", **facts)

    def mended(self):
        uninstall(self.site, "bad")
        install(self.site, "bad", BAD)

    def stock(self):
        """Enter data; done once, then copied."""
        if not _STOCK:
            self._enter()
            _STOCK.update({path.name: path.read_bytes() for path in self.shop.folder.glob("crm.json*")})
        for name, content in _STOCK.items():
            (self.shop.folder / name).write_bytes(content)
            (self.shop.folder / name).chmod(0o600)

    def _enter(self):
        self.fine("init", "--currency", "EUR", "--zone", "Europe/Berlin")
        for key, chairs in (("c1", "7"), ("c2", "2"), ("c3", "")):
            self.fine("customer", "add", "--id", key, "--name", key, "--acme.level", "high", "--bad.chairs", chairs)
        self.fine("remark", "add", "--id", "r1", "--customer", "c1", "--text", "likes tea")
        self.fine("visit", "add", "--id", "v1", "--customer", "c2", "--on", "2026-01-05")
        self.fine("classify")

    def bytes(self):
        return {path.name: path.read_bytes() for path in self.shop.folder.glob("crm.json*")}

    def export(self):
        """Return every document by table and key, without what only counts commits."""
        found = json.loads((self.shop.folder / "crm.json").read_bytes())
        return {table: documents for table, documents in found.items() if table not in {"_crm", "_default"}}


@pytest.fixture
def zoo(tmp_path, monkeypatch):
    folder, site = tmp_path / "company", tmp_path / "site"
    folder.mkdir()
    site.mkdir()
    shop = new_shop(folder, monkeypatch)
    (folder / "crm.toml").unlink()
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)
    install(site, "acme", ACME)
    install(site, "bad", BAD)
    (site / "crm_bad_part.py").write_text("from crm_bad import y\nx = 1\n")
    found = Zoo(shop, site)
    found.stock()
    yield found
    forget(before)


def is_named_and_harmless(zoo, status, said):
    """Go through a company's day with a plugin that does not work, then mend it."""
    stored, before = zoo.bytes(), zoo.export()
    shown = zoo.fine("plugin", "show", "bad", "--format", "json").json
    assert shown["status"] == status
    for part in said:
        assert part in shown["reason"], shown["reason"]
    assert shown["todo"]
    listed = zoo.fine("customer", "list", "--columns", "id,name", "--format", "json")
    assert [row["id"] for row in listed.json] == ["c1", "c2", "c3"]
    assert listed.err == "crm: 1 plugin does not work: bad; see `crm plugin show bad`\n"
    counted = zoo.fine("segments")
    assert counted.out.splitlines()[0] == (
        f"1 plugin does not work: bad ({status}); its schemes and fields and records are not shown"
    )
    assert "acme.tier" in counted.out
    for refused in (("customer", "edit", "c1", "--set", "bad.chairs=1"), ("remark", "list")):
        ran = zoo.crm(*refused)
        assert ran.code == 1
        assert f"the plugin 'bad' is not active ({status}: " in ran.err
        assert "see `crm plugin show bad`" in ran.err
    assert zoo.bytes() == stored
    zoo.fine("customer", "edit", "c2", "--city", "Ulm")
    zoo.mended()
    zoo.fine("classify")
    after = zoo.export()
    assert after["remark"] == before["remark"]
    assert after["visit"] == before["visit"]
    assert after["placement:bad.tier"] == before["placement:bad.tier"]
    assert after["placement:acme.tier"] == before["placement:acme.tier"]
    for key in ("c1", "c2", "c3"):
        assert after["customer"][key]["fields"] == before["customer"][key]["fields"]
    assert "plugin" not in zoo.fine("segments", "bad.tier").out.splitlines()[0]


@pytest.mark.parametrize("case", BROKEN)
def test_a_plugin_that_cannot_be_loaded_is_named_and_loses_nothing(zoo, case):
    code, said = BROKEN[case]
    zoo.breaks(code)
    is_named_and_harmless(zoo, "failed", said)


@pytest.mark.parametrize("case", SET_ASIDE)
def test_a_plugin_whose_declarations_cannot_stand_together_is_named_and_loses_nothing(zoo, case):
    code, status, said = SET_ASIDE[case]
    zoo.breaks(code)
    is_named_and_harmless(zoo, status, said)


INSTALLED_WRONGLY = {
    "for_another_core": ({"requires": ["crmcore>=99"]}, "incompatible", ["it needs crmcore >=99; this is "]),
    "for_an_unreadable_core": (
        {"requires": ["crmcore>=?"]},
        "incompatible",
        ["its requirement 'crmcore>=?' cannot be read"],
    ),
    "for_another_plugin": ({"requires": ["crm-acme>=5"]}, "incompatible", ["it needs crm-acme >=5; this is 1.0"]),
    "that_needs_itself": ({"requires": ["crm-circle"]}, "failed", ["it needs circle, which needs bad itself"]),
    "at_no_module": ({"entry": "crm_bad:plugin"}, "failed", ["its entry point must name a module"]),
}


@pytest.mark.parametrize("case", INSTALLED_WRONGLY)
def test_a_plugin_that_is_wrongly_packed_is_not_imported_and_loses_nothing(zoo, case):
    facts, status, said = INSTALLED_WRONGLY[case]
    if case == "that_needs_itself":
        install(zoo.site, "circle", "raise SystemExit", requires=["crm-bad"])
    zoo.breaks("raise SystemExit('imported')", **facts)
    shown = zoo.fine("plugin", "show", "bad", "--format", "json").json
    assert shown["status"] == status
    assert all(part in shown["reason"] for part in said), shown["reason"]
    assert "imported" not in shown["reason"]
    if case != "that_needs_itself":
        is_named_and_harmless(zoo, status, said)


def test_two_distributions_that_provide_one_plugin_are_both_named(zoo):
    install(zoo.site, "bad", None, dist="other-bad", version="9", entry="crm_acme")
    before = zoo.export()
    ran = zoo.crm("customer", "list", "--format", "json")
    assert ran.err == "crm: 2 plugins do not work: bad; see `crm plugin show bad`\n"
    reason = zoo.fine("plugin", "show", "bad", "--format", "json").json["reason"]
    assert reason == "crm-bad 1.0 and other-bad 9 both provide a plugin 'bad'; uninstall or rename one of them"
    assert zoo.export() == before


def test_a_missing_dependency_is_named_with_the_command_that_installs_it(zoo):
    zoo.breaks("import wonderful_numbers", requires=["crmcore", "wonderful-numbers>=2"])
    reason = zoo.fine("plugin", "show", "bad", "--format", "json").json["reason"]
    assert reason.startswith("ModuleNotFoundError: No module named 'wonderful_numbers'")
    assert "it requires wonderful-numbers, which cannot be found: run `pip install wonderful-numbers`" in reason


@pytest.mark.parametrize("case", MISBEHAVING)
def test_what_a_plugin_does_to_everybody_is_put_back_and_said(zoo, monkeypatch, case):
    code, warning = MISBEHAVING[case]
    monkeypatch.setattr(remedies, "SLOW", 0.05 if case == "takes_its_time" else 60)
    zoo.breaks(code)
    before = everybodys()
    ran = zoo.fine("customer", "list", "--columns", "id", "--format", "json")
    assert [row["id"] for row in ran.json] == ["c1", "c2", "c3"]
    assert everybodys() == before
    listed = zoo.fine("plugin", "list", "--format", "json")
    assert {row["name"]: row["status"] for row in listed.json}["bad"] == "active"
    assert f"crm: bad: {warning}" in listed.err
    assert any(
        text.startswith(warning) for text in zoo.fine("plugin", "show", "bad", "--format", "json").json["warnings"]
    )


def everybodys():
    import decimal  # noqa: PLC0415 - as a plugin would
    import locale  # noqa: PLC0415 - the same

    handler = signal.getsignal(signal.SIGTERM)
    facts = decimal.getcontext().prec, locale.setlocale(locale.LC_ALL), sys.getrecursionlimit(), handler
    return (*facts, Path.cwd(), sys.path[:2], os.environ.get("CRM_ACTOR"), os.environ.get("CRM_STORE"))


def test_what_is_added_to_the_path_stands_behind_everything_else(zoo):
    zoo.breaks(MISBEHAVING["changes_the_path"][0])
    zoo.fine("customer", "list")
    assert sys.path[-1] == "/nowhere"
    sys.path.remove("/nowhere")


# --- what others do of it ---------------------------------------------------------------------------------------------


def test_an_event_hook_that_raises_is_named_and_blocks_nothing(zoo):
    code = BAD + "\n@hookimpl\ndef crm_committed(changes):\n    raise OSError('no network')\n"
    zoo.breaks(code)
    ran = zoo.fine("customer", "edit", "c1", "--city", "Ulm")
    (line,) = [line for line in ran.err.splitlines() if "bad" in line]
    assert line.startswith("crm: plugin 'bad' failed in crm_committed: OSError: no network (")
    assert f"crm_bad.py:{len(code.splitlines())})" in line
    assert zoo.export()["customer"]["c1"]["city"] == "Ulm"


def test_a_kind_of_store_that_raises_names_its_plugin(zoo):
    zoo.breaks(
        "from crmcore import StoreKind, hookimpl\n@hookimpl\ndef crm_stores():\n    return [StoreKind('odd', open_it)]\n"
        "def open_it(url):\n    raise KeyError('pass' + 'word')\n"
    )
    ran = zoo.crm("--store", "odd://x", "customer", "list")
    assert ran.code == 1
    assert "the plugin 'bad' cannot open the store odd://x: KeyError: 'password' (" in ran.err
    assert "crm_bad.py:6)" in ran.err
    assert "Its kind of store is declared at " in ran.err


def test_a_kind_of_store_that_returns_none_names_its_plugin(zoo):
    ran = zoo.crm("--store", "ledger://x", "customer", "list")
    assert ran.code == 1
    assert ran.out == ""
    assert (
        "the plugin 'acme' cannot open the store ledger://x: TypeError: it returned None, which has no exists"
        in ran.err
    )


@pytest.mark.parametrize(
    ("ends", "code", "said"),
    [
        ("raise SystemExit(3)", 3, ""),
        ("raise SystemExit('so it ends')", 1, "crm: so it ends"),
        ("1 / 0", 1, "plugin 'bad'"),
    ],
)
def test_a_command_of_a_plugin_ends_as_it_says(zoo, ends, code, said):
    zoo.breaks(
        "import click\nfrom crmcore import hookimpl\n@click.command('odd')\ndef odd():\n    "
        f"{ends}\n@hookimpl\ndef crm_commands():\n    return [odd]\n"
    )
    ran = zoo.crm("odd")
    assert ran.code == code
    assert said in ran.err


def test_a_ragged_report_names_plugin_report_and_row(zoo):
    zoo.breaks(
        "from crmcore import Report, Table, hookimpl\n@hookimpl\ndef crm_reports():\n"
        "    return [Report('bad.x', lambda company: [Table(('a', 'b'), ((1, 2), (3,)), 'Sums')])]\n"
    )
    ran = zoo.crm("report", "bad.x")
    assert ran.code == 1
    assert (
        "the report 'bad.x' of the plugin 'bad' failed: row 2 of its table 'Sums' has 1 values for 2 columns" in ran.err
    )


# --- in a process of its own ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("import os, sys\nsys.stdout = open(os.devnull, 'w')\nsys.exit(7)\n", "failed"),
        ("import signal, os\nos.chdir('/')\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nprint('[')\n", "active"),
        ("import sys\nsys.setrecursionlimit(60)\ndef f(): return f()\nf()\n", "failed"),
        ("import builtins\nbuiltins.print = None\nraise KeyError\n", "failed"),
    ],
)
def test_the_real_command_survives_what_a_plugin_does_at_import(zoo, code, status):
    zoo.breaks(code)
    environ = {**os.environ, "PYTHONPATH": str(zoo.site)}

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "crmcore", *arguments], capture_output=True, text=True, env=environ, check=False
        )

    ran = run("customer", "list", "--columns", "id", "--format", "jsonl")
    assert ran.returncode == 0, ran.stderr
    assert [json.loads(line)["id"] for line in ran.stdout.splitlines()] == ["c1", "c2", "c3"]
    listed = run("plugin", "list", "--format", "json")
    assert {row["name"]: row["status"] for row in json.loads(listed.stdout)}["bad"] == status
