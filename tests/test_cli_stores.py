"""Stores, history and configuration on the command line."""

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cli_kit import Shop, new_shop
from click.testing import CliRunner

from crmcore.cli.main import cli
from crmcore.errors import StoreError
from crmcore.storage import store_backup
from crmcore.storage.tinydb_store import TinyDBStore, open_tinydb
from crmcore.storage.write_lock import held
from crmcore.store import LogEntry


@pytest.fixture
def shop(tmp_path, monkeypatch):
    return new_shop(tmp_path, monkeypatch)


@pytest.fixture
def stocked(shop):
    shop.stock()
    return shop


# -- making one --------------------------------------------------------------------------------------------------------


def test_a_new_store_has_a_currency_and_a_zone(shop: Shop):
    assert "would" not in shop.fine("init", "--currency", "cny", "--zone", "Asia/Shanghai").err
    facts = shop.fine("store", "info", "--format", "json").json
    assert (facts["currency"], facts["zone"]) == ("CNY", "Asia/Shanghai")
    again = shop.crm("init")
    assert again.code == 1
    assert "already" in again.err


def test_a_dry_run_makes_no_store(shop: Shop):
    shop.fine("init", "--dry-run")
    assert not list(shop.folder.glob("crm.json*"))


def test_a_store_that_lost_its_company_is_not_begun_anew(stocked: Shop):
    file = stocked.folder / "crm.json"
    tables = json.loads(file.read_bytes())
    del tables["company"]
    file.write_text(json.dumps(tables), "utf-8")
    before = file.read_bytes()
    for command in (("init",), ("init", "--dry-run"), ("customer", "list"), ("segments",)):
        ran = stocked.crm(*command)
        assert ran.code == 1
        assert "crm.json holds data, but its company record (currency and zone) is gone" in ran.err
        assert "crm store restore" in ran.err
        assert "crm init" not in ran.err
    assert "its company record" in stocked.crm("doctor").out
    assert file.read_bytes() == before


def test_a_store_that_was_made_and_never_given_a_company_can_be_begun(shop: Shop):
    open_tinydb("tinydb:///crm.json").create()
    assert "crm init" in shop.crm("customer", "list").err
    shop.fine("init")


@pytest.mark.parametrize(
    ("arguments", "said"), [(["--currency", "EURO"], "'EURO'"), (["--zone", "Mars/Base"], "'Mars/Base'")]
)
def test_a_store_needs_a_real_currency_and_zone(shop: Shop, arguments, said):
    ran = shop.crm("init", *arguments)
    assert ran.code == 2
    assert said in ran.err
    assert not list(shop.folder.glob("crm.json*"))


@pytest.mark.parametrize("way", ["option", "url", "environment", "config"])
def test_the_store_can_be_chosen(shop: Shop, monkeypatch, way):
    chosen = {"option": ["--store", "other.json"], "url": ["--store", "tinydb:///other.json"]}.get(way, [])
    if way == "environment":
        monkeypatch.setenv("CRM_STORE", "other.json")
    if way == "config":
        shop.write("crm.toml", '[store]\nurl = "other.json"\n')
    shop.fine(*chosen, "init")
    assert (shop.folder / "other.json").exists()
    assert shop.fine(*chosen, "customer", "list", "--format", "json").json == []


def test_settings_are_taken_from_beside_the_store(shop: Shop):
    shop.write("there/crm.toml", 'lang = "zh"\n')
    shop.fine("--store", "there/crm.json", "init")
    assert "中" not in shop.fine("config", "show").out
    assert "there" in shop.fine("--store", "there/crm.json", "config", "show", "--origin").out
    shown = shop.fine("--store", "there/crm.json", "config", "show", "--format", "json").json
    assert {"key": "lang", "value": "zh"} in shown


# -- a store that cannot be used ---------------------------------------------------------------------------------------


def test_no_store_at_all_names_the_way_to_one(shop: Shop):
    ran = shop.crm("customer", "list")
    assert ran.code == 1
    assert "crm init" in ran.err


