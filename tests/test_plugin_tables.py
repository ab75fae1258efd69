"""A plugin's own command prints tables as those of the core do, and its playbooks are found like all it declares."""

from pathlib import Path

import pytest
from cli_kit import Shop, new_shop

PLUGIN = Path(__file__).with_name("parcels_plugin.py").read_text(encoding="utf-8")


@pytest.fixture
def shop(tmp_path, monkeypatch) -> Shop:
    shop = new_shop(tmp_path, monkeypatch, plugin=PLUGIN)
    shop.fine("init", "--currency", "EUR", "--zone", "Europe/Berlin")
    for key in ("ann", "bo"):
        shop.fine("customer", "add", "--id", key, "--name", key)
    for at in ("2024-05-01", "2024-05-02"):
        shop.fine("purchase", "add", "--customer", "ann", "--at", at, "--amount", "5")
    return shop


def test_a_plugins_table_is_printed_in_every_format_with_labels_for_people_and_names_for_programs(shop):
    assert shop.fine("parcels", "--format", "csv").out.splitlines() == ["id,parcels", "ann,2", "bo,0"]
    assert shop.fine("parcels", "--format", "json").json == [
        {"title": "All parcels", "rows": [{"id": "ann", "parcels": 2}, {"id": "bo", "parcels": 0}]}
    ]
    assert {row["table"] for row in shop.fine("parcels", "--format", "jsonl").jsonl} == {"All parcels"}
    assert "Parcels" in shop.fine("parcels").out
    assert "包裹数" in shop.fine("--lang", "zh", "parcels").out
    assert "Who gets how many" in shop.fine("parcels", "--format", "html").out


def test_a_plugins_command_asks_as_of_a_date(shop):
    assert shop.fine("parcels", "--as-of", "2024-05-01", "--format", "csv").out.splitlines()[1] == "ann,1"
    assert shop.crm("parcels", "--as-of", "soon").code == 2


def test_the_hook_of_playbooks_names_who_uses_it(shop):
    assert "shop" in shop.fine("plugin", "hooks", "crm_playbooks").out


def test_a_plugins_playbook_raises_its_tasks_when_a_customer_enters_the_segment(shop):
    shop.fine("classify", "--as-of", "2024-05-03")
    shop.fine("purchase", "add", "--customer", "bo", "--at", "2024-05-02", "--amount", "5")
    shop.fine("purchase", "add", "--customer", "bo", "--at", "2024-05-03", "--amount", "5")
    (task,) = shop.fine("task", "list", "--columns", "customer,title,due", "--format", "json").json
    assert task == {"customer": "bo", "title": "Say thank you", "due": "2024-05-10"}
