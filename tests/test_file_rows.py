"""Lines of a company's files become rows of a record type, with every problem said at once."""

import csv
import os
import stat
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcore.entities import ColumnType, type_of
from crmcore.errors import CrmError, Invalid, Problem, UsageError
from crmcore.files.binding import pairs
from crmcore.files.file_rows import EVERY, Row, RowReader
from crmcore.files.parsing_base import Reading
from crmcore.files.problem_file import write_problems
from crmcore.files.readers import Line, open_table
from crmcore.files.spreadsheets import guard, unguard
from crmcore.kinds import BOOLEAN, INTEGER, TEXT
from crmcore.labels import as_label
from crmcore.records import Customer, Purchase

READING = Reading(ZoneInfo("Europe/Berlin"), money_digits=6)
CUSTOMER, PURCHASE = type_of(Customer), type_of(Purchase)
CHAIRS = ColumnType("northwind.chairs", INTEGER, label=as_label({"en": "Treatment chairs", "zh": "牙椅数"}))
RISK = ColumnType("insurance.risk_level", TEXT, choices=("low", "high"))
FIELDS = {field.name: field for field in (CHAIRS, RISK, ColumnType("shop.member", BOOLEAN))}
unhurried = settings(deadline=None)  # a loaded machine is no failure


def customers(**said):
    return RowReader(CUSTOMER, READING, FIELDS, **said)


def purchases(**said):
    return RowReader(PURCHASE, READING, **said)


def one(reader, **cells):
    return reader.bind(tuple(cells), "file.csv").read(Line(7, cells))


def refused(reader, *columns):
    with pytest.raises(Invalid) as caught:
        reader.bind(columns, "file.csv")
    return caught.value


def test_columns_named_like_a_column_or_field_are_taken():
    row = one(customers(), id="c1", name=" Ada ", tags="vip;new", **{"northwind.chairs": "12", "shop.member": "yes"})
    assert row == Row(
        7,
        {"id": "c1", "name": "Ada", "tags": ("vip", "new")},
        {"northwind.chairs": 12, "shop.member": True},
    )


def test_a_purchase_reads_money_and_moments_of_the_company():
    row = one(purchases(), customer="c1", at="2024-05-31 14:30", amount="29.33")
    assert row.values == {
        "customer": "c1",
        "at": datetime(2024, 5, 31, 12, 30, tzinfo=UTC),
        "amount": Decimal("29.33"),
    }
    assert one(purchases(), customer="c1", at="19970118").values["at"] == date(1997, 1, 18)


def test_empty_cells_are_named_apart_so_that_an_edit_can_clear_them():
    row = one(customers(), name="Ada", email="", city=" ", **{"northwind.chairs": ""})
    assert row.values == {"name": "Ada"}
    assert row.empty == ("email", "city", "northwind.chairs")


def test_other_columns_are_mapped_or_left_out():
    reader = customers(mapping={"Company": "name", "Chairs": "northwind.chairs", "Fax": "-", "email": "-"})
    row = one(reader, Company="Ada", Chairs="3", Fax="123", email="a@b.c", city="Köln")
    assert row == Row(7, {"name": "Ada", "city": "Köln"}, {"northwind.chairs": 3})


def test_several_columns_are_joined_by_a_blank_where_they_are_not_empty():
    reader = customers(mapping={"first_name+last_name": "name"})
    assert one(reader, first_name=" Ada ", last_name="Lovelace").values == {"name": "Ada Lovelace"}
    assert one(reader, first_name="", last_name="Lovelace").values == {"name": "Lovelace"}
    moments = purchases(mapping={"day + time": "at"})
    assert one(moments, customer="c1", day="2024-05-31", time="14:30").values["at"].hour == 12


def test_a_column_whose_name_holds_a_plus_is_one_column():
    assert one(customers(mapping={"a+b": "name"}), **{"a+b": "Ada"}).values == {"name": "Ada"}