def test_a_store_without_a_company_names_the_way_out(shop: Shop):
    open_tinydb("tinydb:///crm.json").create()
    assert "crm init" in shop.crm("customer", "list").err
    shop.fine("init")
    shop.fine("customer", "list")


@pytest.mark.parametrize(
    "command", [["customer", "list"], ["customer", "add", "--name", "X"], ["store", "info"], ["log"]]
)
def test_a_broken_file_is_one_message_and_stays_as_it_is(stocked: Shop, command):
    file = stocked.folder / "crm.json"
    file.write_bytes(file.read_bytes()[:-100])
    before = file.read_bytes()
    ran = stocked.crm(*command)
    assert (ran.code, ran.out) == (1, "")
    assert "crm.json is cut off" in ran.err
    assert "restore" in ran.err
    assert file.read_bytes() == before


def test_checking_finds_damage_with_exit_code_three(stocked: Shop):
    assert stocked.fine("store", "check").err == "crm: the store is sound\n"
    assert stocked.fine("store", "check", "--format", "json").json == []
    file = stocked.folder / "crm.json"
    file.write_text(file.read_text().replace("Ada", "Eve"))
    ran = stocked.crm("store", "check", "--format", "json")
    assert ran.code == 3
    assert len(ran.json) == 1


def test_a_store_of_a_newer_format_is_refused(stocked: Shop):
    file = stocked.folder / "crm.json"
    content = json.loads(file.read_text())
    content["_crm"]["1"]["format"] = 99
    file.write_text(json.dumps(content))
    ran = stocked.crm("customer", "list")
    assert ran.code == 1
    assert "newer" in ran.err
    assert "Traceback" not in ran.err


def test_a_locked_store_can_be_read_and_says_who_is_writing(stocked: Shop):
    with held(stocked.folder / "crm.json.lock", 1):
        with ThreadPoolExecutor(1) as pool:
            command = ("--store", "tinydb:///crm.json?timeout=0.1", "customer", "add", "--name", "X")
            ran = pool.submit(stocked.crm, *command).result()
        assert ran.code == 1
        assert "is writing" in ran.err
        stocked.fine("customer", "list")
    stocked.fine("customer", "add", "--name", "X")


# -- looking after it --------------------------------------------------------------------------------------------------


def test_a_backup_brings_everything_back(stocked: Shop):
    stocked.fine("store", "backup", "crm.backup")
    before = stocked.fine("customer", "list", "--format", "json").out
    stocked.fine("customer", "edit", "c1", "--name", "Changed")
    stocked.fine("store", "restore", "crm.backup", "--dry-run")
    assert stocked.fine("customer", "list", "--format", "json").out != before
    assert "kept" not in stocked.fine("store", "restore", "crm.backup", "--dry-run").err
    for number in (1, 2):
        ran = stocked.fine("store", "restore", "crm.backup")
        assert f"kept in crm.json.before-restore-{number}\n" in ran.err
        assert stocked.fine("customer", "list", "--format", "json").out == before
    kept = stocked.fine("--store", "crm.json.before-restore-1", "customer", "show", "c1", "--format", "json").json
    assert kept["name"] == "Changed"


def test_a_backup_can_go_through_standard_output_and_input(stocked: Shop):
    content = CliRunner().invoke(cli, ["store", "backup", "-"]).stdout_bytes
    assert gzip.decompress(content)
    stocked.fine("customer", "edit", "c1", "--name", "Changed")
    stocked.fine("store", "restore", "-", input=content)
    assert stocked.fine("customer", "show", "c1", "--format", "json").json["name"] == "Ada"


@pytest.mark.parametrize(
    "arguments",
    [
        ["backup", "taken"],
        ["backup", "taken", "--dry-run"],
        ["restore", "taken"],
        ["restore", "taken", "--dry-run"],
        ["restore", "nowhere"],
    ],
)
def test_backups_overwrite_nothing_and_damaged_ones_are_refused(stocked: Shop, arguments):
    stocked.write("taken", "mine")
    before = stocked.fine("customer", "list", "--format", "json").out
    ran = stocked.crm("store", *arguments)
    assert ran.code == 1
    assert "Traceback" not in ran.err
    assert (stocked.folder / "taken").read_text() == "mine"
    assert stocked.fine("customer", "list", "--format", "json").out == before


