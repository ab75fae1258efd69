"""Completing words in the shell, and what loading plugins costs."""

import shutil
import subprocess

import pytest
from cli_kit import BROKEN, Shop, new_shop

from crmcore.cli import extra
from crmcore.plugging import costs


@pytest.fixture
def shop(tmp_path, monkeypatch):
    return new_shop(tmp_path, monkeypatch)


def completed(shop: Shop, monkeypatch, line: str, shell: str = "bash") -> list[str]:
    words = line.split(" ")
    monkeypatch.setenv("_CRM_COMPLETE", f"{shell}_complete")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", words[-1] if shell == "fish" else str(len(words) - 1))
    ran = shop.crm()
    assert (ran.code, ran.err) == (0, "")
    monkeypatch.delenv("_CRM_COMPLETE")
    return ran.out.split()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("crm cust", ["customer"]),
        ("crm vi", ["view", "visit"]),
        ("crm gre", ["greet"]),
        ("crm visit ex", ["export"]),
        ("crm tally --o", ["--of"]),
        ("crm --no-plug", ["--no-plugin", "--no-plugins"]),
        ("crm view ", ["shop.best"]),
        ("crm report shop.", ["shop.names"]),
        ("crm explain c1 ", ["shop.recent", "shop.tier"]),
        ("crm explain c1 shop.tier ", ["shop.recent"]),
        ("crm segments shop.t", ["shop.tier"]),
        ("crm completion z", ["zsh"]),
        ("crm explain c1 nothing.", []),
        ("crm task dr", ["drop"]),
        ("crm playbook cov", ["coverage"]),
        ("crm playbook show shop.", ["shop.care"]),
        ("crm task list --playbook ", ["shop.care"]),
    ],
)
def test_words_are_completed_with_an_index_and_without_one(shop: Shop, monkeypatch, line, words):
    wanted = [f"plain,{word}" for word in words]
    assert completed(shop, monkeypatch, line) == wanted
    shop.fine("--help")
    monkeypatch.setattr(extra, "rebuilt", None)
    assert completed(shop, monkeypatch, line) == wanted


def test_help_and_labels_stand_beside_the_words_where_the_shell_shows_them(shop: Shop, monkeypatch):
    assert "Greet somebody." in " ".join(completed(shop, monkeypatch, "crm gr", "zsh"))
    assert "Tier" in completed(shop, monkeypatch, "crm segments shop.t", "zsh")


def test_a_broken_plugin_does_not_write_into_the_line(shop: Shop, monkeypatch):
    shop.write("crm_plugins/bad.py", BROKEN)
    shop.write("crm.toml", '[plugins]\nlocal = ["shop", "bad"]\n')
    assert completed(shop, monkeypatch, "crm gre") == ["plain,greet"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_a_shell_is_printed_and_sound(shop: Shop, shell):
    script = shop.fine("completion", shell).out
    assert f"_CRM_COMPLETE={shell}_complete" in script
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, text=True, check=True)


def test_a_shell_that_nobody_knows_is_a_usage_error(shop: Shop):
    ran = shop.crm("completion", "csh")
    assert ran.code == 2
    assert "'bash', 'zsh', 'fish'" in ran.err


# -- what loading costs ------------------------------------------------------------------------------------------------


def test_the_cost_of_each_plugin_is_listed_the_most_expensive_first(shop: Shop):
    shop.write("crm_plugins/slow.py", '"""Slow."""\nimport time\ntime.sleep(0.1)\n' + HOOK)
    shop.write("crm.toml", '[plugins]\nlocal = ["shop", "slow"]\n')
    ran = shop.fine("plugin", "list", "--times", "--format", "json")
    first = ran.json[0]
    assert first["name"] == "slow"
    assert first["seconds"] >= 0.1
    assert first["modules"] >= 1, "its own"
    measured = [one["seconds"] for one in ran.json]
    assert measured == sorted(measured, reverse=True)
    assert "2 plugins were loaded in 0." in ran.err


HOOK = "from crmcore import hookimpl\n\n\n@hookimpl\ndef crm_views():\n    return []\n"


def test_a_plugin_that_takes_long_is_spoken_of_in_the_list_only(shop: Shop, monkeypatch):
    shop.stock()
    assert "took" not in shop.fine("plugin", "list").err
    monkeypatch.setattr("crmcore.cli.plugin_times.SLOW", 0.0)
    assert "the plugin 'shop' took" in shop.fine("plugin", "list").err
    assert "took" not in shop.fine("customer", "list").err


def test_a_cost_is_zero_until_it_is_measured_and_never_less():
    with costs.measured() as cost:
        assert (cost.seconds, cost.modules) == (0.0, 0)
    assert cost.seconds > 0
    assert cost.modules == 0
