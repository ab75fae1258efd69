"""The addresses of stores on servers: what is refused, and that no password shows anywhere."""

import pytest
from company_kit import make_crm, plugin, put
from crm_sql import open_postgresql
from postgres_kit import address, server

from crmcore import CrmError, Customer, StoreError, UsageError, erase
from crmcore.store import copies_of
from crmcore.testing.store_base import entry
from crmcore.work.shapes import shape


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://host/crm?schema=Bad-Name", "is no name of a schema"),
        ("postgresql://host/crm?units=some", "is not known"),
        ("postgresql://host/crm?timeout=soon", "is no number of seconds"),
        ("postgresql://host/crm?speed=5", "is not the address of a database"),
        ("postgresql://host/crm?options=-c%20fsync%3Doff", "cannot be given here"),
    ],
)
def test_a_wrong_address_is_refused(url, said):
    with pytest.raises(UsageError, match=said):
        open_postgresql(url).exists()


def test_no_password_is_shown():
    store = open_postgresql("postgresql://ada:s3cr3t-pass@127.0.0.1:1/crm?connect_timeout=1")
    assert store.url == "postgresql://ada:***@127.0.0.1:1/crm?connect_timeout=1"
    with pytest.raises(StoreError) as caught:
        store.read()
    told = f"{caught.value} {caught.value!r} {store!r} {store.check()}"
    assert "s3cr3t" not in told
    assert "127.0.0.1" in told


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://127.0.0.1:1/crm?password=s3cr3t-pass&connect_timeout=1",
        "postgresql://ada:s3cr3t pass@@127.0.0.1/crm",
        "postgresql://127.0.0.1/crm?sslpassword=s3cr3t&port",
        "postgresql://127.0.0.1/crm?password=s3cr3t&schema=x&schema=y",
        "postgresql://127.0.0.1/crm?password=s3cr3t&timeout=soon",
    ],
)
def test_no_password_is_told_where_an_address_cannot_be_used(url):
    with pytest.raises(CrmError) as caught:
        open_postgresql(url).read()
    assert "s3cr3t" not in f"{caught.value} {caught.value!r}"


def test_a_database_that_cannot_hold_every_text_is_refused():
    server().psql("CREATE DATABASE old ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    url = server().get_uri().replace("/postgres?", "/old?")
    with pytest.raises(StoreError, match="keeps texts as SQL_ASCII"):
        open_postgresql(url).create()


def test_a_schema_holds_one_company_beside_others():
    first, second = address(), address()
    for url in (first, second):
        open_postgresql(url).create()
    with open_postgresql(first).write() as work:
        work.put("customer", "c1", {})
        work.commit_as(entry())
    assert open_postgresql(first).read().count("customer") == 1
    assert open_postgresql(second).read().count("customer") == 0


def test_what_a_restore_kept_can_be_written_to_without_the_typed_columns(tmp_path):
    store = open_postgresql(address())
    crm = make_crm(plugin("demo"), store=store)
    shape(store, crm.catalogue)
    put(crm, Customer(id="c1", name="Rui"))
    store.backup(tmp_path / "backup")
    store.restore(tmp_path / "backup")
    assert erase(crm, "c1").failed == ()
    (copy,) = copies_of(store)
    assert [one.read().get("customer", "c1")["name"] for one in (store, copy)] == ["erased", "erased"]
    assert (store.check(), copy.check()) == ((), ())


def test_a_restored_store_leaves_the_old_one_in_a_schema_of_its_own(tmp_path):
    url = address()
    store = open_postgresql(url)
    store.create()
    store.backup(tmp_path / "empty")
    with store.write() as work:
        work.put("customer", "c1", {"name": "Ada"})
        work.commit_as(entry())
    store.restore(tmp_path / "empty")
    assert store.read().count("customer") == 0
    schema = url.partition("schema=")[2]
    kept = open_postgresql(address(f"{schema}_before_restore_1"))
    assert kept.read().get("customer", "c1") == {"name": "Ada"}
    assert kept.check() == ()
    (copy,) = copies_of(store)
    assert copy.read().get("customer", "c1") == {"name": "Ada"}
