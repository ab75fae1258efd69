"""Short forms of the campaigns in torture.py; `make torture` runs the long ones and writes docs/torture.md."""

import json
from pathlib import Path

import fuse_disk
import fuzzing
import pytest
import torture
import torture_stores as stores

DOCS = Path(__file__).parents[1] / "docs"
FILES = pytest.mark.parametrize("address", [stores.TINYDB, stores.SQLITE], ids=["tinydb", "sqlite"])


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """Skip, loudly, where no file system can be mounted; `test_crash` cuts the power without one."""
    why = fuse_disk.why_not(tmp_path_factory.mktemp("disk"))
    if why:
        pytest.skip(f"WATCHED DISKS ARE NOT TESTED HERE: {why}")


@pytest.mark.usefixtures("watched")
class TestWatchedDisks:
    @FILES
    def test_no_power_cut_loses_or_ruins_anything(self, tmp_path, address):
        figures = stores.power(address, tmp_path, 1)
        assert figures["disks"] > 20
        assert figures.keys() <= {"disks", "calls"}

    @pytest.mark.parametrize(
        ("address", "forgotten"), [(stores.TINYDB, "sync_folder"), (stores.TINYDB, "sync"), (stores.SQLITE, "sync")]
    )
    def test_a_disk_that_forgets_a_sync_is_noticed(self, tmp_path, address, forgotten):
        figures = stores.power(address, tmp_path, 3 if address == stores.TINYDB else 1, forgets=(forgotten,))
        assert figures["lost"] + figures["corrupt"] > 0

    @FILES
    def test_a_fault_at_a_call_leaves_a_commit_made_or_not(self, tmp_path, address):
        figures = stores.faults(address, tmp_path, 1, every=29 if address == stores.TINYDB else 101)
        assert figures.keys() == {"calls", "faults"}

    @FILES
    def test_a_full_disk_that_has_room_again_serves_on(self, tmp_path, address):
        figures = stores.full(address, tmp_path, (3_000, 130_000))
        assert figures["refused"] + figures["unknown"] == 2
        assert figures.keys() == {"sizes", "commits", "refused", "unknown"}


@pytest.mark.parametrize(("address", "every"), [(stores.TINYDB, 97), (stores.SQLITE, 499)], ids=["tinydb", "sqlite"])
def test_damage_is_told_with_the_file_or_does_no_harm(tmp_path, address, every):
    figures = stores.damage(address, tmp_path, every)
    assert figures["flips"] == figures["cuts"] > 100
    assert figures.keys() <= {"bytes", "flips", "cuts", "told", "right"}


@pytest.mark.parametrize(("address", "every"), [(stores.TINYDB, 97), (stores.SQLITE, 199)], ids=["tinydb", "sqlite"])
def test_without_the_sums_damage_would_pass(tmp_path, address, every):
    assert stores.damage(address, tmp_path, every, careless=True)["silently wrong"] > 0


@pytest.mark.parametrize("address", [stores.TINYDB, stores.SQLITE], ids=["tinydb", "sqlite"])
def test_without_their_defences_writers_lose_updates(tmp_path, address):
    figures = stores.writers(address, tmp_path, 2, 40, careless=True)
    assert figures["lost"] + figures["broken"] > 0


def test_the_report_says_what_was_found():
    found = json.loads((DOCS / "torture.json").read_text("utf-8"))
    assert (DOCS / "torture.md").read_text("utf-8") == torture.page(found)
    bad = {
        "other errors",
        "pairs without anybody",
        "wrong sums",
        "broken",
        "lost",
        "corrupt",
        "wrong",
        "crashed",
        "silently wrong",
    }
    assert [one["name"] for one in found if bad & {name for name, number in one["figures"].items() if number}] == []
    assert all(not one["without"] or bad & one["control"].keys() for one in found)


@pytest.fixture(scope="module")
def readers(tmp_path_factory):
    return fuzzing.readers(tmp_path_factory.mktemp("seeds"))


@pytest.mark.parametrize(
    "name",
    [
        *("CSV", "TSV", "JSON lines", "unknown tables", "TOML", "backups", "backups whose sum agrees", "stores"),
        *("purged data", "FHIR bundles", "FHIR bundles that are JSON"),
    ],
)
def test_whatever_is_read_is_taken_or_refused(readers, name):
    times = 150 if callable(readers[name][1]) else 1500
    figures = fuzzing.fuzzed(*readers[name], times)
    assert (figures["read"] + figures["refused"], figures["other errors"]) == (times, 0)
    assert figures["refused"] > times / 15
    assert figures["MB more at most"] < 64


def test_a_reader_that_fails_is_noticed():
    assert fuzzing.fuzzed(lambda path: int(path.read_bytes()), (b"12",), 300)["other errors"] > 0
