"""Working while plugins are missing: who follows whom, what is refused, what is said, and what strictness makes of it."""

import sys

import pytest
from cli_kit import PLUGIN, new_shop
from company_kit import make_crm, plugin, put, reopened, stored
from site_kit import forget, install

import crmcore
from crmcore import TEXT, Customer, Field, Record, Scheme, Segment, column, record
from crmcore.errors import CrmError, Invalid
from crmcore.plugging.catalogue import build_catalogue
from crmcore.plugging.loading import load_plugins

FINE = "from crmcore import hookimpl\n@hookimpl\ndef crm_fields():\n    return []\n"


@pytest.fixture
def site(tmp_path, monkeypatch):
    folder = tmp_path / "site"
    folder.mkdir()
    before = set(sys.modules)
    monkeypatch.setattr(sys, "path", [str(folder), *(place for place in sys.path if "site-packages" not in place)])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield folder
    forget(before)


def states(plugins):
    return {record.name: (record.status, record.reason) for record in plugins.records}


# --- who follows whom -------------------------------------------------------------------------------------------------


def test_a_plugin_whose_required_plugin_is_disabled_is_disabled_with_that_reason_and_not_imported(site):
    install(site, "base", FINE)
    install(site, "middle", "raise SystemExit", requires=["crmcore", "crm_Base>=1"])
    install(site, "top", "raise SystemExit", requires=["crm-middle"])
    install(site, "other", FINE)
    plugins = load_plugins(disabled={"base": "crm.toml:12"})
    assert states(plugins) == {
        "base": ("disabled", "disabled by crm.toml:12"),
        "middle": ("disabled", "it needs base, which is disabled by crm.toml:12"),
        "top": ("disabled", "it needs middle, which needs base, which is disabled by crm.toml:12"),
        "other": ("active", ""),
    }
    assert plugins.record("top").needs == ("middle",)


@pytest.mark.parametrize(
    ("code", "facts", "why"),
    [
        ("raise RuntimeError('no luck')", {}, "it needs base, which failed: RuntimeError: no luck ("),
        (FINE, {"requires": ["crmcore>=99"]}, "it needs base, which needs crmcore >=99; this is"),
        ("def crm_fields(): return []", {}, "it needs base, which failed: crm_fields() at"),
    ],
)
def test_a_plugin_whose_required_plugin_does_not_work_fails_with_that_reason(site, code, facts, why):
    install(site, "base", code, **facts)
    install(site, "top", "raise SystemExit", requires=["crm-base"])
    record = load_plugins().record("top")
    assert record.status == "failed"
    assert record.reason.startswith(why)


def test_dependents_follow_a_plugin_that_is_set_aside_for_its_names(site):
    visit = "from crmcore import Record, hookimpl, record\n@record('visit')\nclass Visit(Record): pass\n"
    visit += "@hookimpl\ndef crm_records():\n    return [Visit]\n"
    install(site, "alpha", visit)
    install(site, "base", visit)
    install(site, "top", FINE, requires=["crm-base"])
    plugins = build_catalogue(load_plugins()).plugins
    assert {record.name: record.status for record in plugins.records} == {
        "alpha": "active",
        "base": "conflict",
        "top": "failed",
    }
    assert plugins.record("top").reason.startswith(
        "it needs base, which is in conflict: two plugins provide the record 'visit'"
    )


def test_plugins_that_need_each_other_are_said_to(site):
    install(site, "one", FINE, requires=["crm-two"])
    install(site, "two", FINE, requires=["crm-three"])
    install(site, "three", FINE, requires=["crm-one"])
    install(site, "user", FINE, requires=["crm-two"])
    found = states(load_plugins())
    assert found["one"] == (
        "failed",
        "it needs two, which needs three, which needs one itself: take one of these requirements out",
    )
    assert {name: state for name, (state, _) in found.items()} == dict.fromkeys(
        ("one", "two", "three", "user"), "failed"
    )


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("import crm_base\n", "disabled"),
        ("from crm_base import x\n", "disabled"),
        ("from crm_plugins_friend import y\n", "disabled"),
        ("def crm_fields():\n    from crm_base import x\n", "disabled"),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import crm_base\n", "active"),
        ("try:\n    import crm_absent\nexcept ImportError:\n    crm_absent = None\n", "active"),
        ("def later():\n    import crm_base\n", "active"),
    ],
)
def test_a_one_file_plugin_needs_the_plugins_whose_modules_it_imports(site, tmp_path, code, state):
    install(site, "base", "x = 1\n" + FINE)
    files = [tmp_path / "mine.py", tmp_path / "friend.py"]
    files[0].write_text(code)
    files[1].write_text("y = 1\n")
    plugins = load_plugins(local=files, disabled={"base": "crm.toml:1", "friend": "crm.toml:1"})
    assert plugins.record("mine").status == state
    names = [record.name for record in load_plugins(local=files).records]
    assert names.index("friend") < names.index("mine") or "friend" not in code


