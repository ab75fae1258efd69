"""Folders of Parquet files through the command line: what is written, what is kept, and what is refused."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from cli_kit import Shop, new_shop
from crm_bulk.sinks import Sink, current_in
from lake_kit import company_file, customers, lake_of, purchases, table

import crmcore

DAY = date(2024, 5, 31)


@pytest.fixture
def shop(tmp_path, monkeypatch):
    return new_shop(tmp_path, monkeypatch, "bulk")


@pytest.fixture
def lake(shop):
    """Three customers: one is big, one was recent, one bought nothing."""
    folder = company_file(shop.folder / "lake")
    customers(folder, "a", "b", "c")
    return purchases(folder, ("a", date(2024, 1, 2), Decimal(2000)), ("b", date(2024, 5, 25), Decimal("10.5")))


def run(shop: Shop, day: str = "2024-05-31", *more: str):
    words = ["classify", "--from", "parquet:lake", "--to", "parquet:out", "--as-of", day, *more]
    return shop.crm(*words, "--format", "json")


def current(scheme: str) -> dict[str, str | None]:
    found = current_in(sorted(Path("out").glob(f"run=*/placement/{scheme}.parquet")))
    return {row["customer"]: row["segment"] for row in found.iter_rows(named=True) if not row["is_gone"]}


def moves(number: int) -> list[tuple]:
    files = sorted(Path("out").glob(f"run={number:06}/move/*.parquet"))
    rows = (row for path in files for row in pl.read_parquet(path).iter_rows(named=True))
    return sorted((row["customer"], row["scheme"], row["before"], row["after"], row["cause"]) for row in rows)


def content() -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(Path("out").rglob("*")) if path.is_file()}


def test_files_are_classified_without_a_store(shop, lake):
    ran = run(shop).assert_ok()
    assert ran.json == [
        {"scheme": "shop.recent", "evaluated": 3, "placed_first": 3, "moved": 0, "written": 3},
        {"scheme": "shop.tier", "evaluated": 3, "placed_first": 3, "moved": 0, "written": 3},
    ]
    assert "by polars" in ran.err
    assert "written to out/run=000001" in ran.err
    assert current("shop.tier") == {"a": "big", "b": "small", "c": "small"}
    assert current("shop.recent") == {"a": "quiet", "b": "recent", "c": "quiet"}
    assert not Path("crm.json").exists()


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_a_lake_has_the_placements_that_its_store_has(shop, engine):
    shop.stock()
    shop.fine("classify", "--as-of", "2024-05-31")
    crm = crmcore.open("crm.json")
    lake_of(crm, shop.folder / "lake")
    run(shop, "2024-05-31", "--engine", engine).assert_ok()
    for scheme in crm.schemes:
        rows = current_in([Path(f"out/run=000001/placement/{scheme.name}.parquet")]).iter_rows(named=True)
        found = {row["customer"]: (row["segment"], row["since"], row["review_on"], row["cause"]) for row in rows}
        stored = {key: crm.timeline(key, scheme.name).current for key in found}
        assert found == {key: (one.segment, one.since, one.review_on, one.cause) for key, one in stored.items()}
        assert len(found) == 3


def test_files_hold_what_rules_answer_and_it_is_said_that_no_grace_was_kept(shop, lake):
    plugin = (shop.folder / "crm_plugins" / "shop.py").read_text("utf-8")
    shop.write("crm_plugins/shop.py", plugin.replace("when=spend >= much,", "when=spend >= much, grace=30,"))
    run(shop).assert_ok()
    customers(lake, "a", "b", "c")
    company_file(lake, settings={"shop.much": 5000})
    later = run(shop, "2024-06-03").assert_ok()
    assert "files hold what the rules answer, without the grace of shop.tier" in later.err
    assert current("shop.tier")["a"] == "small"


def test_a_second_run_on_a_day_writes_nothing_and_a_dry_run_neither(shop, lake):
    assert "dry run" in run(shop, "2024-05-31", "--dry-run").assert_ok().err
    assert not Path("out").exists()
    run(shop).assert_ok()
    before = content()
    ran = run(shop).assert_ok()
    assert [row["written"] for row in ran.json] == [0, 0]
    assert "all is as the last run left it" in ran.err
    assert content() == before


def test_later_runs_write_only_what_changed_and_say_why(shop, lake):
    run(shop).assert_ok()
    run(shop, "2024-06-04").assert_ok()
    assert moves(2) == [("b", "shop.recent", "recent", "quiet", "time")]
    customers(lake, "a", "b", "d")
    purchases(lake, ("a", date(2024, 6, 3), Decimal(10)), ("b", date(2024, 5, 25), Decimal(3000)))
    run(shop, "2024-06-05").assert_ok()
    assert moves(3) == [
        ("a", "shop.recent", "quiet", "recent", "data"),
        ("a", "shop.tier", "big", "small", "data"),
        ("b", "shop.tier", "small", "big", "data"),
        ("c", "shop.recent", "quiet", None, "data"),
        ("c", "shop.tier", "small", None, "data"),
        ("d", "shop.recent", None, "quiet", "data"),
        ("d", "shop.tier", None, "small", "data"),
    ]
    assert current("shop.tier") == {"a": "small", "b": "big", "d": "small"}
    company_file(lake, settings={"shop.much": 5000})
    run(shop, "2024-06-06").assert_ok()
    assert moves(4) == [("b", "shop.tier", "big", "small", "rule")]


def test_a_placement_that_changes_back_on_its_day_never_was(shop, lake):
    run(shop).assert_ok()
    rich, poor = Decimal(5000), Decimal("10.5")
    for number, amount in ((2, rich), (3, poor)):
        purchases(lake, ("a", date(2024, 1, 2), Decimal(2000)), ("b", date(2024, 5, 25), amount))
        run(shop, "2024-06-01").assert_ok()
        assert Path(f"out/run={number:06}").is_dir()
    found = current_in(sorted(Path("out").glob("run=*/placement/shop.tier.parquet")))
    (row,) = found.filter(pl.col("customer") == "b").iter_rows(named=True)
    assert (row["segment"], row["since"], row["run"]) == ("small", date(2024, 5, 31), 1)


def test_a_plan_of_files_reads_what_it_says(shop, lake):
    ran = run(shop, "2024-05-31", "--plan").assert_ok()
    steps = {row["step"]: row for row in ran.json}
    assert (steps["add up purchase"]["rows"], set(steps["add up purchase"]["reads"])) == (2, {"amount", "at"})
    assert any("2 schemes" in text or "total" in text for text in steps["add up purchase"]["makes"])
    assert not Path("out").exists()


def test_an_interrupted_run_leaves_the_last_one_and_the_next_goes_on(shop, lake, monkeypatch):
    run(shop).assert_ok()
    before, right = content(), Sink.write

    def interrupted(self, placed):
        if self.scheme == "shop.tier":
            raise KeyboardInterrupt
        return right(self, placed)

    with monkeypatch.context() as patch:
        patch.setattr(Sink, "write", interrupted)
        assert run(shop, "2024-06-04").code == 130
    assert content() == before
    (Path("out") / ".run=000002").mkdir()  # as a killed process leaves it
    run(shop, "2024-06-04").assert_ok()
    assert sorted(path.name for path in Path("out").iterdir()) == ["run=000001", "run=000002"]


def test_two_runs_at_once_do_not_overwrite_each_other(shop, lake, monkeypatch):
    right = Sink.write

    def overtaken(self, placed):
        folder = Path("out/run=000001")
        if not folder.exists():
            folder.mkdir()
            (folder / "run.json").write_text("{}")
        return right(self, placed)

    monkeypatch.setattr(Sink, "write", overtaken)
    run(shop).assert_fails("was written by another run meanwhile", code=1)
    assert Path("out/run=000001/run.json").read_text() == "{}"


# -- what is refused ---------------------------------------------------------------------------------------------------

NAN = float("nan")
BAD = {
    "no folder": (lambda lake: lake.rename("elsewhere"), "there is no folder lake", 2),
    "no company": (lambda lake: (lake / "company.json").unlink(), "there is no lake/company.json", 2),
    "no json": (lambda lake: (lake / "company.json").write_text("{"), "lake/company.json: is no JSON", 1),
    "no zone": (
        lambda lake: (lake / "company.json").write_text('{"currency": "EUR"}'),
        "has no currency or no zone",
        1,
    ),
    "a wrong zone": (lambda lake: company_file(lake, zone="Mars"), "'Mars' is no time zone", 2),
    "an unknown word": (lambda lake: company_file(lake, zoo=1), "zoo: is not known here", 1),
    "an unknown setting": (lambda lake: company_file(lake, settings={"shop.mcuh": 1}), "did you mean 'shop.much'", 1),
    "a wrong setting": (lambda lake: company_file(lake, settings={"shop.much": "x"}), "shop.much", 1),
    "no customers": (lambda lake: (lake / "customer/all.parquet").unlink(), "no Parquet files in lake/customer", 1),
    "no parquet": (lambda lake: (lake / "purchase/all.parquet").write_text("a,b"), "lake/purchase/all.parquet", 1),
    "one id twice": (lambda lake: customers(lake, "a", "b", "a"), "id='a': stands for several customers", 1),
    "no id": (lambda lake: customers(lake, "a", "b", None), "has no id", 1),
    "no such customer": (lambda lake: customers(lake, "a"), "customer='b': there is no such customer", 1),
    "text for money": (lambda lake: purchases(lake, ("a", DAY, "1"), money=pa.string()), "in column amount", 1),
    "a NaN": (lambda lake: purchases(lake, ("a", DAY, NAN), money=pa.float64()), "amount", 1),
    "infinity": (lambda lake: purchases(lake, ("a", DAY, float("inf")), money=pa.float64()), "amount", 1),
    "too many digits": (
        lambda lake: purchases(lake, ("a", DAY, Decimal("0.00000001")), money=pa.decimal128(18, 8)),
        "more than 6 digits after the point",
        1,
    ),
    "too large": (
        lambda lake: purchases(lake, ("a", DAY, Decimal(10) ** 20), money=pa.decimal128(30, 2)),
        "purchase: amount: holds numbers beyond 1,000,000,000,000",
        1,
    ),
    "no dates": (
        lambda lake: table(lake, "purchase", {"id": ["p"], "customer": ["a"], "amount": [1]}),
        "have no column at",
        1,
    ),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_files_that_cannot_be_used_are_named_and_nothing_is_written(shop, lake, case, engine):
    spoil, said, code = BAD[case]
    run(shop, "2024-05-30").assert_ok()
    before = content()
    spoil(lake)
    ran = run(shop, "2024-05-31", "--engine", engine).assert_fails(said, code=code)
    assert "Traceback" not in ran.err
    assert "internal error" not in ran.err
    assert content() == before


@pytest.mark.parametrize(
    ("day", "make", "said"),
    [
        (
            "2024-05-31",
            lambda: Path("out/mine.txt").write_text("x"),
            "out holds what no classification has written: mine.txt",
        ),
        ("2024-05-29", lambda: None, "already classified as of 2024-05-30"),
        ("2024-05-31", lambda: company_file(Path("lake"), currency="USD"), "out holds placements for a company in EUR"),
        ("2024-05-31", lambda: Path("out/run=000001/run.json").write_text("{}"), "run=000001/run.json is damaged"),
    ],
)
def test_placements_are_not_written_over_what_they_do_not_follow(shop, lake, day, make, said):
    run(shop, "2024-05-30").assert_ok()
    make()
    before = content()
    ran = run(shop, day)
    assert ran.code in {1, 2}
    assert said in ran.err
    assert content() == before


def test_a_run_file_says_what_was_done(shop, lake):
    run(shop).assert_ok()
    found = json.loads(Path("out/run=000001/run.json").read_text())
    assert (found["format"], found["run"], found["as_of"]) == (1, 1, "2024-05-31")
    assert found["engine"].startswith("polars ")
    assert found["placements"]["shop.tier"] == {"customers": 3, "changed": 3, "first": 3, "moved": 0}
