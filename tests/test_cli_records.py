"""Records on the command line: every record type has the same commands."""

import json
import os
import stat

import pytest
from cli_kit import Shop, new_shop


@pytest.fixture
def shop(tmp_path, monkeypatch):
    made = new_shop(tmp_path, monkeypatch)
    made.stock()
    return made


def test_adding_prints_the_id_and_nothing_else_on_stdout(shop: Shop):
    ran = shop.fine("customer", "add", "--name", "Zoe", "--tags", "a", "--tags", "b;c")
    key = ran.out.strip()
    assert shop.fine("customer", "show", key, "--format", "json").json["tags"] == ["a", "b", "c"]
    assert "added" in ran.err


def test_options_are_named_like_columns_with_underscores_or_hyphens(shop: Shop):
    for spelt in ("--decision_role", "--decision-role"):
        key = shop.fine("contact", "add", "--customer", "c1", "--name", "Bo", spelt, "buyer").out.strip()
        assert shop.fine("contact", "show", key, "--format", "json").json["decision_role"] == "buyer"


def test_fields_of_plugins_are_options_and_can_be_set_by_name(shop: Shop):
    shop.fine("customer", "edit", "c3", "--shop.level", "high", "--set", "shop.limit=12.5")
    shown = shop.fine("customer", "show", "c3", "--format", "json").json
    assert (shown["shop.level"], shown["shop.limit"]) == ("high", "12.5")
    shop.fine("customer", "edit", "c3", "--set", "shop.limit=")
    assert shop.fine("customer", "show", "c3", "--format", "json").json["shop.limit"] is None


def test_an_empty_text_clears_and_what_is_not_given_stays(shop: Shop):
    shop.fine("customer", "edit", "c1", "--phone", "+49 30", "--city", "Bonn", "--tags", "x")
    shop.fine("customer", "edit", "c1", "--phone", "", "--tags", "")
    shown = shop.fine("customer", "show", "c1", "--format", "json").json
    assert (shown["name"], shown["city"], shown["phone"], shown["tags"]) == ("Ada", "Bonn", None, [])


def test_record_types_of_plugins_have_the_same_commands(shop: Shop):
    key = shop.fine("visit", "add", "--customer", "c1", "--on", "2024-05-03").out.strip()
    assert shop.fine("visit", "list", "--columns", "customer.name,on", "--format", "jsonl").jsonl == [
        {"customer.name": "Ada", "on": "2024-05-03"}
    ]
    shop.fine("visit", "remove", key)
    assert shop.crm("visit", "show", key).code == 3


def test_show_has_columns_fields_metrics_and_schemes_by_name(shop: Shop):
    shop.fine("classify", "--as-of", "2024-05-31")
    shown = shop.fine("customer", "show", "c1", "--format", "json").json
    assert shown["name"] == "Ada"
    assert shown["shop.level"] == "high"
    assert shown["shop.spend"] == "100.255"
    assert shown["shop.tier"] == "liked"
    assert shown["version"] == 2
    assert shown["created.actor"] == "tester"


def test_lists_filter_sort_and_page(shop: Shop):
    shop.fine("classify", "--as-of", "2024-05-31")
    by_spend = ("customer", "list", "--columns", "id,shop.spend", "--sort", "-shop.spend", "--format", "json")
    assert shop.fine(*by_spend).json == [
        {"id": "c2", "shop.spend": "1989.5"},
        {"id": "c1", "shop.spend": "100.255"},
        {"id": "c3", "shop.spend": "0"},
    ]
    assert [row["id"] for row in shop.fine(*by_spend, "--limit", "1", "--offset", "1").json] == ["c1"]
    both = ("--where", "shop.spend<1000", "--where", "shop.tier=liked")
    assert [row["id"] for row in shop.fine(*by_spend, *both).json] == ["c1"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["customer", "list", "--columns", "nmae"], 2, "did you mean 'name'"),
        (["customer", "list", "--where", "shop.teir=big"], 2, "did you mean 'shop.tier'"),
        (["customer", "list", "--sort", "nam"], 2, "did you mean 'name'"),
        (["customer", "list", "--where", "name"], 2, "no filter"),
        (["customer", "show", "nobody"], 3, "no customer with id 'nobody'"),
        (["customer", "edit", "nobody", "--name", "X"], 3, "no customer with id 'nobody'"),
        (["customer", "remove", "nobody"], 3, "no customer with id 'nobody'"),
        (["customer", "edit", "c1"], 2, "nothing to change"),
        (["customer", "edit", "c1", "--name", ""], 1, "name: is required"),
        (["customer", "add"], 2, "a new customer needs --name"),
        (["customer", "add", "--nmae", "x"], 2, "--name"),
        (["customer", "add", "--id", "c1", "--name", "x"], 1, "there is a customer with this id already"),
        (["customer", "add", "--name", "x", "--kind", "persn"], 1, "did you mean 'person'"),
        (["customer", "add", "--name", "x", "--set", "shop.levle=low"], 2, "did you mean 'shop.level'"),
        (["customer", "add", "--name", "x", "--set", "shop.level"], 2, "NAME=VALUE"),
        (["customer", "add", "--name", "x", "--set", "name=y"], 2, "twice"),
        (["customer", "add", "--name", "x", "--parent", "nobody"], 1, "no customer with this id"),
        (["purchase", "add", "--customer", "c1", "--at", "1/2/24", "--amount", "1.2.3"], 1, "at='1/2/24'"),
        (["purchase", "add", "--customer", "c1", "--at", "2024-01-01", "--amount", "NaN"], 1, "not"),
    ],
)
def test_what_cannot_be_done_is_one_clear_message(shop: Shop, arguments, code, said):
    before = shop.fine("store", "info", "--format", "json").json
    ran = shop.crm(*arguments)
    assert ran.code == code
    assert said in ran.err
    assert ran.out == ""
    assert "Traceback" not in ran.err
    assert shop.fine("store", "info", "--format", "json").json == before


