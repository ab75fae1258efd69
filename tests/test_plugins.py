"""Plugins are found, ordered, imported and asked one by one, and none of them can stop the CRM."""

import itertools
import subprocess
import sys
import types
from pathlib import Path
from textwrap import dedent

import pytest
from broken_plugins import BROKEN
from site_kit import forget, install

from crmcore import CrmError, Customer, Field, UnknownName, __version__, hookimpl
from crmcore.plugging.catalogue import build_catalogue
from crmcore.plugging.distributions import Candidate
from crmcore.plugging.finding import in_order
from crmcore.plugging.loading import load_plugins
from crmcore.plugging.plugins import PluginRecord, Plugins

GOOD = """
    from crmcore import Customer, Field, hookimpl

    @hookimpl
    def crm_fields():
        return [Field("{name}.chairs", int, on=Customer)]
"""


@pytest.fixture
def site(tmp_path, monkeypatch):
    """An empty place for distributions; nothing else that is installed on this machine can be seen."""
    folder = tmp_path / "site"
    folder.mkdir()
    before = set(sys.modules)
    of_python = [entry for entry in sys.path if entry.startswith(sys.base_prefix) and "site-packages" not in entry]
    monkeypatch.setattr(sys, "path", [str(folder), *of_python])
    yield folder
    forget(before)


def outcome(plugins):
    return {record.name: record.status for record in plugins.records}


def test_an_installed_plugin_is_found_by_its_entry_point(site):
    install(site, "northwind", GOOD, dist="Northwind.Dental", version="1.4")
    plugins = load_plugins()
    assert plugins.records == (
        PluginRecord(
            "northwind", "Northwind.Dental", "1.4", module="crm_northwind", file=str(site / "crm_northwind.py")
        ),
    )
    assert plugins.active == ("northwind",)
    (item,) = plugins.contributions
    assert (item.plugin, item.version, item.kind, item.name) == ("northwind", "1.4", "field", "northwind.chairs")
    assert item.place == f"{site / 'crm_northwind.py'}:6"
    assert plugins.notes == ()


def test_without_plugins_there_is_just_the_core(site):
    assert load_plugins() == Plugins()


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_plugin_is_set_aside_and_says_why_while_the_others_work(site, case):
    code, said = BROKEN[case]
    install(site, "alpha", GOOD)
    (site / "crm_bad_part.py").write_text("from crm_bad import y\nx = 1\n")
    install(site, "bad", code)
    install(site, "zulu", GOOD)
    plugins = load_plugins()
    assert outcome(plugins) == {"alpha": "active", "bad": "failed", "zulu": "active"}
    reason = plugins.record("bad").reason
    for part in said:
        assert part in reason
    assert [item.name for item in plugins.contributions] == ["alpha.chairs", "zulu.chairs"]
    assert build_catalogue(plugins).names("field") == ("alpha.chairs", "zulu.chairs")


@pytest.mark.parametrize("prefix", ["scheme", "metric", "setting", "view", "report", "rule"])
def test_every_named_kind_must_carry_the_plugins_prefix(site, prefix):
    made = {
        "scheme": "Scheme('other.x', Segment('all'))",
        "metric": "Metric('other.x', count(rows(Purchase)))",
        "setting": "Setting('other.x', 1)",
        "view": "View('other.x', ['name'])",
        "report": "Report('other.x', lambda company: [])",
        "rule": "Rule('other.x', Purchase, rows(Purchase).amount >= 0)",
    }[prefix]
    code = f"from crmcore import *\n@hookimpl\ndef crm_{prefix}s():\n    return [{made}]\n"
    names = "Scheme, Segment, Metric, Setting, View, Report, Rule, Purchase, count, hookimpl, rows"
    install(site, "bad", code.replace("import *", f"import {names}"))
    reason = load_plugins().record("bad").reason
    assert f"the {prefix} 'other.x' ({site / 'crm_bad.py'}:4) comes from the plugin 'bad'" in reason
    assert "call it 'bad.x'" in reason


def test_all_mistakes_in_the_hooks_of_a_plugin_are_named_at_once(site):
    install(site, "bad", "def crm_fields(): return []\ndef crm_schemes(): return []\ncrm_views = 1\n")
    reason = load_plugins().record("bad").reason
    assert len(reason.splitlines()) == 3
    assert all(name in reason for name in ("crm_fields", "crm_schemes", "crm_views"))