def test_looking_after_a_store_needs_no_plugin(stocked: Shop):
    stocked.write("crm_plugins/shop.py", "raise RuntimeError")
    for command in (
        ["store", "info"],
        ["store", "check"],
        ["store", "backup", "b"],
        ["store", "restore", "b"],
        ["log"],
    ):
        assert "plugin" not in stocked.fine(*command).err


# -- history -----------------------------------------------------------------------------------------------------------


def test_the_log_says_who_changed_what_and_a_commit_can_be_undone(stocked: Shop):
    stocked.fine("--actor", "eve", "customer", "edit", "c1", "--name", "Changed")
    newest = stocked.fine("log", "--format", "json").json[-1]
    assert (newest["actor"], newest["why"], newest["changes"]) == ("eve", "edit customer c1", 1)
    changes = stocked.fine("log", str(newest["commit"]), "--format", "json").json
    assert changes == [{"record": "customer", "id": "c1", "column": "name", "from": "Ada", "to": "Changed"}]
    stocked.fine("undo", str(newest["commit"]))
    assert stocked.fine("customer", "show", "c1", "--format", "json").json["name"] == "Ada"


def test_the_log_is_short_unless_all_of_it_is_asked_for(stocked: Shop):
    assert [row["commit"] for row in stocked.fine("log", "--limit", "2", "--format", "json").json] == [6, 7]
    assert len(stocked.fine("log", "--all", "--format", "json").json) == 7


@pytest.mark.parametrize("command", ["log", "undo"])
def test_a_commit_that_never_was_is_not_found(stocked: Shop, command):
    ran = stocked.crm(command, "99")
    assert ran.code == 3
    assert "crm log" in ran.err
    assert stocked.crm(command, "0").code == 2


@pytest.mark.parametrize("command", ["log", "undo"])
@pytest.mark.parametrize("text", ["abc", "0", "1.5", "²", "9" * 5000])
def test_what_is_no_commit_number_is_told_where_they_are_listed(stocked: Shop, command, text):
    ran = stocked.crm(command, text)
    assert (ran.code, ran.out) == (2, "")
    assert "is no commit number; `crm log` lists them" in ran.err


def test_the_log_is_verified_against_a_link_that_was_noted(stocked: Shop):
    noted = stocked.fine("log", "verify", "--format", "json").json
    assert (noted["commits"], noted["first"], noted["problems"]) == (7, 1, [])
    stocked.fine("customer", "edit", "c1", "--name", "Eve")
    ran = stocked.fine("log", "verify", "--noted", noted["link"])
    assert ran.err == "crm: the chain is whole\n"
    assert len(stocked.fine("log", "list", "--all", "--format", "json").json) == 8
    assert stocked.fine("log", "list", "8", "--format", "json").json[0]["to"] == "Eve"
    assert [row["commit"] for row in stocked.fine("log", "list", "--limit", "1", "--format", "json").json] == [8]


def test_a_log_that_somebody_rewrote_is_found_out(stocked: Shop):
    link = stocked.fine("log", "verify", "--format", "json").json["link"]
    log = stocked.folder / "crm.json.log"
    log.write_bytes(log.read_bytes().replace(b'"Ada"', b'"Bob"'))
    ran = stocked.crm("log", "verify", "--noted", link)
    assert ran.code == 3
    assert "was altered, or what stands before it was" in ran.err
    assert "the chain is broken" in ran.err
    assert stocked.crm("log", "verify", "--noted", "00ff").code == 3


def test_the_log_names_what_was_added(stocked: Shop):
    made = stocked.fine("customer", "add", "--name", "Zoe").out.strip()
    why = [row["why"] for row in stocked.fine("log", "--all", "--format", "json").json]
    assert why[-1] == f"add customer {made}"
    assert "add purchase p3" in why


def test_a_commit_is_not_undone_over_later_changes(stocked: Shop):
    stocked.fine("customer", "edit", "c1", "--name", "B")
    first = stocked.fine("log", "--limit", "1", "--format", "json").json[0]["commit"]
    stocked.fine("customer", "edit", "c1", "--name", "C")
    assert stocked.crm("undo", str(first)).code == 1
    assert stocked.fine("customer", "show", "c1", "--format", "json").json["name"] == "C"


