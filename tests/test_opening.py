"""Opening a company's CRM as a library."""

from datetime import date
from pathlib import Path

import pytest
from cli_kit import Shop, new_shop

import crmcore
from crmcore.addresses import address, folder_of, scheme_of
from crmcore.desk.exporting import export_rows
from crmcore.errors import Invalid, StoreError, UnknownName
from crmcore.opening import actor_of, configuration, create
from crmcore.work.company import company


@pytest.fixture
def shop(tmp_path, monkeypatch):
    return new_shop(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("given", "url", "folder"),
    [
        ("crm.json", "tinydb:///crm.json", "."),
        ("a/crm.json", "tinydb:///a/crm.json", "a"),
        ("/data/crm.json", "tinydb:////data/crm.json", "/data"),
        ("tinydb:///b/crm.json?timeout=1", "tinydb:///b/crm.json?timeout=1", "b"),
        ("sqlite:////data/crm.db", "sqlite:////data/crm.db", "/data"),
        ("postgresql://host/crm", "postgresql://host/crm", "."),
    ],
)
def test_a_store_is_named_by_a_path_or_a_url(given, url, folder):
    assert address(given) == url
    assert scheme_of(url) == url.partition(":")[0]
    assert folder_of(url) == folder


def test_a_home_folder_may_be_written_short(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ada")
    assert address("~/crm.json") == "tinydb:////home/ada/crm.json"


def test_the_library_does_what_the_command_line_does(shop: Shop):
    crm = crmcore.open("crm.json", actor="ada")
    create(crm, company("EUR", "Europe/Berlin"))
    customer = crm.catalogue.record("customer")
    with crm.unit("test") as unit:
        unit.add(customer(id="c1", name="Ada"))
    crm.classify(date(2024, 5, 31))
    assert shop.fine("customer", "show", "c1", "--format", "json").json["shop.tier"] == "small"
    assert crm.explain("c1", "shop.tier").explanation.segment == "small"
    table, left_out = export_rows(crm.state(), crm.catalogue, customer)
    assert (table.rows[0][:2], left_out) == (("c1", "Ada"), ())
    with pytest.raises(StoreError):
        create(crm, company("EUR", "Europe/Berlin"))


def test_a_path_object_is_as_good_as_a_text(shop: Shop):
    assert crmcore.open(Path("x.json")).store.url == "tinydb:///x.json"


def test_plugins_can_be_left_out_or_chosen(shop: Shop):
    assert crmcore.open().catalogue.plugins.active == ("shop",)
    assert crmcore.open(without=["shop"]).catalogue.plugins.active == ()
    assert crmcore.open(plugins=()).catalogue.plugins.active == ()
    with pytest.raises(UnknownName):
        crmcore.open(plugins=["shpo"])


def test_a_broken_configuration_is_refused_and_an_unknown_kind_of_store_has_a_hint(shop: Shop):
    with pytest.raises(UnknownName):
        crmcore.open("sqlte:///x.db")
    shop.write("crm.toml", "nonsense")
    with pytest.raises(Invalid):
        crmcore.open()


def test_the_users_own_file_can_name_the_store_and_the_companys_file_beside_it_counts(shop: Shop):
    (shop.folder / "XDG_CONFIG_HOME" / "crm").mkdir(parents=True)
    (shop.folder / "XDG_CONFIG_HOME" / "crm" / "config.toml").write_text('[store]\nurl = "there/crm.json"\n')
    (shop.folder / "crm.toml").unlink()
    shop.write("there/crm.toml", 'lang = "zh"\n')
    crm = crmcore.open()
    assert (crm.store.url, crm.language) == ("tinydb:///there/crm.json", "zh")


def test_a_company_file_in_the_current_folder_may_put_the_store_elsewhere(shop: Shop):
    shop.write("crm.toml", 'lang = "zh"\n[store]\nurl = "there/crm.json"\n')
    config = configuration("", {})
    assert (config.store.value, config.lang.value, config.folder) == ("there/crm.json", "zh", Path())


def test_who_acts_is_said_or_the_login_name(monkeypatch):
    assert actor_of({"CRM_ACTOR": " ada "}) == "ada"
    monkeypatch.setattr("getpass.getuser", lambda: "eve")
    assert actor_of({}) == "eve"
    monkeypatch.setattr("getpass.getuser", lambda: (_ for _ in ()).throw(KeyError("uid")))
    assert actor_of({}) == "unknown"


def test_plugins_cannot_take_the_names_of_commands(shop: Shop):
    taken = (shop.folder / "crm_plugins/shop.py").read_text().replace('"greet"', '"classify"')
    shop.write("crm_plugins/shop.py", taken)
    (record,) = (one for one in crmcore.open().catalogue.plugins.records if one.name == "shop")
    assert record.status != "active"
    assert "classify" in record.reason