def test_of_a_distribution_with_two_plugins_either_may_be_meant(site):
    info = install(site, "base", FINE, dist="suite")
    (info / "entry_points.txt").write_text("[crm.plugins]\nbase = crm_base\nsecond = crm_second\n")
    (site / "crm_second.py").write_text("raise RuntimeError\n")
    install(site, "top", FINE, requires=["suite"])
    assert {record.name: record.status for record in load_plugins().records} == {
        "base": "active",
        "second": "failed",
        "top": "active",
    }


# --- what is refused --------------------------------------------------------------------------------------------------


@record("note", links={"customer": "customer"})
class Note(Record):
    """What somebody noted."""

    customer: str = column(TEXT, required=True, refers_to=Customer)


score = Field("away.score", int, on=Customer)
AWAY = plugin("away", records=[Note], fields=[score], schemes=[Scheme("away.tier", Segment("all", when=score >= 1))])


@pytest.fixture
def left():
    """A company whose plugin ``away`` was uninstalled."""
    crm = make_crm(AWAY)
    put(crm, Customer(id="c1", name="Ada", fields={"away.score": 5}), Customer(id="c2", name="Bob"))
    put(crm, Note(id="n1", customer="c1"))
    crm.classify()
    return reopened(crm)


@pytest.mark.parametrize("fields", [{"away.score": 6}, {}, {"away.score": 5, "away.more": 1}])
def test_a_value_of_an_absent_plugin_is_carried_along_and_never_changed(left, fields):
    before = stored(left, "customer")
    with (
        pytest.raises(
            Invalid, match=r"away\.(score|more): cannot be changed, since the plugin 'away' is not installed"
        ),
        left.unit() as unit,
    ):
        unit.edit(unit.get(Customer, "c1"), fields=fields)
    assert stored(left, "customer") == before
    with left.unit() as unit:
        unit.edit(unit.get(Customer, "c1"), name="Eve")
    assert stored(left, "customer")["c1"]["fields"] == {"away.score": 5}


def test_a_new_record_cannot_have_a_value_that_nobody_declares(left):
    with pytest.raises(Invalid, match=r"away\.score: cannot be changed"):
        put(left, Customer(id="c3", name="Cid", fields={"away.score": 1}))
    with pytest.raises(Invalid, match=r"strange\.x: no installed code declares this field"):
        put(left, Customer(id="c3", name="Cid", fields={"strange.x": 1}))
    assert "c3" not in stored(left, "customer")


def test_a_field_stays_closed_although_another_plugin_uses_it(left):
    user = plugin("user", schemes=[Scheme("user.x", Segment("all", when=score > 1))])
    found = load_plugins(only=[user, AWAY]).set_aside("away", "failed", "it broke")
    crm = crmcore.app.Crm(left.store, build_catalogue(found), "ada", clock=left.clock)
    assert crm.catalogue.field("away.score") is score
    with pytest.raises(Invalid, match=r"the plugin 'away' is not active \(failed: it broke\)"), crm.unit() as unit:
        unit.edit(unit.get(Customer, "c1"), fields={"away.score": 6})


def test_what_is_taken_back_may_bring_values_of_absent_plugins_along(left):
    with left.unit() as unit:
        unit.remove(Customer, "c2")
    commit = left.store.read().commit
    back = reopened(left, AWAY)
    with back.unit() as unit:
        unit.edit(unit.get(Customer, "c1"), fields={"away.score": 9})
    edited = left.store.read().commit
    left.undo(edited)
    left.undo(commit)
    documents = stored(left, "customer")
    assert documents["c1"]["fields"] == {"away.score": 5}
    assert "archived_at" not in documents["c2"]


def test_nothing_is_removed_on_which_records_of_absent_plugins_hang(left):
    before = stored(left, "customer")
    said = r"customer 'c1' still has 1 note; nothing was removed\nnote: kept for a plugin that takes no part"
    with pytest.raises(CrmError, match=said), left.unit() as unit:
        unit.delete("customer", "c1")
    assert stored(left, "customer") == before


