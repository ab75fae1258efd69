"""What is going away is marked by one line, and its users are told with plugin, version, file and line.

Nothing of crmcore is marked today, so the tests mark things of their own.
"""

import importlib
import subprocess
import sys
import warnings
from pathlib import Path

import click
import pytest
from attrs import frozen
from cli_kit import new_shop
from click.testing import CliRunner

import crmcore
from crmcore import CrmRemovedIn2Warning, deprecations, hookspecs, kinds
from crmcore.deprecations import Gone, advice, removal, renamed, warn, watched
from crmcore.plugging.loading import load_plugins

HEAD = '__version__ = "0.3"\nfrom crmcore import hookimpl\n'
FATE = "is deprecated since 1.3, an error in 2.0 and gone in 2.1"

USES = {
    "a name": ("from crmcore import sum_of\n", 3, f"crmcore.sum_of {FATE}; use crmcore.total"),
    "a name that nothing replaces": ("import crmcore\nx = crmcore.whim\n", 4, f"crmcore.whim {FATE}"),
    "a hook": ("@hookimpl\ndef crm_views():\n    return []\n", 3, f"the hook crm_views {FATE}; use crm_tables"),
    "a hook's parameter": ("@hookimpl\ndef crm_committed(changes):\n    pass\n", 3, f"crm_committed(changes) {FATE}"),
    "a function's parameter": (
        "from crmcore.kinds import decimal\n\nx = decimal(figures=2)\n",
        5,
        f"decimal(figures=) {FATE}; use decimal(scale=)",
    ),
    "in a hook": (
        "\n@hookimpl\ndef crm_fields():\n    from crmcore import sum_of\n    return []\n",
        6,
        f"crmcore.sum_of {FATE}; use crmcore.total",
    ),
}


@pytest.fixture
def marked(monkeypatch):
    """One thing of every sort is going away."""
    monkeypatch.setattr(deprecations, "_USES", {})
    monkeypatch.setitem(deprecations.NAMES, "sum_of", Gone("grammar.terms:total", "crmcore.total", since="1.3"))
    monkeypatch.setitem(deprecations.NAMES, "whim", Gone("grammar.terms:count", "", since="1.3"))
    views = removal("the hook crm_views", "crm_tables", since="1.3")
    monkeypatch.setitem(hookspecs.crm_views.crm_spec, "warn_on_impl", views)
    changes = {"changes": removal("crm_committed(changes)", since="1.3")}
    monkeypatch.setitem(hookspecs.crm_committed.crm_spec, "warn_on_impl_args", changes)
    monkeypatch.setattr(kinds, "decimal", renamed(since="1.3", figures="scale")(kinds.decimal))


@pytest.fixture
def local(tmp_path):
    """Load a one-file plugin with the given text."""

    def load(text, name="acme"):
        file = tmp_path / f"{name}.py"
        file.write_text(HEAD + text)
        return load_plugins(local=[file], only=[name]).record(name)

    load.file = tmp_path / "acme.py"
    return load


# --- plugins ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", USES)
def test_a_plugins_use_is_kept_in_its_record_with_file_and_line_and_warns_nobody(local, marked, case):
    text, line, said = USES[case]
    record = local(text)
    assert (record.status, record.version) == ("active", "0.3")
    assert record.deprecated == (f"{local.file}:{line}: {said}",)


def test_a_plugin_that_uses_nothing_of_it_has_a_clean_record(local, marked):
    assert local("from crmcore import total\n").deprecated == ()


