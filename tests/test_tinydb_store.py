"""The default store: a private file that plain TinyDB can read."""

import json
import os
import re

import orjson
import pytest
from store_cases import again, entry, made, modes, put
from tinydb import TinyDB, where

from crmcore.errors import Invalid, NotCommitted, StoreBroken, UsageError
from crmcore.storage import change_log
from crmcore.storage.tinydb_storage import SafeStorage
from crmcore.storage.tinydb_store import open_tinydb


@pytest.fixture
def file(tmp_path):
    return tmp_path / "crm.json"


@pytest.fixture
def store(file):
    return made(file)


class TestAddresses:
    def test_three_slashes_are_relative_and_four_absolute(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        open_tinydb("tinydb:///crm.json").create()
        (tmp_path / "sub").mkdir()
        open_tinydb("tinydb:///sub/crm.json").create()
        open_tinydb(f"tinydb:///{tmp_path}/other.json").create()
        assert all((tmp_path / name).exists() for name in ("crm.json", "sub/crm.json", "other.json"))

    def test_a_relative_store_stays_where_it_was_opened(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        store = open_tinydb("tinydb:///crm.json")
        monkeypatch.chdir("/")
        store.create()
        assert (tmp_path / "crm.json").exists()

    @pytest.mark.parametrize(
        "url",
        [
            "tinydb:///",
            "tinydb://crm.json",
            "tinydb:///folder/",
            "sqlite:///crm.json",
            "crm.json",
            "tinydb:///crm.json?timeout=soon",
            "tinydb:///crm.json?timeout=-1",
            "tinydb:///crm.json?timeout=inf",
            "tinydb:///crm.json?timeout=nan",
            "tinydb:///crm.json?colour=red",
        ],
    )
    def test_a_malformed_address_is_a_usage_error(self, url):
        with pytest.raises(UsageError, match=re.escape(repr(url))) as caught:
            open_tinydb(url)
        assert caught.value.todo

    def test_a_link_to_a_store_is_the_store(self, store, tmp_path):
        link = tmp_path / "link.json"
        link.symlink_to("crm.json")
        put(open_tinydb(f"tinydb:///{link}"), "c1", {"name": "Ada"})
        assert link.is_symlink()
        assert store.read().get("customer", "c1") == {"name": "Ada"}
        assert store.check() == ()


class TestTheFile:
    def test_plain_tinydb_reads_it(self, store, file):
        put(store, "c1", {"name": "Ada"})
        put(store, "c2", {"name": "Bob"})
        for database in (TinyDB(file, access_mode="r"), TinyDB(file, storage=SafeStorage)):
            with database:
                table = database.table("customer")
                table.document_id_class = str
                assert table.get(doc_id="c1") == {"name": "Ada"}
                assert table.search(where("name") == "Bob")[0].doc_id == "c2"
                assert database.table("_crm").get(doc_id=1)["commit"] == 2

    def test_tinydb_on_our_storage_writes_safely_and_keeps_the_stores_facts(self, store, file):
        put(store, "c1", {"name": "Ada"})
        with TinyDB(file, storage=SafeStorage) as database:
            table = database.table("customer")
            table.document_id_class = str
            table.update({"name": "Eve"}, doc_ids=["c1"])
        assert store.read().get("customer", "c1") == {"name": "Eve"}
        assert store.read().commit == 1

    def test_our_storage_serves_a_database_that_is_no_store(self, tmp_path):
        path = tmp_path / "plain.json"
        with TinyDB(path, storage=SafeStorage) as database:
            assert database.all() == []
            assert database.insert({"a": 1}) == 1
        assert json.loads(path.read_text()) == {"_default": {"1": {"a": 1}}}
        assert modes(tmp_path) == {"plain.json": 0o600}

    def test_every_file_is_private(self, store, tmp_path):
        old = os.umask(0)
        try:
            put(store, "c1", {"name": "Ada"})
            store.backup(tmp_path / "backup.gz")
            store.restore(tmp_path / "backup.gz")
        finally:
            os.umask(old)
        assert modes(tmp_path) == dict.fromkeys(
            [
                "crm.json",
                "crm.json.earlier-1",
                "crm.json.earlier-2",
                "crm.json.lock",
                "crm.json.log.1",
                "backup.gz",
                "crm.json.before-restore-1",
                "crm.json.before-restore-1.log",
            ],
            0o600,
        )

    def test_a_commit_writes_the_file_once_and_the_log_first(self, store, monkeypatch):
        calls = []
        replace, append = os.replace, change_log.append_synced
        monkeypatch.setattr(os, "replace", lambda *a: (calls.append("state"), replace(*a)))
        monkeypatch.setattr(change_log, "append_synced", lambda *a: (calls.append("log"), append(*a)))
        with store.write() as work:
            for number in range(50):
                work.put("customer", f"c{number}", {})
            work.commit_as(entry())
        assert calls == ["log", "state"]

    def test_an_unchanged_file_is_not_parsed_again(self, store, monkeypatch):
        put(store, "c1", {"name": "Ada"})
        parsed = []
        monkeypatch.setattr(
            "crmcore.storage.tinydb_storage.parse", lambda data, name: parsed.append(name) or orjson.loads(data)
        )
        for number in range(3):
            store.read()
            put(store, f"c{number}", {})
        assert parsed == []
        other = again(store)
        other.read()
        assert len(parsed) == 1
        put(store, "c9", {})
        assert other.read().count("customer") == 4
        assert len(parsed) == 2

    def test_a_change_by_another_program_is_seen_and_reported(self, store, file):
        put(store, "c1", {"name": "Ada"})
        file.write_text(json.dumps(json.loads(file.read_text()), indent=1))
        assert store.check() == ()
        file.write_text(file.read_text().replace("Ada", "Eve"))
        assert store.read().get("customer", "c1") == {"name": "Eve"}
        assert store.check() == (f"{file} was changed by another program after it was written",)

    def test_floats_of_another_program_survive_a_commit(self, store, file):
        put(store, "c1", {"name": "Ada"})
        data = json.loads(file.read_text())
        data["customer"]["c1"]["score"] = 0.1
        file.write_text(json.dumps(data))
        store.accept("2026-01-01T00:00:00Z", "ada")
        put(store, "c2", dict(store.read().get("customer", "c1")))
        assert [document["score"] for _, document in again(store).read().items("customer")] == [0.1, 0.1]

    def test_a_table_of_the_stores_own_is_not_for_callers(self, store):
        with store.write() as work, pytest.raises(Invalid, match="_crm/1"):
            work.put("_crm", "1", {})
        assert store.read().tables() == ()

    def test_documents_of_another_program_that_json_cannot_write_are_refused_not_lost(self, store, file):
        put(store, "c1", {"name": "Ada"})
        content = file.read_text().replace('"Ada"', "[" * 400 + "]" * 400)
        file.write_text(content)
        with pytest.raises(StoreBroken, match="was changed by another program after it was written; nothing was"):
            put(store, "c2", {})
        with pytest.raises(NotCommitted, match="the tables cannot be written as JSON"):
            store.accept("2026-01-01T00:00:00Z", "ada")
        assert file.read_text() == content
        assert [each.commit for each in store.log()] == [1]
