"""Options that every command of a kind has, each asked for once by name; the rest have tests beside their commands."""

import json
from pathlib import Path

import pytest
from cli_kit import Shop, new_shop

import crmcore


@pytest.fixture
def shop(tmp_path, monkeypatch):
    made = new_shop(tmp_path, monkeypatch)
    made.stock()
    return made


def content() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path().glob("crm.json*")}


def test_crm_says_its_version(shop: Shop):
    assert shop.fine("--version").out == f"crm, version {crmcore.__version__}\n"


def test_a_list_is_cut_into_pages(shop: Shop):
    first = shop.fine("customer", "list", "--columns", "id", "--limit", "2", "--format", "json").json
    second = shop.fine("customer", "list", "--columns", "id", "--limit", "2", "--offset", "2", "--format", "json").json
    assert [row["id"] for row in [*first, *second]] == ["c1", "c2", "c3"]


def test_lists_and_single_records_are_shown_as_of_a_date(shop: Shop):
    listed = shop.fine(
        "customer",
        "list",
        "--columns",
        "id,shop.spend",
        "--where",
        "id=c2",
        "--as-of",
        "2024-05-10",
        "--format",
        "json",
    ).json
    assert [row["shop.spend"] for row in listed] == ["2000"]
    shown = shop.fine("customer", "show", "c2", "--as-of", "2024-05-01", "--format", "json").json
    assert shown["shop.spend"] == "0"


@pytest.mark.parametrize(
    "command",
    [
        ["customer", "add", "--name", "Zoe", "--dry-run"],
        ["customer", "edit", "c1", "--name", "Zoe", "--dry-run"],
        ["customer", "remove", "c3", "--dry-run"],
        ["undo", "7", "--dry-run"],
    ],
    ids=" ".join,
)
def test_a_dry_run_leaves_every_byte_as_it_was(shop: Shop, command):
    before = content()
    assert "nothing was written" in shop.fine(*command).err
    assert content() == before


def test_a_dry_run_of_a_backup_makes_no_file(shop: Shop):
    shop.fine("store", "backup", "crm.backup", "--dry-run")
    assert not Path("crm.backup").exists()


def test_a_dry_run_of_a_purge_and_of_its_way_back_changes_nothing(shop: Shop):
    before = content()
    shop.fine("--no-plugin", "shop", "plugin", "purge", "shop", "--export", "shop-data.json", "--dry-run")
    assert content() == before
    assert not Path("shop-data.json").exists()
    shop.fine("--no-plugin", "shop", "plugin", "purge", "shop", "--export", "shop-data.json")
    purged = content()
    shop.fine("--no-plugin", "shop", "plugin", "restore", "shop-data.json", "--dry-run")
    assert content() == purged != before


def test_an_import_is_told_how_a_file_is_written(shop: Shop):
    shop.write("sales.txt", "kunde;am;betrag\nc1;03.04.2024;1234,50\n")
    mapped = ["--map", "kunde=customer", "--map", "am=at", "--map", "betrag=amount"]
    shop.fine(
        "import", "sales.txt", "--as", "purchase", "--delimiter", ";", "--decimal", ",", "--date-format", "DMY", *mapped
    )
    found = shop.fine("purchase", "list", "--columns", "at,amount", "--where", "at=2024-04-03", "--format", "json").json
    assert found == [{"at": "2024-04-03", "amount": "1234.5"}]


def test_upcoming_moves_are_asked_as_of_a_date(shop: Shop):
    shop.fine("classify", "--as-of", "2024-05-03")
    soon = shop.fine("upcoming", "--as-of", "2024-05-04", "--days", "30", "--format", "json")
    assert [(row["customer"], row["date"], row["to"]) for row in soon.json] == [
        ("c1", "2024-05-11", "quiet"),
        ("c2", "2024-05-12", "quiet"),
    ]


def test_plugins_and_hooks_are_listed_as_data(shop: Shop):
    assert "shop" in [row["name"] for row in shop.fine("plugin", "list", "--format", "json").json]
    hooks = shop.fine("plugin", "hooks", "--format", "jsonl").out.splitlines()
    assert "crm_schemes" in [json.loads(line)["hook"] for line in hooks]