def test_a_column_may_be_joined_and_mapped_as_well():
    reader = customers(mapping={"first+last": "name", "last": "notes"})
    assert one(reader, first="Ada", last="Lovelace").values == {"name": "Ada Lovelace", "notes": "Lovelace"}


def test_constants_fill_every_row():
    reader = customers(constants={"kind": "Person", "northwind.chairs": "3", "name": "unknown"})
    assert one(reader, id="c1") == Row(7, {"kind": "person", "name": "unknown", "id": "c1"}, {"northwind.chairs": 3})


def test_every_problem_of_a_row_is_said_at_once_with_its_place():
    found = one(purchases(mapping={"who": "customer"}), who=" ", at="31/5/2024", amount="1,234", cost="x" * 201)
    assert [(p.file, p.line, p.column, p.value) for p in found] == [
        ("file.csv", 7, "who", " "),
        ("file.csv", 7, "at", "31/5/2024"),
        ("file.csv", 7, "amount", "1,234"),
        ("file.csv", 7, "cost", "x" * 200 + "..."),
    ]
    reasons = [p.reason for p in found]
    assert reasons[0] == "is empty, and is required"
    assert "--date-format" in reasons[1]
    assert "--decimal" in reasons[2]


def test_a_value_of_two_hundred_characters_is_shown_whole():
    (problem,) = one(customers(), name="Ada", kind="x" * 200)
    assert problem.value == "x" * 200


def test_a_problem_of_joined_columns_names_both():
    (problem,) = one(purchases(mapping={"d+t": "at"}), customer="c", d="2024-05-31", t="25:00")
    assert (problem.column, problem.value) == ("d+t", "2024-05-31 25:00")


@pytest.mark.parametrize(
    ("column", "suggestion"),
    [
        ("NAME", "did you mean 'name'"),
        ("e-mail", "did you mean 'email'"),
        ("电话", "did you mean 'phone'"),
        ("牙椅数", "did you mean 'northwind.chairs'"),
        ("Treatment Chairs", "did you mean 'northwind.chairs'"),
        ("xyzzy", "xyzzy: no column or field has this name\n"),
    ],
)
def test_an_unknown_column_of_the_file_gets_a_suggestion_and_the_way_out(column, suggestion):
    error = refused(customers(), "name", column)
    assert [(p.file, p.line, p.column) for p in error.problems] == [("file.csv", 1, column)]
    assert suggestion in str(error)
    assert "--map COLUMN=-" in error.todo
    assert "Columns and fields of customer: id, name, kind" in error.todo


@pytest.mark.parametrize(
    ("said", "columns", "reason"),
    [
        (
            {"mapping": {"x": "nam"}},
            ["x", "name"],
            "--map says 'nam', and no column or field has this name; did you mean 'name'",
        ),
        ({"mapping": {"x": "qqqq"}}, ["x", "name"], "--map says 'qqqq', and no column or field has this name\n"),
        ({"mapping": {"compny": "name"}}, ["company"], "did you mean 'company'"),
        ({"mapping": {"a+zzzz": "name"}}, ["a"], "which the file does not have; it has a"),
        ({"mapping": {"zzzz": "-"}}, ["name"], "which the file does not have"),
        (
            {"mapping": {"a": "name", "b": "name"}},
            ["a", "b"],
            "'a' fills 'name' already; map one of them to -, or join them as a+b=name",
        ),
        ({"mapping": {"a": "name"}}, ["a", "name"], "'a' fills 'name' already"),
        ({}, ["id"], "name: every customer needs it, and no column of the file fills it"),
        ({"constants": {"knd": "person"}}, ["name"], "--set: no column or field has this name; did you mean 'kind'"),
        ({"constants": {"qqqq": "x"}}, ["name"], "--set: no column or field has this name\n"),
        ({"constants": {"name": "x"}}, ["name"], "--set: a column of the file fills this one already"),
        ({"constants": {"kind": " "}}, ["name"], "--set: has no value"),
        ({"constants": {"kind": "robot"}}, ["name"], "--set: is not one of the choices"),
    ],
)
def test_a_reader_that_does_not_fit_the_file_is_refused_before_any_row(said, columns, reason):
    assert reason in str(refused(customers(**said), *columns))


