"""Importing on the command line."""

import csv
import os
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from cli_kit import Shop, new_shop

from crmcore.cli import imports
from crmcore.files import sources

CUSTOMERS = "nr,firm,town\nk1,Ada & Co,Bonn\nk2,客户丙,上海\n"
MAP = ("--as", "customer", "--map", "nr=id", "--map", "firm=name", "--map", "town=city")


@pytest.fixture
def shop(tmp_path, monkeypatch):
    made = new_shop(tmp_path, monkeypatch)
    made.stock()
    return made


def ids(shop: Shop):
    return [row["id"] for row in shop.fine("customer", "list", "--columns", "id", "--format", "json").json]


def test_a_file_is_imported_and_summed_up_on_stderr(shop: Shop):
    shop.write("c.csv", CUSTOMERS)
    ran = shop.fine("import", "c.csv", *MAP, "--set", "shop.level=low")
    assert ran.out == ""
    assert ran.err.splitlines() == ["crm: c.csv: 2 customers: 2 new, 0 changed, 0 bad"]
    assert shop.fine("customer", "show", "k2", "--format", "json").json["shop.level"] == "low"


def test_standard_input_is_a_dash_and_encodings_can_be_given(shop: Shop):
    ran = shop.fine("import", "-", *MAP, "--encoding", "gb18030", input=CUSTOMERS.encode("gb18030"))
    assert "standard input: 2 customers" in ran.err
    assert shop.fine("customer", "show", "k2", "--format", "json").json["name"] == "客户丙"


def test_several_files_are_imported_in_order(shop: Shop):
    shop.write("a.csv", "id,name\na1,A\n")
    shop.write("b.csv", "id,name,parent\nb1,B,a1\n")
    shop.fine("import", "a.csv", "b.csv", "--as", "customer")
    assert ids(shop) == ["c1", "c2", "c3", "a1", "b1"]


def test_the_same_file_is_not_imported_twice_unless_told(shop: Shop):
    shop.write("p.csv", "customer,at,amount\nc1,2024-06-01,5\n")
    shop.fine("import", "p.csv", "--as", "purchase")
    ran = shop.fine("import", "p.csv", "--as", "purchase")
    assert "before" in ran.err
    assert "--again" in ran.err
    assert "1 new" in shop.fine("import", "p.csv", "--as", "purchase", "--again").err
    assert len(shop.fine("purchase", "list", "--format", "jsonl").jsonl) == 5


def test_a_key_changes_records_instead_of_adding_them(shop: Shop):
    shop.write("c.csv", "id,city\nc1,Bonn\nc2,\n")
    ran = shop.fine("import", "c.csv", "--as", "customer", "--key", "id")
    assert "2 customers: 0 new, 1 changed, 1 unchanged, 0 bad" in ran.err
    assert shop.fine("customer", "show", "c1", "--format", "json").json["city"] == "Bonn"


BAD = "customer,at,amount\nc1,2024-06-01,5\nc9,2024-06-01,5\nc1,31.12.2024,1.2.3\n"


def test_nothing_is_imported_if_a_row_is_bad_and_every_problem_is_reported(shop: Shop):
    shop.write("p.csv", BAD)
    before = shop.fine("purchase", "list", "--format", "json").out
    ran = shop.crm("import", "p.csv", "--as", "purchase", "--errors", "bad.csv")
    assert ran.code == 1
    assert "2 bad; nothing of it was written" in ran.err
    assert shop.fine("purchase", "list", "--format", "json").out == before
    with (shop.folder / "bad.csv").open(encoding="utf-8-sig", newline="") as file:
        problems = list(csv.DictReader(file))
    assert [(one["file"], one["line"], one["column"], one["value"]) for one in problems] == [
        ("p.csv", "3", "customer", "c9"),
        ("p.csv", "4", "at", "31.12.2024"),
        ("p.csv", "4", "amount", "1.2.3"),
    ]
    assert all(one["reason"] for one in problems)
    for one in problems:
        assert f"p.csv:{one['line']}: {one['column']}='{one['value']}': {one['reason']}" in ran.err