def test_all_wrong_values_are_reported_at_once(shop: Shop):
    ran = shop.crm("purchase", "add", "--customer", "c1", "--at", "yesterday", "--amount", "1,000.00", "--cost", "inf")
    assert all(f"{name}=" in ran.err for name in ("at", "amount", "cost"))


def test_a_stale_edit_is_refused_with_both_values(shop: Shop):
    shop.fine("customer", "edit", "c1", "--name", "Ada Lovelace")
    version = shop.fine("customer", "show", "c1", "--format", "json").json["version"]
    ran = shop.crm("customer", "edit", "c1", "--name", "Ada King", "--if-version", str(version - 1))
    assert ran.code == 1
    assert "'Ada King'" in ran.err
    assert "'Ada Lovelace'" in ran.err
    shop.fine("customer", "edit", "c1", "--name", "Ada King", "--if-version", str(version))


def test_removing_is_refused_while_records_hang_on_it_unless_cascade_and_can_be_undone(shop: Shop):
    refused = shop.crm("customer", "remove", "c1")
    assert refused.code == 1
    assert "1 purchase" in refused.err
    removed = shop.fine("customer", "remove", "c1", "--cascade")
    assert removed.err == "crm: customer c1 archived; deleted with it: 1 purchase\n"
    assert "--archived-at DATE` archives it and deletes nothing" in " ".join(
        shop.fine("customer", "remove", "--help").out.split()
    )
    assert shop.crm("purchase", "show", "p1").code == 3
    assert [row["id"] for row in shop.fine("customer", "list", "--format", "json").json] == ["c2", "c3"]
    assert len(shop.fine("customer", "list", "--archived", "--format", "json").json) == 3
    commit = shop.fine("log", "--limit", "1", "--format", "json").json[0]["commit"]
    shop.fine("undo", str(commit))
    assert shop.fine("purchase", "show", "p1", "--format", "json").json["amount"] == "100.255"


@pytest.mark.parametrize(
    "arguments",
    [
        ["customer", "add", "--name", "X"],
        ["customer", "edit", "c1", "--name", "X"],
        ["purchase", "remove", "p1"],
        ["customer", "remove", "c1", "--cascade"],
        ["undo", "2"],
        ["classify", "--as-of", "2024-05-31"],
    ],
)
def test_a_dry_run_checks_everything_and_writes_nothing(shop: Shop, arguments):
    before = {path.name: path.read_bytes() for path in shop.folder.glob("crm.json*")}
    if arguments[0] == "undo":
        arguments = ["undo", str(shop.fine("log", "--limit", "1", "--format", "json").json[0]["commit"])]
    ran = shop.fine(*arguments, "--dry-run")
    assert "nothing was written" in ran.err
    after = {path.name: path.read_bytes() for path in shop.folder.glob("crm.json*")}
    assert {name: text for name, text in after.items() if not name.endswith(".lock")} == {
        name: text for name, text in before.items() if not name.endswith(".lock")
    }


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize("record", ["customer", "purchase"])
def test_what_is_exported_can_be_imported_and_is_the_same(shop: Shop, tmp_path, monkeypatch, form, record):
    shop.fine("customer", "edit", "c1", "--tags", "a", "--tags", "b", "--notes", 'line one\nline two; "quoted"')
    exported = {}
    for name in ("customer", record):
        shop.fine(name, "export", f"{name}.{form}")
        exported[name] = (shop.folder / f"{name}.{form}").read_text()
    (tmp_path / "other").mkdir()
    other = new_shop(tmp_path / "other", monkeypatch)
    other.fine("init", "--currency", "EUR", "--zone", "Europe/Berlin")
    for name, text in exported.items():
        other.write(f"{name}.{form}", text)
        other.fine("import", f"{name}.{form}", "--as", name)
    again = other.fine(record, "export", "-", "--format", form).out
    assert again == exported[record]


