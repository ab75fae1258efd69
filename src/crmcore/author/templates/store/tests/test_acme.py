"""What every store promises, and what is special about this one."""

import pytest
from crmcore import StoreBroken, UsageError
from crmcore.testing import Conformance
from crmcore.testing.store_kit import StoreConformance

import crm_acme
from crm_acme import SCHEME, open_folder


class TestConformance(Conformance):
    """What `crm plugin check` asks of every plugin."""

    plugin = crm_acme
    tier = "gold"


class TestFolderStore(StoreConformance):
    """What crmcore asks of every store: whole commits, a log without gaps, one writer, verified backups."""

    def make_store(self, tmp_path):
        return open_folder(f"{SCHEME}{tmp_path}/data")

    def open_again(self, store, patience):
        return open_folder(f"{store.url}?timeout={patience}")


@pytest.mark.parametrize("url", [SCHEME, "other:///data", f"{SCHEME}data?speed=5", f"{SCHEME}data?timeout=soon"])
def test_a_wrong_address_is_refused(url):
    with pytest.raises(UsageError):
        open_folder(url)


@pytest.mark.parametrize("text", ["", "{}", '{"format": 2, "commit": 0, "log": "log", "tables": {}}'])
def test_a_file_that_is_no_state_is_refused_and_kept(tmp_path, text):
    store = open_folder(f"{SCHEME}{tmp_path}/data")
    store.create()
    (tmp_path / "data" / "state.json").write_text(text)
    with pytest.raises(StoreBroken):
        store.read()
    assert len(store.check()) == 1
    assert (tmp_path / "data" / "state.json").read_text() == text


def test_a_document_is_a_line_that_one_can_compare(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = open_folder(f"{SCHEME}data")
    store.create()
    with store.write() as work:
        work.put("customer", "c1", {"name": "Ada"})
        work.put("customer", "c2", {"name": "牙医"})
        work.commit_as(_entry())
    assert '"c1": {"name": "Ada"},\n"c2": {"name": "牙医"}\n' in (tmp_path / "data" / "state.json").read_text("utf-8")
    assert (tmp_path / "data" / "log" / "00000001.json").exists()


def _entry():
    from crmcore import LogEntry

    return LogEntry(0, "2026-01-01T12:00:00Z", "ada", "two customers", ())
