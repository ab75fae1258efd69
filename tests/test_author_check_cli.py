"""`crm plugin check` on the command line."""

import attrs
import pytest
from check_kit import QUICK, module, project, write
from cli_kit import new_shop

from crmcore.author.checking import check


@pytest.fixture
def shop(tmp_path, monkeypatch):
    return new_shop(tmp_path, monkeypatch)


@pytest.fixture
def quick(monkeypatch):
    """Only what takes no process or company of its own."""
    monkeypatch.setattr(check, "__kwdefaults__", {"validators": QUICK})


def test_a_good_plugin_prints_no_data_and_the_tier(shop):
    write(shop.folder / "acme", {})
    ran = shop.fine("plugin", "check", "acme", "--tier", "gold")
    assert (ran.out, ran.err) == ("", "crm: acme reaches gold: 0 errors, 0 warnings\n")


def test_errors_end_with_3_and_say_where_and_what_to_do(shop, quick):
    write(shop.folder / "acme", module(('level.is_("gold")', 'level.is_("goldd")')))
    ran = shop.crm("plugin", "check", "acme", "--format", "json")
    assert ran.code == 3
    (row,) = ran.json
    assert list(row) == ["id", "tier", "level", "where", "message", "todo"]
    assert (row["id"], row["tier"], row["level"]) == ("choice-unknown", "bronze", "error")
    assert row["where"].startswith("acme/crm_acme/__init__.py:")
    assert row["todo"] == "Did you mean 'gold'?"
    assert ran.err == "crm: acme does not reach bronze: 1 error, 0 warnings\n"


def test_warnings_alone_fail_only_a_tier_that_is_asked_for(shop, quick):
    write(shop.folder / "acme", module(('both("Standard", "普通")', '"Standard"')))
    assert "acme reaches bronze: 0 errors, 1 warning" in shop.fine("plugin", "check", "acme").err
    assert shop.crm("plugin", "check", "acme", "--tier", "bronze").code == 0
    ran = shop.crm("plugin", "check", "acme", "--tier", "silver")
    assert (ran.code, ran.err.splitlines()[-1]) == (3, "crm: silver is not reached")


def test_an_error_fails_although_the_tier_asked_for_is_below_it(shop, quick):
    write(shop.folder / "acme", module(more="from crmcore.work import placing\n"))
    assert shop.crm("plugin", "check", "acme", "--tier", "bronze").code == 3


def test_here_is_the_default(shop, quick, monkeypatch):
    monkeypatch.chdir(write(shop.folder / "acme", {}))
    assert "acme reaches gold" in shop.fine("plugin", "check").err


def test_a_local_plugin_is_checked_by_its_file(shop, quick):
    ran = shop.crm("plugin", "check", "crm_plugins/shop.py", "--format", "jsonl")
    assert "shop reaches bronze" in ran.err
    assert {row["where"].partition(":")[0] for row in ran.jsonl} == {"crm_plugins/shop.py"}


def test_exemptions_are_said_with_their_reason(shop, quick):
    files = module(('both("Standard", "普通")', '"Standard"'))
    files |= project(more='[tool.crm.check.exempt]\nlabels = "Only Berlin uses it."\n')
    write(shop.folder / "acme", files)
    ran = shop.fine("plugin", "check", "acme", "--tier", "gold")
    assert "exempt: labels at acme/crm_acme/__init__.py:" in ran.err
    assert "Only Berlin uses it." in ran.err


@pytest.mark.parametrize(
    ("path", "told", "code"), [("nowhere/", "there is no file", 2), ("acmee", "no plugin named", 2)]
)
def test_a_path_that_is_none_is_a_usage_error(shop, path, told, code):
    ran = shop.crm("plugin", "check", path)
    assert (ran.code, ran.out) == (code, "")
    assert told in ran.err


def test_a_broken_store_or_configuration_is_none_of_its_business(shop, quick):
    write(shop.folder / "acme", {})
    shop.write("crm.toml", "[[[")
    shop.write("crm.json", "{")
    assert shop.crm("plugin", "check", "acme").code == 0
    assert (shop.folder / "crm.json").read_text() == "{"


def test_the_help_shows_an_example(shop):
    assert "Example: crm plugin check" in shop.fine("plugin", "check", "--help").out


def test_a_one_file_plugin_that_is_switched_on_is_found_by_its_name(shop, quick):
    by_name, by_file = (shop.crm("plugin", "check", target) for target in ("shop", "crm_plugins/shop.py"))
    assert by_name == attrs.evolve(by_file, command=by_name.command)
    assert by_name.err.splitlines()[-1].startswith("crm: shop ")