# -- configuration -----------------------------------------------------------------------------------------------------


def test_every_value_is_shown_with_its_origin_also_without_a_store(shop: Shop):
    rows = {row["key"]: row for row in shop.fine("--lang", "zh", "config", "show", "--origin", "--format", "json").json}
    assert rows["lang"] == {"key": "lang", "value": "zh", "origin": "flag --lang"}
    assert rows["store.url"]["origin"] == "default"
    assert rows["settings.shop.much"]["value"] == 1000
    assert "shop.py:" in rows["settings.shop.much"]["origin"]
    assert "origin" not in shop.fine("config", "show", "--format", "json").json[0]


def test_settings_are_proposed_in_the_file_and_recorded_in_the_store(stocked: Shop):
    stocked.fine("classify", "--as-of", "2024-05-31")
    stocked.write("crm.toml", '[plugins]\nlocal = ["shop"]\n[settings]\n"shop.much" = 100\n')
    assert "crm config apply" in stocked.fine("config", "show").err
    wanted = [{"setting": "shop.much", "from": 1000, "to": 100}]
    assert stocked.fine("config", "apply", "--dry-run", "--format", "json").json == wanted
    assert stocked.fine("config", "apply", "--format", "json").json == wanted
    assert stocked.fine("config", "apply", "--format", "json").json == []
    rows = {row["key"]: row for row in stocked.fine("config", "show", "--origin", "--format", "json").json}
    assert (rows["settings.shop.much"]["value"], rows["settings.shop.much"]["origin"]) == (100, "store")
    stocked.fine("classify", "--as-of", "2024-05-31")
    assert stocked.fine("customer", "show", "c1", "--format", "json").json["shop.tier"] == "big"


def test_a_wrong_setting_is_refused_with_a_hint(stocked: Shop):
    stocked.write("crm.toml", '[plugins]\nlocal = ["shop"]\n[settings]\n"shop.muhc" = 100\n')
    ran = stocked.crm("config", "apply")
    assert ran.code == 1
    assert "crm.toml:4" in ran.err
    assert "did you mean 'shop.much'" in ran.err


@pytest.mark.parametrize(
    ("table", "damage"),
    [
        ("placement:shop.tier", {"c1": {"rows": 5}}),
        ("scheme", {"shop.tier": {"as_of": 1}}),
        ("population", {"k": {"value": "Infinity"}}),
        ("company", {"company": {"zone": 5}}),
    ],
)
def test_what_was_damaged_by_hand_inside_the_store_is_named_without_a_traceback(shop, table, damage):
    shop.fine("init")
    shop.fine("customer", "add", "--id", "c1", "--name", "Ada")
    shop.fine("classify")
    file = Path("crm.json")
    content = json.loads(file.read_text(encoding="utf-8"))
    content[table] = damage
    file.write_text(json.dumps(content), encoding="utf-8")
    shop.fine("store", "accept")
    for command in (["customer", "show", "c1"], ["classify", "--full"], ["segments"]):
        done = shop.crm(*command)
        assert "internal error" not in done.err
        assert done.code == 0 or "is damaged" in done.err


@pytest.mark.parametrize("target", ["crm.json", "./crm.json", "crm.json.log", "crm.json.lock", "crm.toml", "in.csv"])
def test_no_command_writes_over_the_store_or_what_it_reads(shop, target):
    shop.fine("init")
    shop.fine("customer", "add", "--id", "c1", "--name", "Ada")
    Path("in.csv").write_text("id,name\nc2,Eve\n", encoding="utf-8")
    before = {path.name: path.read_bytes() for path in Path().iterdir() if path.is_file()}
    refused = [shop.crm("import", "in.csv", "--as", "customer", "--errors", target)]
    if target != "in.csv":
        refused.append(shop.crm("customer", "export", target))
    assert {done.code for done in refused} == {2}
    assert {path.name: path.read_bytes() for path in Path().iterdir() if path.is_file()} == before