# --- what people see --------------------------------------------------------------------------------------------------


@pytest.fixture
def shop(tmp_path, monkeypatch):
    found = new_shop(tmp_path, monkeypatch)
    found.write("crm_plugins/shop.py", PLUGIN)
    found.stock()
    found.fine("classify")
    return found


def disabled(shop):
    shop.write("crm.toml", '[plugins]\nlocal = ["shop"]\ndisabled = ["shop"]\n')


def test_tables_without_a_plugin_say_so_first_and_data_stays_data(shop):
    shop.write("crm_plugins/more.py", "import nothing_there\n")
    shop.write(
        "crm_plugins/other.py",
        'from crmcore import View, hookimpl\n@hookimpl\ndef crm_views():\n    return [View("other.all", ["id"])]\n',
    )
    shop.write("crm.toml", '[plugins]\nlocal = ["shop", "more", "other"]\ndisabled = ["shop"]\n')
    said = "2 plugins do not work: more (failed), shop (disabled); their schemes and fields and records are not shown"
    for command in (("segments",), ("view", "other.all")):
        assert shop.fine(*command).out.splitlines()[0] == said
        assert shop.fine(*command, "--format", "md").out.splitlines()[:2] == [f"> {said}", ""]
        for form in ("json", "jsonl", "csv"):
            ran = shop.fine(*command, "--format", form)
            assert "plugin" not in ran.out
            assert [line for line in ran.err.splitlines() if "plugin" in line] == [f"crm: {said}"]
    assert shop.fine("--lang", "zh", "segments").out.splitlines()[0] == (
        "2 个插件不可用：more（失败）、shop（已停用）；其分类方案、字段、记录未显示"
    )


def test_nothing_is_said_where_nothing_is_missing(shop):
    assert "plugin" not in shop.fine("segments").out
    assert shop.fine("segments", "--format", "json").err == ""


def test_a_scheme_that_missed_changes_is_said_to_be_behind_until_it_catches_up(shop):
    disabled(shop)
    shop.fine("purchase", "add", "--customer", "c1", "--at", "2024-06-01", "--amount", "5000")
    shop.write("crm.toml", '[plugins]\nlocal = ["shop"]\n')
    said = "not placed anew: shop.recent, shop.tier; run `crm classify`"
    assert shop.fine("segments").out.splitlines()[0] == said
    assert f"crm: {said}" in shop.fine("segments", "--format", "json").err
    shop.fine("classify")
    assert "not placed" not in shop.fine("segments").out


def test_values_and_records_of_a_missing_plugin_are_refused_by_every_command_that_writes(shop):
    shop.fine("visit", "add", "--customer", "c1", "--on", "2024-05-05")
    disabled(shop)
    before = (shop.folder / "crm.json").read_bytes()
    shop.write("c.csv", "id,name,shop.level\nc9,New,low\n")
    shop.write("v.csv", "customer,on\nc1,2024-01-01\n")
    for command in (
        ("customer", "edit", "c1", "--set", "shop.level=low"),
        ("customer", "edit", "c1", "--shop.level", "low"),
        ("customer", "add", "--name", "New", "--set", "shop.level=low"),
        ("import", "c.csv", "--as", "customer"),
        ("import", "v.csv", "--as", "visit"),
        ("visit", "add", "--customer", "c1", "--on", "2024-05-06"),
        ("visit", "list"),
    ):
        ran = shop.crm(*command)
        assert ran.code == 1, command
        assert "since the plugin 'shop' is not active (disabled: disabled by crm.toml:3)" in ran.err
        assert "see `crm plugin show shop`" in ran.err
    assert (shop.folder / "crm.json").read_bytes() == before
    shop.write("c.csv", "id,name,shop.level\nc9,New,low\n")
    shop.fine("import", "c.csv", "--as", "customer", "--map", "shop.level=-")


def test_plugin_commands_work_with_everything_broken(shop):
    shop.write("crm_plugins/shop.py", "raise SystemExit(1)\n")
    shop.write("crm.toml", "[plugins\n")
    (shop.folder / "crm.json").write_bytes(b"{ damaged")
    ran = shop.fine("plugin", "list", "--format", "json")
    assert "crm.toml:1" in ran.err
    assert shop.fine("plugin", "hooks").code == 0
    shop.write("crm.toml", '[plugins]\nlocal = ["shop"]\n')
    shown = shop.fine("plugin", "show", "shop")
    assert "Traceback" not in shown.out
    assert 'mend crm_plugins/shop.py, or do without it: disabled = ["shop"]' in shown.out
    assert "Traceback" in shop.fine("plugin", "show", "shop", "--debug").out
    assert "Traceback" in shop.fine("--debug", "plugin", "show", "shop").out


