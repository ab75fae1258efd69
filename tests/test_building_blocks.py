"""What stores of plugins are built from. That a whole store can be built shows test_author_new_generated.py."""

from pathlib import Path

import pytest
from attrs import evolve

from crmcore import (
    BackupHeading,
    BackupSink,
    Invalid,
    LogEntry,
    StoreBroken,
    StoreError,
    StoreLocked,
    StoreTooNew,
    log_line,
    log_problems,
    pack_document,
    quiet,
    read_backup,
    read_log_line,
    replace_file,
    sealed_entry,
    store_lock,
    store_reader,
    store_unit,
    stream_backup,
    write_backup,
)
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


def test_a_log_is_sound_if_its_chain_is_whole_and_ends_where_the_store_says():
    first = sealed_entry(ENTRY, 1, "")
    second = sealed_entry(ENTRY, 2, first.seal.link)
    assert log_problems([], "") == ()
    assert log_problems([first, second], second.seal.link) == ()
    assert log_problems([first], second.seal.link) == ("the log does not end with the commit that the store knows",)
    assert log_problems([evolve(first, why="other"), second], second.seal.link)


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


class Kept:
    """What a backup gave, piece by piece."""

    def __init__(self):
        self.documents, self.lines = [], []

    def document(self, table, key, document):
        self.documents.append((table, key, document))

    def logged(self, line):
        self.lines.append(line)


def test_what_one_store_backs_up_any_other_reads_whole_or_piece_by_piece(tmp_path):
    documents = [("customer", f"c{number}", {"name": "Ada"}) for number in range(2500)]
    heard: list[int] = []
    tell = heard.append
    write_backup(tmp_path / "backup", BackupHeading(1), documents, [log_line(ENTRY)], tell)
    assert heard == [1000, 2000]
    found = read_backup(tmp_path / "backup", quiet)
    assert (found.heading, found.lines) == (BackupHeading(1), [log_line(ENTRY)])
    kept: BackupSink = Kept()
    assert stream_backup(tmp_path / "backup", kept, tell) == BackupHeading(1)
    assert kept.documents == [(table, key, one) for table, rows in found.tables.items() for key, one in rows.items()]
    assert kept.documents == documents
    assert kept.lines == found.lines


def test_a_backup_that_ends_too_early_or_was_made_by_newer_code_is_refused(tmp_path):
    write_backup(tmp_path / "short", BackupHeading(2), [], [log_line(ENTRY)])
    write_backup(tmp_path / "newer", BackupHeading(0, format=99), [], [])
    for name, error in (("short", StoreBroken), ("newer", StoreTooNew)):
        with pytest.raises(error):
            stream_backup(tmp_path / name, Kept())


def test_a_document_is_packed_only_if_it_comes_back_as_it_was():
    assert pack_document("customer", "c1", {"name": "牙", "n": 1}) == '{"name":"牙","n":1}'.encode()
    for table, key, document in (
        ("", "c1", {}),
        ("customer", "", {}),
        ("customer", "c\0", {}),
        ("x", "y", {"n": (1,)}),
    ):
        with pytest.raises(Invalid):
            pack_document(table, key, document)