def test_a_plugin_that_was_imported_before_is_told_all_the_same(tmp_path, marked, monkeypatch):
    package = tmp_path / "crm_early"
    package.mkdir()
    (package / "__init__.py").write_text("from crm_early import inner\n")
    (package / "inner.py").write_text("from crmcore import sum_of\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.warns(CrmRemovedIn2Warning):
        module = importlib.import_module("crm_early")
    for name in ("crm_early", "crm_early.inner"):
        monkeypatch.delitem(sys.modules, name)
    assert load_plugins(only=[module]).record("early").deprecated == (
        f"{package / 'inner.py'}:1: crmcore.sum_of {FATE}; use crmcore.total",
    )


def test_other_warnings_of_a_plugin_go_their_way(local, marked):
    with pytest.warns(UserWarning, match="moon"):
        record = local("from crmcore import sum_of\nimport warnings\nwarnings.warn('full moon')\n")
    assert len(record.deprecated) == 1


def test_a_failing_plugin_is_told_as_well(local, marked):
    record = local("from crmcore import sum_of\n1 / 0\n")
    assert (record.status, len(record.deprecated)) == ("failed", 1)


@pytest.mark.parametrize("case", USES)
def test_from_version_2_on_a_use_is_an_error_and_the_plugin_is_set_aside(local, marked, monkeypatch, case):
    monkeypatch.setattr(deprecations, "__version__", "2.0.0")
    text, _, said = USES[case]
    record = local(text)
    assert record.status == "failed"
    assert said in record.reason


# --- what people see --------------------------------------------------------------------------------------------------


@pytest.fixture
def shop(tmp_path, monkeypatch, marked):
    made = new_shop(tmp_path, monkeypatch, plugin=HEAD + USES["a name"][0] + "\n" + USES["a hook"][0])
    made.fine("init")
    return made


def test_the_list_of_plugins_counts_uses_and_names_plugin_and_version(shop):
    ran = shop.fine("plugin", "list", "--format", "json")
    assert [(row["name"], row["deprecated"]) for row in ran.json if row["name"] == "shop"] == [("shop", 2)]
    assert "crm: shop 0.3 uses 2 things that are an error in crmcore 2.0; `crm plugin show shop` says where" in ran.err


@pytest.mark.parametrize("form", ["table", "json"])
def test_showing_a_plugin_says_where_each_use_stands(shop, form):
    ran = shop.fine("plugin", "show", "shop", "--format", form)
    for line, text in ((3, f"crmcore.sum_of {FATE}; use crmcore.total"), (5, f"the hook crm_views {FATE}")):
        assert f"crm_plugins/shop.py:{line}: {text}" in (ran.out if form == "json" else ran.err)


@pytest.mark.parametrize("command", [("customer", "list"), ("--help",), ("config", "show"), ("classify",)])
def test_ordinary_commands_say_nothing_of_it(shop, command):
    assert "deprecat" not in (ran := shop.fine(*command)).err + ran.out
    assert "2.0" not in ran.err


def test_a_process_of_its_own_is_as_quiet(tmp_path):
    code = (
        "from crmcore.deprecations import NAMES, Gone\n"
        "NAMES['sum_of'] = Gone('grammar.terms:total', 'crmcore.total', since='1.3')\n"
        "import helper\n"
    )
    (tmp_path / "helper.py").write_text("from crmcore import sum_of\n")
    python = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{code}"]
    assert subprocess.run(python, capture_output=True, text=True, check=True).stderr == ""
    asked = subprocess.run([python[0], "-Wdefault", *python[1:]], capture_output=True, text=True, check=True).stderr
    assert f"helper.py:1: CrmRemovedIn2Warning: crmcore.sum_of {FATE}; use crmcore.total" in asked


# --- marks ------------------------------------------------------------------------------------------------------------


def test_an_old_name_is_the_new_thing_and_an_unknown_one_is_an_error(marked):
    with pytest.warns(CrmRemovedIn2Warning, match=r"crmcore\.sum_of is deprecated") as caught:
        assert crmcore.sum_of is crmcore.total
    assert Path(caught[0].filename) == Path(__file__)
    with pytest.raises(AttributeError, match="module 'crmcore' has no attribute 'sumof'"):
        _ = crmcore.sumof


@pytest.fixture
def tools():
    @renamed(since="1.3", top="limit", colour="")
    def cut(rows, *, limit=10):
        """Cut rows."""
        return rows[:limit]

    @renamed(since="1.3", breadth="width")
    @frozen
    class Box:
        """A box."""

        width: int
        height: int = 1

    return cut, Box


def test_an_old_parameter_is_handed_on_by_its_new_name(tools):
    cut, box = tools
    with pytest.warns(CrmRemovedIn2Warning, match=r"cut\(top=\) is deprecated since 1\.3.*; use .*cut\(limit=\)"):
        assert cut("abcdef", top=2) == "ab"
    with pytest.warns(CrmRemovedIn2Warning, match=r"Box\(breadth=\) is deprecated"):
        assert box(breadth=3) == box(width=3)


def test_an_old_parameter_that_nothing_replaces_is_passed_over(tools):
    with pytest.warns(CrmRemovedIn2Warning, match=r"cut\(colour=\) is deprecated.* gone in 2\.1$"):
        assert tools[0]("ab", colour="red") == "ab"


def test_old_and_new_parameter_together_are_an_error(tools):
    with pytest.warns(CrmRemovedIn2Warning), pytest.raises(TypeError, match="both 'top' and 'limit'"):
        tools[0]("ab", top=1, limit=2)


def test_who_uses_the_new_parameter_notices_nothing(tools):
    cut, box = tools
    assert (cut("abc", limit=1), box(2).height, cut.__doc__, box.__doc__) == ("a", 1, "Cut rows.", "A box.")


def test_an_old_command_and_option_say_so_to_whoever_calls_them():
    @click.group()
    def crm():
        pass

    @crm.command(deprecated=advice("crm new", since="1.3"))
    @click.option("--wide", deprecated=advice("--columns", since="1.3"))
    def old(wide):
        click.echo("done")

    ran = CliRunner().invoke(crm, ["old", "--wide", "x"])
    assert ran.stdout == "done\n"
    assert ran.stderr.count("since 1.3, an error in 2.0 and gone in 2.1") == 2
    assert "use crm new" in ran.stderr
    assert "use --columns" in ran.stderr
    assert CliRunner().invoke(crm, ["--help"]).stdout.count("DEPRECATED") == 1


def test_a_use_is_remembered_where_a_log_would_lose_it(marked):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warn(removal("something", since="1.3"))
    assert [use.text for use in deprecations.uses_in(__file__)] == [f"something {FATE}"]


def test_watching_ends_where_it_ends(marked):
    with watched() as uses:
        warn(removal("this", since="1.3"))
    assert [use.text for use in uses] == [f"this {FATE}"]
    with pytest.warns(CrmRemovedIn2Warning, match="that"):
        warn(removal("that", since="1.3"))
    assert len(uses) == 1


def test_checking_a_plugin_calls_each_use_an_error(shop):
    ran = shop.crm("plugin", "check", "crm_plugins/shop.py", "--format", "json")
    assert ran.code == 3
    found = [row for row in ran.json if row["id"] == "deprecated"]
    assert {row["level"] for row in found} == {"error"}
    assert ["shop.py:3" in str(row) for row in found].count(True) == 1
    assert len(found) == 2
