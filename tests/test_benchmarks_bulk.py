"""The bulk benchmark compares like with like: every version gives exactly the same answers."""

import importlib
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import attrs
import polars as pl
import pyarrow as pa
import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@pytest.fixture(scope="module")
def benchmark():
    """Return what imports a module of the benchmarks."""
    sys.path.insert(0, str(BENCHMARKS))
    yield importlib.import_module
    sys.path.remove(str(BENCHMARKS))


@pytest.fixture(scope="module")
def folder(benchmark, tmp_path_factory):
    made = tmp_path_factory.mktemp("lake")
    benchmark("generate").generate(made, 900, seed=5, piece=400)
    return made


@pytest.fixture(scope="module", params=[True, False], ids=["everything", "answers only"])
def task(request, benchmark, folder):
    generate = benchmark("generate")
    return benchmark("bulk_answers").Task(folder, generate.AS_OF, ZoneInfo(generate.ZONE), whole=request.param)


@pytest.fixture(scope="module")
def ours(benchmark, task):
    return benchmark("bulk_ours").run(task)


@pytest.mark.parametrize("version", ["bulk_polars:run", "bulk_duckdb:run", "bulk_ours:run_duckdb"])
def test_every_version_gives_the_same_answers(version, benchmark, task, ours):
    module, _, function = version.partition(":")
    found = getattr(benchmark(module), function)(task)
    assert benchmark("bulk_answers").differences(ours, found) == []


def test_the_answers_are_those_of_all_bundled_schemes(benchmark, task, ours):
    schemes = benchmark("bulk_answers").SCHEMES
    ends = ("", ".on") if task.whole else ("",)
    assert set(ours.table.column_names) == {"id", *(f"{name}{end}" for name in schemes for end in ends)}
    assert {scheme.name for scheme in benchmark("bulk_ours").schemes()} == set(schemes)


def test_the_customers_have_what_makes_rules_difficult(benchmark, task, ours):
    segments = {name: set(ours.table.column(name).to_pylist()) for name in benchmark("bulk_answers").SCHEMES}
    assert min(segments["value_tier.rfm"]) < 0, "some cannot be told"
    assert len(segments["value_tier.rfm"] | segments["lifecycle.status"]) >= 12
    if task.whole:
        dates = set(ours.table.column("lifecycle.status.on").to_pylist())
        assert benchmark("bulk_answers").FOREVER in dates
        assert min(dates) > task.number
        assert ours.missing


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: attrs.evolve(one, table=one.table.slice(1)), "customers"),
        (lambda one: attrs.evolve(one, population={**one.population, "count": 1.0}), "count"),
        (lambda one: attrs.evolve(one, missing={("a.b", "c"): ["x"]}), "missing"),
    ],
)
def test_a_difference_is_told(change, said, benchmark, ours):
    assert said in " ".join(benchmark("bulk_answers").differences(ours, change(ours)))


def test_a_different_segment_is_told(benchmark, ours):
    name = "lifecycle.stage"
    place = ours.table.column_names.index(name)
    other = pa.array([0] * ours.table.num_rows)
    changed = attrs.evolve(ours, table=ours.table.set_column(place, name, other))
    assert name in " ".join(benchmark("bulk_answers").differences(ours, changed))


def test_a_later_day_gives_other_answers(benchmark, task, ours):
    later = benchmark("bulk_ours").run(attrs.evolve(task, day=task.day + timedelta(days=200)))
    assert benchmark("bulk_answers").differences(ours, later)


def test_the_same_seed_writes_the_same_files(benchmark, folder, tmp_path):
    benchmark("generate").generate(tmp_path, 900, seed=5, piece=400)
    written = sorted(path.relative_to(folder) for path in folder.rglob("*.*"))
    assert [(tmp_path / path).read_bytes() for path in written] == [(folder / path).read_bytes() for path in written]


@pytest.mark.torture
def test_a_cluster_of_two_workers_answers_the_same_also_when_one_is_killed():
    command = [sys.executable, str(BENCHMARKS / "bulk_cluster.py"), "--customers", "20000"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    undisturbed, disturbed = done.stdout.splitlines()
    assert undisturbed.startswith("two workers: ")
    assert disturbed.startswith("one of two workers killed in stage ")
    assert undisturbed.endswith("the same answers as Polars")
    assert disturbed.endswith("the same answers as Polars")


def test_most_customers_buy_once_or_twice_and_few_very_often(benchmark, folder):
    times = pl.read_parquet(folder / "purchase" / "*.parquet").group_by("customer").len()["len"]
    assert (times <= 2).mean() > 0.5
    assert times.max() > 20 * times.median()
    assert 8 < times.sum() / 900 < 12


def test_thirty_schemes_at_once_give_what_the_same_written_by_hand_give(benchmark, tmp_path):
    generate, answers = benchmark("generate"), benchmark("bulk_answers")
    generate.generate(tmp_path, 900, seed=5, piece=400)
    benchmark("schemes_data").add(tmp_path)
    task = answers.Task(tmp_path, generate.AS_OF, ZoneInfo(generate.ZONE), whole=False)
    ours = benchmark("schemes_ours").run(task)
    assert answers.differences(ours, benchmark("schemes_polars").run(task)) == []
    assert len(benchmark("schemes_ours").schemes()) == 30
    told = {name: set(ours.table.column(name).to_pylist()) for name in ours.table.column_names if name != "id"}
    assert min(map(len, told.values())) >= 2, "every scheme has customers in several segments"
