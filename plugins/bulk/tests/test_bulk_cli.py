"""Engines of the plugin on the command line: the same placements, and what is said when one cannot run."""

import importlib.util
from pathlib import Path

import crm_bulk
import pytest
from cli_kit import Shop, new_shop
from crm_bulk.answering import Answers

ENGINES = ["polars", "duckdb"]


@pytest.fixture
def shop(tmp_path, monkeypatch):
    made = new_shop(tmp_path, monkeypatch, "bulk")
    made.stock()
    return made


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_places_everybody_as_the_core_does(shop: Shop, engine):
    words = ("classify", "--as-of", "2024-05-31", "--full", "--format", "json")
    before = Path("crm.json").read_bytes()
    by_rows = shop.fine(*words, "--engine", "python")
    placed = shop.fine("customer", "list", "--columns", "id,shop.tier,shop.recent", "--format", "json").json
    Path("crm.json").write_bytes(before)
    Path("crm.json.log").write_bytes(b"".join(Path("crm.json.log").read_bytes().splitlines(keepends=True)[:-1]))
    in_bulk = shop.fine(*words, "--engine", engine)
    assert in_bulk.json == by_rows.json
    assert f"evaluated by {engine}" in in_bulk.err
    assert shop.fine("customer", "list", "--columns", "id,shop.tier,shop.recent", "--format", "json").json == placed


def test_engines_say_their_versions(shop: Shop):
    listed = shop.fine("classify", "--engines", "--format", "json").json
    assert [row["engine"] for row in listed] == ["python", "polars", "duckdb", "pyspark"]
    assert listed[1]["runs_on"].startswith("polars ")
    assert shop.fine("plugin", "show", "bulk", "--format", "json").json["engines"] == listed[1:]


def test_a_missing_library_is_named_with_what_to_install(shop: Shop, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(crm_bulk, "find_spec", lambda name: None if name == "duckdb" else found(name))
    ran = shop.crm("classify", "--engine", "duckdb").assert_fails("the engine 'duckdb' needs duckdb", code=1)
    assert 'Run `pip install "crm-bulk[duckdb]"`.' in ran.err
    rows = {row["engine"]: row["problem"] for row in shop.fine("classify", "--engines", "--format", "json").json}
    assert "pip install" in rows["duckdb"]
    assert rows["polars"] == ""


def test_only_spark_takes_a_master(shop: Shop):
    shop.crm("classify", "--engine", "polars", "--master", "spark://x:7077").assert_fails("'master'", code=2)


def test_an_interrupted_run_leaves_the_store_as_it_was(shop: Shop, monkeypatch):
    shop.fine("classify", "--as-of", "2024-05-01", "--engine", "polars")
    before = Path("crm.json").read_bytes()

    def interrupted(self, scheme, only=None):
        raise KeyboardInterrupt

    monkeypatch.setattr(Answers, "placed", interrupted)
    assert shop.crm("classify", "--as-of", "2024-05-31", "--full", "--engine", "polars").code == 130
    assert Path("crm.json").read_bytes() == before


@pytest.mark.parametrize("engine", ENGINES)
def test_a_plan_tells_the_passes_and_what_schemes_share(shop: Shop, engine):
    steps = {row["step"]: row for row in shop.fine("classify", "--plan", "--engine", engine, "--format", "json").json}
    assert list(steps) == ["read customer", "add up purchase", "place", "record shop.recent", "record shop.tier"]
    assert steps["read customer"]["reads"] == ["shop.level", "archived_at"]
    assert steps["add up purchase"]["rows"] == 3
    assert steps["add up purchase"]["makes"] == ["total(purchase.amount) where ...", "total(purchase.amount)"]


def test_progress_is_told_on_a_terminal_only(shop: Shop, monkeypatch):
    assert "\r" not in shop.fine("classify", "--full", "--engine", "polars").err
    told: list[str] = []
    monkeypatch.setattr("crmcore.cli.classification.tell", told.append)
    shop.fine("classify", "--full", "--engine", "polars")
    assert told == ["computing with polars", "placing in shop.recent", "placing in shop.tier"]


@pytest.mark.parametrize("engine", ["python", "polars"])
def test_a_grace_is_kept_whichever_engine_answers(shop: Shop, engine):
    plugin = (shop.folder / "crm_plugins" / "shop.py").read_text("utf-8")
    shop.write("crm_plugins/shop.py", plugin.replace("within(days=10)) > 0)", "within(days=10)) > 0, grace=5)"))
    columns = ("customer", "list", "--columns", "shop.recent,shop.recent.answer", "--where", "id=c2", "--format", "csv")
    for day, expected in (("05-05", "recent,recent"), ("05-14", "recent,quiet"), ("05-19", "quiet,quiet")):
        shop.fine("classify", "--as-of", f"2024-{day}", "--engine", engine)
        assert shop.fine(*columns).out.splitlines()[1] == expected