def test_problems_can_go_to_standard_output(shop: Shop):
    shop.write("p.csv", BAD)
    ran = shop.crm("import", "p.csv", "--as", "purchase", "--errors", "-")
    assert len(list(csv.DictReader(ran.out.splitlines()))) == 3


def test_good_rows_are_imported_if_bad_ones_may_be_skipped(shop: Shop):
    shop.write("p.csv", BAD)
    ran = shop.fine("import", "p.csv", "--as", "purchase", "--skip-bad")
    assert "1 new, 0 changed, 2 bad" in ran.err
    assert "import them from a file of their own" in ran.err
    assert len(shop.fine("purchase", "list", "--format", "jsonl").jsonl) == 4


def test_a_dry_run_finds_the_problems_and_writes_nothing(shop: Shop):
    shop.write("c.csv", CUSTOMERS)
    assert "2 new" in shop.fine("import", "c.csv", *MAP, "--dry-run").err
    assert ids(shop) == ["c1", "c2", "c3"]
    shop.write("p.csv", BAD)
    assert shop.crm("import", "p.csv", "--as", "purchase", "--dry-run").code == 1


def entered(shop: Shop, record: str):
    return {row["id"] for row in shop.fine(record, "list", "--columns", "id", "--format", "json").json}


def test_all_files_are_looked_at_and_none_is_imported_if_a_row_of_one_is_bad(shop: Shop):
    shop.write("bad.csv", BAD)
    shop.write("good.csv", "id,customer,at,amount\ng1,c1,2024-06-02,5\n")
    for files in (("bad.csv", "good.csv"), ("good.csv", "bad.csv")):
        ran = shop.crm("import", *files, "--as", "purchase")
        assert ran.code == 1
        assert "good.csv: 1 purchase: 0 new, 0 changed, 0 bad; nothing of it was written, since other files" in ran.err
        assert "bad.csv:3: " in ran.err
        assert entered(shop, "purchase") == {"p1", "p2", "p3"}
    shop.fine("import", "bad.csv", "good.csv", "--as", "purchase", "--skip-bad")
    assert "g1" in entered(shop, "purchase")


@pytest.mark.parametrize(
    ("second", "code"),
    [("nowhere.csv", 1), ("strange.csv", 1), ("broken.csv", 1)],
)
def test_a_file_that_cannot_be_read_keeps_the_others_out(shop: Shop, second, code):
    shop.write("good.csv", "id,name\na1,A\n")
    shop.write("strange.csv", "id,name,colour\nb1,B,red\n")
    shop.write("broken.csv", 'id,name\nb1,"B\nb2,C\n')
    ran = shop.crm("import", "good.csv", second, "--as", "customer", "--skip-bad")
    assert (ran.code, second in ran.err) == (code, True)
    assert entered(shop, "customer") == {"c1", "c2", "c3"}


def test_headers_of_all_files_are_complained_of_at_once(shop: Shop):
    shop.write("one.csv", "id,name,colour\n")
    shop.write("two.csv", "id,name,size\n")
    ran = shop.crm("import", "one.csv", "two.csv", "--as", "customer")
    assert "one.csv:1: colour" in ran.err
    assert "two.csv:1: size" in ran.err


def test_several_files_are_one_commit_that_is_undone_as_one(shop: Shop):
    shop.write("a.csv", "id,name\na1,A\n")
    shop.write("b.csv", "id,name,parent\nb1,B,a1\n")
    shop.fine("import", "b.csv", "a.csv", "--as", "customer")
    last = shop.fine("log", "--format", "jsonl").jsonl[-1]
    assert last["why"] == "import b.csv, a.csv as customer"
    shop.fine("undo", str(last["commit"]))
    assert entered(shop, "customer") == {"c1", "c2", "c3"}
    assert "1 new" in shop.fine("import", "a.csv", "--as", "customer").err


