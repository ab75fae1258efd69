"""What stores of plugins are built from. That a whole store can be built shows test_author_new_generated.py."""

from pathlib import Path

import pytest

from crmcore import (
    Invalid,
    LogEntry,
    StoreBroken,
    StoreError,
    log_line,
    read_log_line,
    replace_file,
    store_lock,
    store_reader,
    store_unit,
)
from crmcore.errors import StoreLocked
from crmcore.store import Change

ENTRY = LogEntry(1, "2026-01-01T12:00:00Z", "ada", "牙医", (Change("customer", "c1", None, {"name": "Ada"}),))


def test_a_reader_shows_a_committed_state():
    reader = store_reader({"customer": {"c1": {"name": "Ada"}}, "task": {}}, 7)
    assert (reader.commit, reader.get("customer", "c1"), reader.tables()) == (7, {"name": "Ada"}, ("customer",))


def test_a_unit_gives_new_tables_to_who_saves_them_and_leaves_the_old_ones():
    saved = []
    tables = {"customer": {"c1": {"name": "Ada"}}}

    def save(made, entry, replaced):
        saved.append((made, entry))
        return 8

    with store_unit(tables, 7, save) as work:
        work.put("customer", "c2", {"name": "Bo"})
        with pytest.raises(Invalid):
            work.put("customer", "c3", {"value": float("nan")})
        assert work.commit_as(ENTRY) == 8
    assert saved == [({"customer": {"c1": {"name": "Ada"}, "c2": {"name": "Bo"}}}, ENTRY)]
    assert tables == {"customer": {"c1": {"name": "Ada"}}}
    with pytest.raises(StoreError):
        work.put("customer", "c4", {})


def test_a_log_entry_comes_back_from_its_line_under_its_own_number_only():
    line = log_line(ENTRY)
    assert line.endswith(b"\n")
    assert read_log_line(line, 1, Path("log")) == ENTRY
    for wrong, number in ((line, 2), (line[:-5], 1)):
        with pytest.raises(StoreBroken):
            read_log_line(wrong, number, Path("log"))


def test_a_replaced_file_is_wholly_the_new_one(tmp_path):
    file = tmp_path / "state"
    replace_file(file, b"a long old text")
    replace_file(file, b"new")
    assert (file.read_bytes(), [path.name for path in tmp_path.iterdir()]) == (b"new", ["state"])


def test_a_lock_lets_one_writer_in(tmp_path):
    with store_lock(tmp_path / "lock", 5), pytest.raises(StoreLocked), store_lock(tmp_path / "lock", 0.05):
        pass
    with store_lock(tmp_path / "lock", 0.05):
        pass
