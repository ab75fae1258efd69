"""What is no store is refused, with the reason and what to do, and left as it is."""

import json
import os
import re

import pytest

from crmcore.errors import StoreBroken, StoreError, StoreTooNew
from crmcore.storage.tinydb_store import open_tinydb

FACTS = {"format": 1, "commit": 0, "crc32": 0, "log": 0, "log_after": 0, "log_bytes": 0, "log_last": 0, "log_crc32": 0}


@pytest.fixture
def file(tmp_path):
    return tmp_path / "crm.json"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("name,kind\nAda,person\n", "is not JSON"),
        ('{"_crm":{"1":{"format":1', "is cut off after 24 bytes"),
        ('{"_crm":{"1":{"format":1}}', "is cut off after 26 bytes"),
        ('{"a":NaN}', "is not JSON"),
        ("[]", "is JSON, but not a store"),
        ("{}", "is JSON, but not a store"),
        ('{"_default":{"1":{"name":"Ada"}}}', "is JSON, but not a store"),
        ('{"_crm":[]}', "the store's own facts (_crm) are damaged"),
        ('{"_crm":{}}', "the store's own facts (_crm) are damaged"),
        ('{"_crm":{"1":5}}', "the store's own facts (_crm) are damaged"),
        ('{"_crm":{"1":{"format":1}}}', "the store's own facts (_crm) are damaged"),
        (json.dumps({"_crm": {"1": {**FACTS, "commit": "5"}}}), "the store's own facts (_crm) are damaged"),
        (json.dumps({"_crm": {"1": {**FACTS, "commit": -5}}}), "the store's own facts (_crm) are damaged"),
        (json.dumps({"_crm": {"1": {**FACTS, "commit": True}}}), "the store's own facts (_crm) are damaged"),
        (json.dumps({"_crm": {"1": FACTS}, "customer": []}), "table 'customer' is not a mapping"),
        (json.dumps({"_crm": {"1": FACTS}, "customer": {"c1": "x"}}), "customer 'c1' is not a document but 'x'"),
    ],
)
def test_it_is_refused_with_the_reason_and_what_to_do(file, content, message):
    file.write_text(content)
    store = open_tinydb(f"tinydb:///{file}")
    with pytest.raises(StoreBroken, match=re.escape(message)) as caught:
        store.read()
    assert str(file) in str(caught.value)
    assert caught.value.todo
    with pytest.raises(StoreBroken), store.write():
        pass
    assert store.check() == (caught.value.message,)
    assert file.read_text() == content
    assert [path.name for path in file.parent.iterdir()] == ["crm.json"]


@pytest.mark.parametrize("commit", [{}, {"commit": "of another form"}])
def test_a_newer_format_is_left_alone(file, commit):
    file.write_text(json.dumps({"_crm": {"1": {"format": 2, **commit}}}))
    with pytest.raises(StoreTooNew, match="has format 2; this version of crmcore reads up to 1") as caught:
        open_tinydb(f"tinydb:///{file}").read()
    assert "pip install -U" in caught.value.todo


def test_nothing_is_there(file):
    store = open_tinydb(f"tinydb:///{file}")
    with pytest.raises(StoreError, match="there is no store at") as caught:
        store.read()
    assert "crm init" in caught.value.todo
    assert store.check() == (caught.value.message,)
    assert list(file.parent.iterdir()) == []


def test_the_folder_is_missing(tmp_path):
    store = open_tinydb(f"tinydb:///{tmp_path}/nowhere/crm.json")
    with pytest.raises(StoreError, match="there is no folder"):
        store.create()
    with pytest.raises(StoreError, match="there is no store"):
        store.read()
    assert list(tmp_path.iterdir()) == []


def test_part_of_the_path_is_a_file(tmp_path):
    (tmp_path / "crm").write_text("")
    with pytest.raises(StoreError, match="part of the path is a file"):
        open_tinydb(f"tinydb:///{tmp_path}/crm/crm.json").read()
    with pytest.raises(StoreError, match="cannot be locked for writing"):
        open_tinydb(f"tinydb:///{tmp_path}/crm/crm.json").create()


def test_a_folder_or_a_pipe_is_no_store(tmp_path):
    with pytest.raises(StoreBroken, match="is a folder, not a file"):
        open_tinydb(f"tinydb:///{tmp_path}").read()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StoreBroken, match="is a device or pipe, not a file"):
        open_tinydb(f"tinydb:///{tmp_path}/pipe").read()