# --- strictness -------------------------------------------------------------------------------------------------------


def test_strictly_any_broken_plugin_is_an_error_before_the_command_runs(shop, monkeypatch):
    shop.write("crm_plugins/bad.py", "import nothing_there\n")
    shop.write("crm.toml", '[plugins]\nlocal = ["shop", "bad"]\n')
    assert shop.fine("customer", "list", "--format", "json").json
    monkeypatch.setenv("CRM_STRICT_PLUGINS", "1")
    before = (shop.folder / "crm.json").read_bytes()
    for command in (("customer", "list"), ("customer", "edit", "c1", "--city", "Ulm"), ("store", "info"), ("greet",)):
        ran = shop.crm(*command)
        assert (ran.code, ran.out) == (1, "")
        assert (
            "  - bad (failed): ModuleNotFoundError: No module named 'nothing_there' (crm_plugins/bad.py:1)" in ran.err
        )
    assert (shop.folder / "crm.json").read_bytes() == before
    assert shop.fine("plugin", "show", "bad", "--format", "json").json["status"] == "failed"
    assert shop.fine("--help").out
    assert shop.fine("--no-plugin", "bad", "customer", "list", "--format", "json").json
    monkeypatch.setenv("CRM_STRICT_PLUGINS", "0")
    shop.fine("customer", "list")


def test_a_library_user_can_be_strict_as_well(shop, monkeypatch):
    shop.write("crm_plugins/bad.py", "import nothing_there\n")
    shop.write("crm.toml", '[plugins]\nlocal = ["shop", "bad"]\n')
    assert "shop" in crmcore.open("crm.json").catalogue.plugins.active
    with pytest.raises(CrmError, match=r"1 plugin does not work:\n  - bad \(failed\)"):
        crmcore.open("crm.json", strict=True)
    monkeypatch.setenv("CRM_STRICT_PLUGINS", "yes")
    with pytest.raises(CrmError, match="CRM_STRICT_PLUGINS makes this an error"):
        crmcore.open("crm.json")
    assert crmcore.open("crm.json", strict=False).catalogue.plugins.active == ("shop",)


# --- a plugin that does not fit its data ------------------------------------------------------------------------------

MIGRATING = f"{PLUGIN}\nfrom crmcore import Migration\n@hookimpl\ndef crm_migrations():\n    return [Migration(2, Customer, dict)]\n"


@pytest.fixture
def pending(tmp_path, monkeypatch):
    """Return a shop whose plugin has a migration that nobody ran."""
    shop = new_shop(tmp_path, monkeypatch)
    shop.stock()
    shop.fine("visit", "add", "--id", "v1", "--customer", "c1", "--on", "2024-05-03")
    shop.write("crm_plugins/shop.py", MIGRATING)
    return shop


def test_a_plugin_with_a_pending_migration_is_listed_and_shown_as_incompatible_with_what_to_do(pending):
    (row,) = [one for one in pending.fine("plugin", "list", "--format", "json").json if one["name"] == "shop"]
    shown = pending.fine("plugin", "show", "shop", "--format", "json").json
    for found in (row, shown):
        assert found["status"] == "incompatible"
        assert "needs schema 2. Look with `crm plugin migrate shop --dry-run`" in found["reason"]
    assert row["adds"] == len(shown["adds"]) > 0
    pending.write("crm.json", "no store")
    for arguments in (("list",), ("show", "shop")):
        assert "active" in pending.fine("plugin", *arguments).out


@pytest.mark.parametrize(
    "arguments",
    [
        ("list",),
        ("show", "v1"),
        ("export", "-"),
        ("add", "--customer", "c1", "--on", "2024-05-04"),
        ("edit", "v1", "--note", "x"),
        ("remove", "v1"),
    ],
)
def test_records_of_a_plugin_with_a_pending_migration_are_refused_with_what_to_do(pending, arguments):
    ran = pending.crm("visit", *arguments).assert_fails("records of type visit, since the plugin 'shop' is not active")
    assert "`crm plugin migrate shop --dry-run`" in ran.err