def test_all_that_does_not_fit_is_said_at_once():
    error = refused(purchases(mapping={"nope": "amount"}, constants={"rate": "x"}), "phone", "at")
    assert [p.column for p in error.problems] == ["nope", "phone", "customer", "rate"]
    assert str(error).startswith("the columns do not fit purchase:")


def test_an_update_by_key_needs_no_required_columns_but_empties_none():
    assert one(customers(partial=True), id="c1", city="Köln").values == {"id": "c1", "city": "Köln"}
    (problem,) = one(customers(partial=True), id="c1", name="")
    assert problem.reason == "is empty, and is required"


def test_a_file_gives_rows_and_problems_in_its_order_and_tells_how_far_it_is(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text("id,name\n1,Ada\n2\n,\n" + "3,Eve\n" * EVERY, encoding="utf-8")
    heard = []
    with open_table(path) as table:
        rows = list(customers().read(table, heard.append))
    assert rows[0] == Row(2, {"id": "1", "name": "Ada"}, {})
    assert [problem.line for row in rows if isinstance(row, tuple) for problem in row] == [3, 4]
    assert len(rows) == EVERY + 3
    assert heard == [EVERY, EVERY + 3]


def test_progress_is_told_once_where_the_rows_end_on_a_round_number(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text("name\n" + "Eve\n" * EVERY, encoding="utf-8")
    heard = []
    with open_table(path) as table:
        list(customers().read(table, heard.append))
        assert len(list(customers().read(table))) == EVERY
    assert heard == [EVERY]


def test_a_file_that_does_not_fit_is_refused_when_reading_begins_not_at_the_first_row(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text("colour\nred\n", encoding="utf-8")
    with open_table(path) as table, pytest.raises(Invalid):
        customers().read(table)


@pytest.mark.parametrize(
    ("option", "texts", "expected"),
    [
        ("--map", ["Company=name", " E-mail = email "], {"Company": "name", "E-mail": "email"}),
        ("--map", ["a=b=name"], {"a=b": "name"}),
        ("--set", ["notes=a=b"], {"notes": "a=b"}),
        ("--map", [], {}),
    ],
)
def test_options_of_the_command_line_become_pairs(option, texts, expected):
    assert pairs(texts, option) == expected


@pytest.mark.parametrize("texts", [["name"], ["=name"], ["a="], [" =b"], [" = "], ["a=b", "a=c"]])
def test_a_pair_that_is_none_or_comes_twice_is_refused(texts):
    with pytest.raises(UsageError, match="--map"):
        pairs(texts, "--map")


# ---------------------------------------------------------------- the file of problems

FOUND = [
    Problem("is not a number", "x.csv", 7, "amount", "=1+1"),
    Problem("has a line break, which this column cannot hold", "x.csv", 8, "name", "a\nb,c"),
    Problem("half a character", "x.csv", 9, "name", "a\ud800"),
    Problem("no column fills this one"),
]


def test_problems_are_written_as_a_table_that_only_the_owner_can_read(tmp_path):
    path = tmp_path / "errors.csv"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o666)
    assert write_problems(FOUND, path) == 4
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["file", "line", "column", "value", "reason"],
        ["x.csv", "7", "amount", "'=1+1", "is not a number"],
        ["x.csv", "8", "name", "a\nb,c", "has a line break, which this column cannot hold"],
        ["x.csv", "9", "name", "a\\ud800", "half a character"],
        ["", "", "", "", "no column fills this one"],
    ]


def test_the_file_of_problems_can_itself_be_read_as_a_table(tmp_path):
    write_problems(FOUND, tmp_path / "errors.csv")
    with open_table(tmp_path / "errors.csv") as table:
        assert [line.values["value"] for line in table] == ["=1+1", "a\nb,c", "a\\ud800", ""]


def test_a_device_keeps_its_mode():
    before = Path(os.devnull).stat().st_mode
    write_problems(FOUND, os.devnull)
    assert Path(os.devnull).stat().st_mode == before


def test_problems_that_cannot_be_written_say_why(tmp_path):
    with pytest.raises(CrmError, match=r"cannot write the problems to .*absent.*: No such file"):
        write_problems(FOUND, tmp_path / "absent" / "errors.csv")


INVISIBLE = [
    "",
    " ",
    "\u00a0",
    "\u200b",
    "\ufeff",
    "\t",
    "\r",
    "\n",
    "\x00",
    "\x1f",
    "\u2028",
    "\u3000",
    " \u200b \ufeff",
    *("\u3164", "\u115f", "\u2800", "\u034f", "\ufe0f"),
]


@pytest.mark.parametrize("before", INVISIBLE)
@pytest.mark.parametrize(
    "text", ["=1", "+A1", "-A1", "-1+1", "@x", "＝1", "＋A1", "－A1", "＠x", "|x", "%x", "+49-30-1", "-"]
)
def test_what_a_spreadsheet_could_run_gets_an_apostrophe(before, text):
    assert guard(before + text) == f"'{before}{text}"


@pytest.mark.parametrize("text", ["\tx", "\rx", "\nx", "'x", "'"])
def test_what_hides_or_is_an_apostrophe_gets_one(text):
    assert guard(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["+49 30 1234567", "+4930", "-5", "-5.50", "-1,234.50", "+1", "a=1", "x", "", " x", "12 +3", "3-4"]
)
def test_telephone_numbers_amounts_and_plain_texts_stay_as_they_are(text):
    assert guard(text) == text


CELLS = st.text(max_size=5) | st.text("'=-+@|% \t\r\n\u200b\ufeffx1", max_size=6)


@unhurried
@given(CELLS)
def test_the_apostrophe_can_always_be_taken_off_again(text):
    assert unguard(guard(text)) == text


@unhurried
@given(CELLS)
def test_no_cell_begins_with_a_sign_unless_it_is_a_number(text):
    seen = "".join(letter for letter in guard(text) if letter.isprintable() and not letter.isspace())
    assert not seen.startswith(tuple("=@|%＝＠"))
    assert not seen.startswith(("+", "-")) or not set(seen[1:]) - set("0123456789.,")


# ---------------------------------------------------------------- laws

COLUMNS = [column.name for column in CUSTOMER.columns] + list(FIELDS)


@unhurried
@given(
    st.dictionaries(st.sampled_from([*COLUMNS, "Fax", "a+b", "a", "b"]), st.text(max_size=5), max_size=6),
    st.dictionaries(
        st.sampled_from(["Fax", "a+b", "a", "b", "id+b", "zzz"]), st.sampled_from([*COLUMNS, "-", "nope"]), max_size=3
    ),
    st.dictionaries(st.sampled_from([*COLUMNS, "nope"]), st.sampled_from(["1", "person", "x", ""]), max_size=2),
    st.booleans(),
)
def test_any_mapping_fits_or_is_refused_and_each_cell_is_read_once_or_a_problem(cells, mapping, constants, partial):
    reader = customers(mapping=mapping, constants=constants, partial=partial)
    try:
        bound = reader.bind(tuple(cells), "f")
    except Invalid:
        return
    row = bound.read(Line(1, cells))
    if isinstance(row, tuple):
        assert all(problem.line == 1 and problem.column for problem in row)
        return
    filled = [*row.values, *row.fields, *row.empty]
    assert sorted(filled) == sorted({binding.target.name for binding in bound.bindings} | set(constants))
    read = {source for binding in bound.bindings for source in binding.sources}
    left_out = {
        part for given, name in mapping.items() if name == "-" for part in ({given} & set(cells) or given.split("+"))
    }
    assert set(cells) == (read | left_out)