def test_a_lost_change_log_is_accepted_once(stocked: Shop):
    (stocked.folder / "crm.json.log").unlink()
    assert stocked.crm("store", "check").code == 3
    assert "crm store accept" in stocked.crm("log").err
    assert "dry run" in stocked.fine("store", "accept", "--dry-run").err
    assert stocked.crm("store", "check").code == 3
    ran = stocked.fine("--actor", "eve", "store", "accept")
    assert "crm.json.log is missing" in ran.err
    stocked.fine("store", "check")
    (noted,) = stocked.fine("log", "--format", "jsonl").jsonl
    assert (noted["actor"], noted["why"]) == (
        "eve",
        "accepted the store as it stands: up to commit 7 it need not agree with the change log",
    )
    assert "the store is sound" in stocked.fine("store", "accept").err


def altered(shop: Shop, **columns):
    """Change a customer in the file, as with an editor."""
    file = shop.folder / "crm.json"
    tables = json.loads(file.read_bytes())
    tables["customer"]["c1"] = {**tables["customer"]["c1"], **columns}
    file.write_text(json.dumps(tables), "utf-8")
    return file.read_bytes()


def test_a_file_that_was_changed_by_hand_is_not_written_before_somebody_accepts_it(stocked: Shop):
    content = altered(stocked, name="Eve")
    for command in (("customer", "add", "--name", "X"), ("classify",), ("undo", "2")):
        ran = stocked.crm(*command)
        assert ran.code == 1
        assert "was changed by another program after it was written; nothing was written" in ran.err
        assert "crm store accept" in ran.err
    assert stocked.fine("customer", "show", "c1", "--format", "json").json["name"] == "Eve"
    stocked.fine("store", "accept", "--dry-run")
    assert (stocked.folder / "crm.json").read_bytes() == content
    stocked.fine("store", "accept")
    stocked.fine("store", "check")
    stocked.fine("customer", "add", "--name", "X")
    assert "accepted the store as it stands" in stocked.fine("log", "--format", "jsonl").jsonl[-2]["why"]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"id": "c9"}, "customer c1: id: has the id 'c9'"),
        ({"id": None}, "customer c1: id: has the id None"),
        ({"tags": "vip"}, "customer c1: tags='vip': is a text, not a list of texts"),
        ({"name": 7}, "customer c1: name='7': is a whole number, not a text"),
    ],
)
def test_records_that_cannot_be_read_are_not_accepted(stocked: Shop, columns, said):
    content = altered(stocked, **columns)
    ran = stocked.crm("store", "accept")
    assert (ran.code, said in ran.err) == (1, True), ran.err
    assert (stocked.folder / "crm.json").read_bytes() == content


def test_a_file_that_was_only_laid_out_anew_is_as_sound_as_before(stocked: Shop):
    file = stocked.folder / "crm.json"
    file.write_text(json.dumps(json.loads(file.read_bytes()), indent=2), "utf-8")
    stocked.fine("customer", "add", "--name", "X")


# -- copies, backups, and commits that were not confirmed --------------------------------------------------------------


def test_a_copy_holds_the_same_with_its_log_and_goes_on_from_there(stocked: Shop):
    said = stocked.fine("store", "copy", "crm.json", "copy.json", "--dry-run").err
    assert "to copy to tinydb:///copy.json (dry run" in said
    assert not (stocked.folder / "copy.json").exists()
    assert (
        "the log up to commit 7 are in tinydb:///copy.json"
        in stocked.fine("store", "copy", "crm.json", "copy.json").err
    )
    for command in (("customer", "list"), ("purchase", "list"), ("log",)):
        wanted = stocked.fine(*command, "--format", "json").out
        assert stocked.fine("--store", "copy.json", *command, "--format", "json").out == wanted
    assert not list(stocked.folder.glob("crm-copy-*"))
    stocked.fine("--store", "copy.json", "undo", "7")


def test_a_copy_never_overwrites(stocked: Shop):
    stocked.fine("--store", "other.json", "init")
    ran = stocked.crm("store", "copy", "crm.json", "other.json")
    assert ran.code == 1
    assert "other.json holds data already" in ran.err
    assert stocked.fine("--store", "other.json", "customer", "list", "--format", "json").json == []


