"""Short forms of the campaigns in torture.py; `make torture` runs the long ones and writes docs/torture.md."""

import fuse_disk
import fuzzing
import pytest
import torture


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """Skip, loudly, where no file system can be mounted; `test_crash` cuts the power without one."""
    why = fuse_disk.why_not(tmp_path_factory.mktemp("disk"))
    if why:
        pytest.skip(f"POWER CUTS OF A WATCHED DISK ARE NOT TESTED HERE: {why}")


@pytest.mark.usefixtures("watched")
class TestPowerCutsOfAWatchedDisk:
    def test_no_cut_loses_or_ruins_anything(self, tmp_path):
        figures = torture.power(torture.TINYDB, tmp_path, 3)
        assert figures["cuts"] > 50
        assert figures.keys() <= {"cuts", "calls"}

    @pytest.mark.parametrize("forgotten", ["sync_folder", "sync"])
    def test_a_disk_that_forgets_a_sync_is_noticed(self, tmp_path, forgotten):
        figures = torture.power(torture.TINYDB, tmp_path, 3, forgets=(forgotten,))
        assert figures["lost"] + figures["corrupt"] > 0


def test_damage_is_told_with_the_file_or_does_no_harm(tmp_path):
    figures = torture.damage(tmp_path, 97)
    assert figures["flips"] == figures["cuts"] > 100
    assert figures.keys() <= {"flips", "cuts", "told", "right"}


def test_without_the_sums_damage_would_pass(tmp_path):
    assert torture.damage(tmp_path, 97, careless=True)["silently wrong"] > 0


@pytest.fixture(scope="module")
def readers(tmp_path_factory):
    return fuzzing.readers(tmp_path_factory.mktemp("seeds"))


@pytest.mark.parametrize(
    "name",
    [
        *("CSV", "TSV", "JSON lines", "unknown tables", "TOML", "backups", "backups whose sum agrees", "stores"),
        "purged data",
    ],
)
def test_whatever_is_read_is_taken_or_refused(readers, name):
    figures = fuzzing.fuzzed(*readers[name], 1500)
    assert (figures["read"] + figures["refused"], figures["faults"]) == (1500, 0)
    assert figures["refused"] > 100
    assert figures["MB more at most"] < 64


def test_a_reader_that_fails_is_noticed():
    assert fuzzing.fuzzed(lambda path: int(path.read_bytes()), (b"12",), 300)["faults"] > 0