def test_rows_of_different_files_that_do_not_go_together_are_named_with_both_places(shop: Shop):
    shop.write("a.csv", "id,name\na1,A\n")
    shop.write("b.csv", "id,name\nb1,B\na1,Other\n")
    ran = shop.crm("import", "a.csv", "b.csv", "--as", "customer")
    assert "b.csv:3: id='a1': stands in line 2 of a.csv already" in ran.err
    shop.write("c.csv", "id,name,parent\nd1,D,nobody\n")
    shop.write("d.csv", "id,name,parent\nd2,D,d1\n")
    ran = shop.fine("import", "c.csv", "d.csv", "--as", "customer", "--skip-bad")
    assert "d.csv:2: parent='d1': refers to the record of line 2 of c.csv, which is left out" in ran.err


def test_two_files_may_change_one_record_by_its_key(shop: Shop):
    shop.write("a.csv", "id,name,city\nc1,Ada,Bonn\nn1,New,\n")
    shop.write("b.csv", "id,owner\nc1,eve\nn1,eve\n")
    ran = shop.fine("import", "a.csv", "b.csv", "--as", "customer", "--key", "id")
    assert "a.csv: 2 customers: 1 new, 1 changed" in ran.err
    assert "b.csv: 2 customers: 0 new, 2 changed" in ran.err
    shown = shop.fine("customer", "show", "c1", "--format", "json").json
    assert (shown["city"], shown["owner"]) == ("Bonn", "eve")
    shop.write("c.csv", "id,city\nc1,Köln\nc2,Trier\n")
    shop.write("d.csv", "id,parent\nc1,nobody\n")
    ran = shop.fine("import", "c.csv", "d.csv", "--as", "customer", "--key", "id", "--skip-bad")
    assert [line for line in ran.err.splitlines() if "nobody" in line] == [
        "c.csv:2: parent='nobody': there is no customer with this id",
        "d.csv:2: parent='nobody': there is no customer with this id",
    ]
    assert shop.fine("customer", "show", "c1", "--format", "json").json["city"] == "Bonn"
    assert shop.fine("customer", "show", "c2", "--format", "json").json["city"] == "Trier"


def test_equal_files_of_one_import_are_taken_once_unless_told(shop: Shop):
    for name in ("p.csv", "copy.csv"):
        shop.write(name, "customer,at,amount\nc1,2024-06-01,5\n")
    ran = shop.fine("import", "p.csv", "copy.csv", "--as", "purchase")
    assert "copy.csv holds the same as p.csv; --again imports it anyway" in ran.err
    assert len(entered(shop, "purchase")) == 4
    shop.fine("import", "p.csv", "copy.csv", "--as", "purchase", "--again")
    assert len(entered(shop, "purchase")) == 6


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nowhere.csv", "--as", "customer"], 1, "nowhere.csv"),
        (["c.csv"], 2, "--as"),
        (["c.csv", "--as", "custmer"], 2, "did you mean 'customer'"),
        (["c.csv", "--as", "customer"], 1, "firm: no column or field has this name"),
        (["c.csv", *MAP[:-1], "town=ctiy"], 1, "did you mean 'city'"),
        (["c.csv", *MAP, "--map", "nonsense"], 2, "NAME=VALUE"),
        (["c.csv", *MAP, "--key", "nmae"], 2, "did you mean 'name'"),
        (["c.csv", *MAP, "--encoding", "nonsense"], 2, "nonsense"),
        (["c.csv", *MAP, "--decimal", "x"], 2, "decimal mark"),
        (["c.csv", *MAP, "--date-format", "%Q"], 2, "%Q"),
    ],
)
def test_what_cannot_be_imported_is_one_clear_message(shop: Shop, arguments, code, said):
    shop.write("c.csv", CUSTOMERS)
    ran = shop.crm("import", *arguments)
    assert ran.code == code
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert ids(shop) == ["c1", "c2", "c3"]


def test_a_column_that_is_wrong_in_every_row_is_said_once(shop: Shop):
    shop.write("p.csv", "customer,at\n" + "c1,never\n" * 150)
    ran = shop.crm("import", "p.csv", "--as", "purchase")
    assert ran.err.count("never") == 3
    assert "p.csv: at: the same in 147 more rows, lines 5-151\n" in ran.err
    assert "crm: 150 problems in all; --errors FILE writes all of them" in ran.err