@pytest.mark.parametrize("change_meanwhile", [False, True])
def test_a_copy_that_failed_goes_on_from_what_was_read(stocked: Shop, monkeypatch, change_meanwhile):
    monkeypatch.setattr(TinyDBStore, "restore", _fails)
    ran = stocked.crm("store", "copy", "crm.json", "copy.json")
    assert (ran.code, "the target is gone" in ran.err) == (1, True)
    assert len(list(stocked.folder.glob("crm-copy-*.backup"))) == 1
    monkeypatch.undo()
    monkeypatch.chdir(stocked.folder)
    if change_meanwhile:
        stocked.fine("customer", "edit", "c1", "--name", "Newer")
    said = stocked.fine("store", "copy", "crm.json", "copy.json").err
    assert ("read by an earlier attempt" in said) is not change_meanwhile
    wanted = stocked.fine("customer", "list", "--format", "json").out
    assert stocked.fine("--store", "copy.json", "customer", "list", "--format", "json").out == wanted


def test_a_copy_does_not_go_on_from_what_another_past_left(stocked: Shop, monkeypatch):
    stocked.fine("store", "backup", "before.backup")
    stocked.fine("customer", "add", "--id", "c9", "--name", "First")
    monkeypatch.setattr(TinyDBStore, "restore", _fails)
    assert "is kept in crm-copy-" in stocked.crm("store", "copy", "crm.json", "copy.json").err
    monkeypatch.undo()
    monkeypatch.chdir(stocked.folder)
    stocked.fine("store", "restore", "before.backup")
    stocked.fine("customer", "add", "--id", "c9", "--name", "Second")
    assert "read by an earlier attempt" not in stocked.fine("store", "copy", "crm.json", "copy.json").err
    assert "Second" in stocked.fine("--store", "copy.json", "customer", "list").out


def _fails(*_):
    raise StoreError("the target is gone")


def test_a_copy_that_is_not_the_same_is_noticed(stocked: Shop, monkeypatch):
    def restore(self, source, _):
        found = store_backup.read(source)
        found.tables["customer"]["c1"]["name"] = "Eve"
        self._replace_by(found)

    monkeypatch.setattr(TinyDBStore, "restore", restore)
    ran = stocked.crm("store", "copy", "crm.json", "copy.json")
    assert ran.code == 1
    assert "does not hold what tinydb:///crm.json held" in ran.err


def test_a_backup_is_verified_without_restoring_it(stocked: Shop):
    stocked.fine("store", "backup", "crm.backup")
    ran = stocked.fine("store", "verify", "crm.backup", "--format", "json")
    assert ran.json["commit"] == ran.json["logged"] == 7
    content = (stocked.folder / "crm.backup").read_bytes()
    (stocked.folder / "crm.backup").write_bytes(content[:-30])
    ran = stocked.crm("store", "verify", "crm.backup")
    assert (ran.code, "damaged" in ran.err) == (1, True)


def test_one_can_ask_what_became_of_a_commit(stocked: Shop):
    *_, last = open_tinydb("tinydb:///crm.json").log()
    assert stocked.fine("store", "outcome", last.token).out == "7\n"
    ran = stocked.crm("store", "outcome", "nobody")
    assert (ran.code, "Nothing of it was written" in ran.err) == (3, True)


@pytest.mark.parametrize(
    ("comfortable", "said"), [(3600, "It serves up to about"), (1e-9, "are much for a file store")]
)
def test_a_file_store_says_how_far_it_serves_by_its_own_time(stocked: Shop, monkeypatch, comfortable, said):
    assert "serves" not in stocked.fine("store", "info").err
    with open_tinydb("tinydb:///crm.json").write() as work:
        for number in range(600):
            work.put("task", f"t{number}", {"id": f"t{number}"})
        work.commit_as(LogEntry(0, "2026-01-01T00:00:00Z", "ada", "many", ()))
    monkeypatch.setattr("crmcore.store.COMFORTABLE_SECONDS", comfortable)
    told = stocked.fine("store", "info").err
    assert "reading the file took" in told
    assert said in told