@pytest.mark.parametrize(
    "form",
    ["jsonl", "csv"],
)
def test_text_that_looks_like_a_formula_comes_back_from_an_export_as_it_was(shop: Shop, tmp_path, monkeypatch, form):
    shop.fine("customer", "edit", "c1", "--name", "=Ada", "--phone", "+49 30 1", "--notes", "'t Hooft", "--city", "'-")
    exported = shop.fine("customer", "export", "-", "--format", form).out
    (tmp_path / "other").mkdir()
    other = new_shop(tmp_path / "other", monkeypatch)
    other.fine("init")
    other.fine("import", "-", "--as", "customer", "--format", form, input=exported)
    shown = other.fine("customer", "show", "c1", "--format", "json").json
    assert [shown[name] for name in ("name", "phone", "notes", "city")] == ["=Ada", "+49 30 1", "'t Hooft", "'-"]


def test_an_export_is_private_and_goes_where_it_is_told(shop: Shop):
    assert shop.fine("customer", "export", "-").out.splitlines()[0].startswith("id,name,")
    ran = shop.fine("customer", "export", "x.csv", "--dry-run")
    assert "3 records" in ran.err
    assert not (shop.folder / "x.csv").exists()
    shop.fine("customer", "export", "x.csv")
    assert (shop.folder / "x.csv").stat().st_mode & 0o077 == 0
    assert shop.crm("customer", "export", "no/such/folder.csv").code == 1


def test_an_export_into_a_pipe_or_device_leaves_it_one(shop: Shop):
    os.mkfifo(shop.folder / "pipe")
    reader = os.open(shop.folder / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    shop.fine("customer", "export", "pipe")
    assert os.read(reader, 3) == b"id,"
    os.close(reader)
    assert stat.S_ISFIFO((shop.folder / "pipe").stat().st_mode)
    assert shop.fine("customer", "export", "/dev/stdout").out.startswith("id,")


def test_values_of_absent_plugins_are_named_when_they_are_left_out(shop: Shop):
    ran = shop.fine("--no-plugin", "shop", "customer", "export", "-")
    assert "shop.level" in ran.err
    assert "shop.level" not in ran.out
    assert shop.fine("customer", "show", "c1", "--format", "json").json["shop.level"] == "high"


def test_the_help_of_add_names_every_column_and_field(shop: Shop):
    text = shop.fine("customer", "add", "--help").out
    assert "--referred_by, --referred-by" in text
    assert "--shop.level" in text
    assert "one of low, high" in text
    assert "id of a customer" in text


def test_json_keys_are_names_in_any_language(shop: Shop):
    one = shop.fine("--lang", "zh", "customer", "list", "--columns", "id,shop.spend", "--format", "json").json
    assert set(one[0]) == {"id", "shop.spend"}
    table = shop.fine("--lang", "zh", "customer", "list", "--columns", "id,shop.spend").out
    assert table.split("\n", 1)[0].split() == ["编号", "消费额"]


def test_a_list_of_one_object_per_line_is_sound_json(shop: Shop):
    for line in shop.fine("purchase", "list", "--format", "jsonl").out.splitlines():
        assert json.loads(line)["customer"] in {"c1", "c2"}


def test_a_date_in_another_order_is_refused_without_an_option_that_the_command_lacks(shop: Shop):
    for text, why in (("28.03.2026", "fits DMY only; write 2026-03-28"), ("3/12/2010", "can be 2010-12-03 (DMY) or")):
        for ran in (
            shop.crm("purchase", "add", "--customer", "c1", "--at", text, "--amount", "1"),
            shop.crm("purchase", "list", "--where", f"at>={text}"),
        ):
            assert ran.code != 0
            assert why in ran.err
            assert "--date-format" not in ran.err


LISTENER = """

@hookimpl
def crm_committed(changes):
    raise OSError("the other side does not answer")


@click.command("wipe")
@click.pass_context
def wipe(ctx):
    with opened(ctx).unit("wipe") as unit:
        unit.edit(unit.get(Customer, "c1"), name="Wiped")
"""


def test_every_writing_command_says_once_what_a_commit_warned_of(shop: Shop):
    plugin = (shop.folder / "crm_plugins/shop.py").read_text()
    shop.write("crm_plugins/shop.py", plugin.replace(", tally]", ", tally, wipe]") + LISTENER)
    shop.write("a.csv", "name\nAmy\n")
    shop.write("b.csv", "name\nBen\n")
    for command in (
        ["customer", "add", "--name", "X"],
        ["customer", "edit", "c1", "--name", "Y"],
        ["import", "a.csv", "b.csv", "--as", "customer"],
        ["wipe"],
    ):
        assert shop.fine(*command).err.count("the other side does not answer") == 1, command
    assert "the other side" not in shop.fine("customer", "list").err