def test_what_to_do_about_a_wrong_rule_stands_in_the_one_line_that_lists_show(site):
    install(site, "bad", "from crmcore import Purchase, rows\nx = 1 < rows(Purchase).amount < 2\n")
    reason = load_plugins().record("bad").reason
    assert reason.startswith("a rule has no truth value of its own. Combine rules with & | ~ instead of")
    assert reason.endswith(f"({site / 'crm_bad.py'}:2)")
    assert len(reason.splitlines()) == 1


def test_the_traceback_of_a_failure_is_kept_for_its_author(site):
    install(site, "bad", "def f():\n    return 1 / 0\nf()\n")
    record = load_plugins().record("bad")
    assert record.traceback.startswith("Traceback (most recent call last):")
    assert f'File "{site / "crm_bad.py"}", line 2, in f' in record.traceback


def test_what_a_plugin_prints_goes_to_stderr(site, capsys):
    code = GOOD.replace("return", "print('hooked')\n        return") + "\n    import sys\n    print('imported')\n"
    code += "    sys.stdout.write('written')\n"
    install(site, "loud", code)
    assert load_plugins().active == ("loud",)
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "imported\nwrittenhooked\n"


def test_ctrl_c_during_an_import_stops_the_program(site):
    install(site, "slow", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        load_plugins()


def test_a_disabled_plugin_is_not_even_imported(site):
    install(site, "bad", "raise SystemExit")
    plugins = load_plugins(disabled={"bad": "crm.toml:12"})
    assert plugins.records == (
        PluginRecord("bad", "crm-bad", "1.0", "disabled", "disabled by crm.toml:12", module="crm_bad"),
    )
    assert "crm_bad" not in sys.modules
    assert plugins.notes == ()


def test_disabling_what_is_not_there_is_noted_with_a_suggestion(site):
    install(site, "value_tier", GOOD)
    plugins = load_plugins(disabled={"vaule_tier": "crm.toml:12"})
    assert outcome(plugins) == {"value_tier": "active"}
    (note,) = plugins.notes
    assert note == "crm.toml:12 disables 'vaule_tier': no plugin named 'vaule_tier'; did you mean 'value_tier'?"


def test_two_distributions_with_one_entry_point_name_are_both_named_and_neither_is_loaded(site):
    install(site, "tier", GOOD, dist="crm-tier", version="1.2")
    install(site, "tier", None, dist="acme-tier", version="3.0", entry="acme_tier")
    plugins = load_plugins()
    assert [(one.distribution, one.status) for one in plugins.records] == [
        ("acme-tier", "conflict"),
        ("crm-tier", "conflict"),
    ]
    for record in plugins.records:
        assert record.reason.startswith("acme-tier 3.0 and crm-tier 1.2 both provide a plugin 'tier'")
    assert "crm_tier" not in sys.modules


def test_a_leftover_of_an_older_version_beside_the_newer_one_is_no_conflict(site):
    install(site, "tier", GOOD, version="1.9")
    install(site, "tier", None, version="1.10")
    assert [(one.version, one.status) for one in load_plugins().records] == [("1.10", "active")]


def test_a_copy_further_down_the_path_is_passed_over(site, tmp_path, monkeypatch):
    install(site, "tier", GOOD, version="1.0")
    other = tmp_path / "other"
    other.mkdir()
    install(other, "tier", "raise SystemExit", version="2.0")
    sys.path.append(str(other))
    assert [(one.version, one.status) for one in load_plugins().records] == [("1.0", "active")]


def test_a_plugin_for_a_newer_core_is_incompatible_and_not_imported(site):
    install(site, "future", "raise SystemExit", requires=["attrs", "crmcore >=99,<100"])
    record = load_plugins().record("future")
    assert (record.status, record.reason) == (
        "incompatible",
        f"it needs crmcore >=99,<100; this is {__version__}; install versions that fit each other",
    )
    assert "crm_future" not in sys.modules


@pytest.mark.parametrize("name", ["value-tier", "Tier", "2tier", "crm", "tier.x"])
def test_a_name_that_cannot_be_a_prefix_is_refused(site, name):
    install(site, name, GOOD, dist="crm-odd", entry="crm_odd")
    (record,) = load_plugins().records
    assert record.status == "failed"
    assert record.reason.startswith(f"{name!r} cannot name a plugin")


def test_an_entry_point_must_name_a_module(site):
    install(site, "tier", GOOD, entry="crm_tier:plugin")
    record = load_plugins().record("tier")
    assert record.reason == "its entry point must name a module such as 'crm_tier', not 'crm_tier:plugin'"


def test_a_distribution_without_metadata_is_reported(site):
    install(site, "tier", GOOD, metadata=False)
    record = load_plugins().record("tier")
    assert record.status == "failed"
    assert str(site) in record.reason


def test_unreadable_entry_points_of_ours_are_reported_and_those_of_others_are_not(site):
    (install(site, "tier", GOOD) / "entry_points.txt").write_bytes(b"[crm.plugins]\ntier = crm_tier \xff\n")
    (install(site, "strange", None, dist="strange") / "entry_points.txt").write_bytes(b"[other]\nx = \xff\n")
    (record,) = load_plugins().records
    assert (record.name, record.status) == ("tier", "failed")
    assert record.reason.startswith("its entry points cannot be read")


def test_an_optional_requirement_and_other_groups_do_not_matter(site):
    info = install(site, "tier", GOOD, requires=['crmcore>=99; extra == "next"', "not a requirement ("])
    with (info / "entry_points.txt").open("a") as file:
        file.write("[console_scripts]\ntier = crm_tier:main\n")
    assert outcome(load_plugins()) == {"tier": "active"}


def test_a_module_without_hooks_is_noted(site):
    install(site, "words", "x = 1\n")
    plugins = load_plugins()
    assert outcome(plugins) == {"words": "active"}
    assert plugins.notes == ("the plugin 'words' has no hooks, so it adds nothing by itself",)


def test_plugins_that_import_each_other_in_a_circle_fail_alone(site):
    install(site, "one", "from crm_two import b\na = 1\n" + dedent(GOOD))
    install(site, "two", "from crm_one import a\nb = 1\n" + dedent(GOOD))
    install(site, "zulu", GOOD)
    assert outcome(load_plugins()) == {"one": "failed", "two": "failed", "zulu": "active"}


def test_modules_of_all_shapes_lie_beside_hooks_without_being_taken_for_them(site):
    code = (
        GOOD
        + """
    from crmcore import Purchase, rows
    from unittest.mock import MagicMock
    purchase = rows(Purchase)
    amount = purchase.amount
    crm_mailer = MagicMock()
    def crm_mailing_list(): return 1
    def __getattr__(name): raise RuntimeError(name)
    """
    )
    install(site, "tier", code)
    assert outcome(load_plugins()) == {"tier": "active"}


# --- order ------------------------------------------------------------------------------------------------------------


def candidate(name, *requires, local=False):
    if local:
        return Candidate(name, Path(f"{name}.py"))
    return Candidate(name, f"crm_{name}", f"crm-{name}", "1.0", tuple(requires))


def test_plugins_come_after_those_they_require_then_by_name_and_local_ones_last():
    found = [
        candidate("acme", local=True),
        candidate("zulu"),
        candidate("alpha", "CRM_Zulu>=1", "attrs"),
        candidate("mike", 'crm-nothing; extra == "x"'),
        candidate("bravo", "crm-alpha", 'crm-mike; extra == "x"'),
    ]
    expected = ["mike", "zulu", "alpha", "bravo", "acme"]
    for order in itertools.permutations(found):
        assert [one.name for one in in_order(order)] == expected


def test_requirements_in_a_circle_start_with_the_first_by_name():
    found = [candidate("one", "crm-two"), candidate("two", "crm-one"), candidate("zero", "crm-zero")]
    for order in itertools.permutations(found):
        assert [one.name for one in in_order(order)] == ["zero", "one", "two"]


# --- local and given plugins ------------------------------------------------------------------------------------------


def local_plugin(tmp_path, name, code):
    path = tmp_path / "crm_plugins" / f"{name}.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(dedent(code).replace("{name}", name))
    return path


def test_a_one_file_plugin_beside_the_store_works_like_an_installed_one_and_leaves_no_files(
    site, tmp_path, monkeypatch
):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = local_plugin(tmp_path, "northwind", GOOD + "\n    __version__ = '7'\n")
    plugins = load_plugins(local=[path])
    assert plugins.records == (PluginRecord("northwind", version="7", module="crm_plugins_northwind", file=str(path)),)
    assert [item.place for item in plugins.contributions] == [f"{path}:6"]
    assert [one.name for one in path.parent.iterdir()] == ["northwind.py"]


def test_an_edited_local_plugin_is_read_anew(site, tmp_path):
    path = local_plugin(tmp_path, "northwind", GOOD)
    load_plugins(local=[path])
    path.write_text(path.read_text().replace("chairs", "tables"))
    assert [item.name for item in load_plugins(local=[path]).contributions] == ["northwind.tables"]


def test_a_local_plugin_that_is_not_there_or_broken_is_reported(site, tmp_path):
    missing = tmp_path / "crm_plugins" / "absent.py"
    broken = local_plugin(tmp_path, "broken", "import nothing_like_this\n")
    plugins = load_plugins(local=[missing, broken])
    assert outcome(plugins) == {"absent": "failed", "broken": "failed"}
    assert plugins.record("absent").reason == f"there is no file {missing}"
    assert f"{broken}:1" in plugins.record("broken").reason
    assert "crm_plugins_broken" not in sys.modules


def test_a_local_plugin_cannot_stand_in_for_an_installed_one(site, tmp_path):
    install(site, "tier", GOOD)
    path = local_plugin(tmp_path, "tier", GOOD)
    plugins = load_plugins(local=[path])
    assert [record.status for record in plugins.records] == ["conflict", "conflict"]
    assert all(f"crm-tier 1.0 and {path} both" in record.reason for record in plugins.records)


def test_given_modules_are_plugins_and_nothing_else_is_searched(site):
    def crm_fields():
        return [Field("northwind.chairs", int, on=Customer)]

    install(site, "tier", "raise SystemExit")
    module = types.ModuleType("crm_northwind")
    module.crm_fields = hookimpl(crm_fields)
    plugins = load_plugins(only=[module])
    assert outcome(plugins) == {"northwind": "active"}
    assert load_plugins(only=[]) == Plugins()


def test_only_the_named_plugins_are_imported(site):
    install(site, "tier", GOOD)
    install(site, "stage", "raise SystemExit")
    assert outcome(load_plugins(only=["tier"])) == {"tier": "active"}
    assert "crm_stage" not in sys.modules
    with pytest.raises(UnknownName, match="did you mean 'stage'"):
        load_plugins(only=["stages"])


# --- events and setting aside -----------------------------------------------------------------------------------------

EVENTS = """
    from crmcore import hookimpl
    heard = []

    @hookimpl
    def crm_committed(changes):
        print("heard")
        heard.append(changes)
        if changes == "boom":
            raise SystemExit("no more")
"""


def test_each_listener_is_told_on_its_own_and_its_failure_is_returned(site, capsys):
    install(site, "deaf", GOOD)
    install(site, "beta", EVENTS)
    install(site, "alpha", EVENTS)
    plugins = load_plugins()
    assert plugins.listeners("crm_committed") == ("alpha", "beta")
    assert plugins.listeners("crm_placements_changed") == ()
    assert plugins.tell("alpha", "crm_committed", changes=(1,)) is None
    failure = plugins.tell("beta", "crm_committed", changes="boom")
    assert failure.reason.startswith("it ended the program (SystemExit: no more)")
    assert "crm_beta.py" in failure.traceback
    assert sys.modules["crm_alpha"].heard == [(1,)]
    assert sys.modules["crm_beta"].heard == ["boom"]
    assert capsys.readouterr().out == ""


def test_a_plugin_that_is_set_aside_neither_contributes_nor_listens(site):
    install(site, "alpha", dedent(GOOD) + dedent(EVENTS))
    install(site, "beta", dedent(GOOD) + dedent(EVENTS))
    plugins = load_plugins().set_aside("alpha", "conflict", "because")
    assert outcome(plugins) == {"alpha": "conflict", "beta": "active"}
    assert plugins.record("alpha").reason == "because"
    assert plugins.listeners("crm_committed") == ("beta",)
    assert [item.name for item in plugins.contributions] == ["beta.chairs"]


def test_an_unknown_plugin_gets_a_suggestion(site):
    install(site, "tier", GOOD)
    with pytest.raises(CrmError, match="did you mean 'tier'"):
        load_plugins().record("teir")


def test_importing_the_loader_costs_no_heavy_library():
    heavy = {"importlib.metadata", "cattrs", "tinydb", "rich", "click", "traceback", "tomllib"}
    code = f"import sys, crmcore.plugging.catalogue; print(*sorted({heavy!r} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


def test_fields_are_the_objects_that_the_plugin_declared(site):
    install(site, "tier", GOOD)
    (item,) = load_plugins().contributions
    assert isinstance(item.value, Field)