def test_importing_what_is_there_already_says_how_to_change_it(shop: Shop):
    shop.write("c.csv", "id,name\nc1,Ada\nc9,New\n")
    ran = shop.crm("import", "c.csv", "--as", "customer")
    assert "crm: --key id changes each customer that is there already, and adds the others\n" in ran.err
    assert "1 new" in shop.fine("import", "c.csv", "--as", "customer", "--key", "id").err


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (("1/03/2024", "13/03/2024"), "p.csv: at: all these dates fit DMY, and no other order: say --date-format DMY"),
        (("1/03/2024", "2/03/2024", "n/a"), "all these dates fit DMY and MDY alike: say --date-format DMY or"),
        (("13/03/2024", "3/13/2024"), "no one order of day and month fits all these dates; mend the others"),
    ],
)
def test_a_column_of_dates_says_together_in_which_order_they_are(shop: Shop, days, said):
    shop.write("p.csv", "customer,at\n" + "".join(f"c1,{day}\n" for day in days))
    assert said in shop.crm("import", "p.csv", "--as", "purchase").err


def test_a_flood_of_problems_is_cut_and_says_how_to_see_all(shop: Shop):
    files = [shop.write(f"{n}.csv", "customer,at,seller\n" + f"c1,never,s{n}\n" * 5) for n in range(25)]
    ran = shop.crm("import", *files, "--as", "purchase")
    assert ran.err.count("at='never'") == 100
    assert "125 problems in all; --errors FILE" in ran.err


def test_progress_is_shown_on_a_terminal_only(shop: Shop, monkeypatch):
    said = []
    monkeypatch.setattr(imports.click, "echo", lambda text, **_: said.append(text))
    imports._progress("c.csv", 1000)
    assert said == []
    monkeypatch.setattr(imports.sys.stderr, "isatty", lambda: True, raising=False)
    imports._progress("c.csv", 12000)
    assert said == ["\rc.csv: 12,000 rows"]


def test_a_file_that_is_taken_for_gb18030_is_said_to_be(shop):
    Path("k.csv").write_bytes("id,name\n1,北京客户\n".encode("gb18030"))
    assert "was read as GB18030" in shop.fine("import", "k.csv", "--as", "customer").err
    again = shop.fine("import", "k.csv", "--as", "customer", "--encoding", "gb18030", "--again", "--key", "id")
    assert "GB18030" not in again.err


def test_a_discount_in_per_cent_is_refused(shop):
    shop.fine("customer", "add", "--id", "c77", "--name", "Ada")
    shop.fine("purchase", "add", "--id", "p77", "--customer", "c77", "--at", "2024-01-01")
    refused = shop.crm(
        "purchase_line", "add", "--purchase", "p77", "--price", "10", "--quantity", "1", "--discount", "15"
    )
    assert refused.code == 1
    assert "15 % is 0.15" in refused.err


def endless(path):
    """Write into a pipe for as long as anybody reads."""
    with suppress(OSError), Path(path).open("wb", buffering=0) as pipe:
        while True:
            pipe.write(b"id,name\n" * 8192)


@pytest.mark.parametrize("command", [("import", "pipe", "--as", "customer"), ("store", "restore", "pipe")])
def test_a_pipe_that_never_ends_is_left(shop: Shop, monkeypatch, command):
    monkeypatch.setattr(sources, "STREAM_LIMIT", 1 << 20)
    os.mkfifo("pipe")
    writer = threading.Thread(target=endless, args=("pipe",), daemon=True)
    writer.start()
    ran = shop.crm(*command)
    assert ran.code == 1
    assert "pipe did not end within 1,048,576 bytes" in ran.err
    assert "a file may have any size" in ran.err
    writer.join(10)


@pytest.mark.parametrize(
    ("name", "said"), [("/dev/zero", "is a device"), ("/dev/null", "is a device"), (".", "Is a directory")]
)
def test_what_is_no_file_is_refused_at_once(shop: Shop, name, said):
    ran = shop.crm("import", name, "--as", "customer")
    assert (ran.code, said in ran.err) == (1, True)
    ran = shop.crm("store", "restore", name)
    assert (ran.code, "not a file" in ran.err) == (1, True)
