"""Tables on standard output: for people in words, for programs exactly."""

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from crmcore.cli.cells import Look, data, said, width
from crmcore.cli.output import print_object, print_table
from crmcore.kinds import MONEY
from crmcore.view import Chart, Table

TABLE = Table(
    ("id", "name", "spend", "tier", "at", "tags", "ok"),
    (
        ("1", "客户甲", Decimal("1234.565"), "A", datetime(2024, 5, 1, 22, 30, tzinfo=UTC), ("x", "y"), True),
        ("2", "=SUM(A1)|<b>[red]", Decimal("-2.5"), None, date(2024, 5, 2), (), False),
        ("3", "z" * 120, None, "B", None, (), None),
    ),
    "Title",
    chart=Chart("bar", "name", "spend"),
)
LOOK = Look(
    {"spend": MONEY},
    {"name": "名称", "spend": "消费额"},
    frozenset({"tier"}),
    zone=ZoneInfo("Asia/Shanghai"),
)
BAR_OF_N = Chart("bar", "name", "n")


def printed(form, table=TABLE, look=LOOK):
    stream = io.StringIO()
    print_table(table, form, look, to=stream)
    return stream.getvalue()


def test_json_is_exact_with_names_as_keys():
    rows = json.loads(printed("json"))
    assert rows[0] == {
        "id": "1",
        "name": "客户甲",
        "spend": "1234.565",
        "tier": "A",
        "at": "2024-05-01T22:30:00Z",
        "tags": ["x", "y"],
        "ok": True,
    }
    assert rows[1]["tier"] is None
    assert rows[1]["at"] == "2024-05-02"
    assert [json.loads(line) for line in printed("jsonl").splitlines()] == rows


def test_no_rows_are_an_empty_array_no_lines_and_a_bare_header():
    empty = Table(("id", "name"), ())
    assert json.loads(printed("json", empty)) == []
    assert printed("jsonl", empty) == ""
    assert printed("csv", empty) == "id,name\n"


def test_csv_has_names_exact_numbers_and_no_formula():
    rows = list(csv.DictReader(io.StringIO(printed("csv"))))
    assert rows[0]["spend"] == "1234.565"
    assert rows[0]["tags"] == "x;y"
    assert rows[1]["spend"] == "-2.5"
    assert rows[1]["name"].startswith("'=SUM")
    assert rows[2]["spend"] == rows[2]["at"] == rows[2]["ok"] == ""


@pytest.mark.parametrize("text", ["=1", "+A1", "-A1", "+1+2", "@x", "\tx", "\rx"])
def test_no_text_in_csv_begins_like_a_formula(text):
    shown = printed("csv", Table(("a",), ((text,),)))
    assert list(csv.reader(io.StringIO(shown, newline=""))) == [["a"], [f"'{text}"]]


@pytest.mark.parametrize("text", ["+1", "-1", "+49 30 1234"])
def test_numbers_and_telephone_numbers_stay_as_they_are_in_csv(text):
    shown = printed("csv", Table(("a",), ((text,),)))
    assert list(csv.reader(io.StringIO(shown, newline=""))) == [["a"], [text]]


def test_tables_have_labels_rounded_money_local_times_and_a_question_mark():
    lines = printed("table").splitlines()
    assert lines[0] == "Title"
    assert lines[1].split() == [
        "id",
        "名称",
        "消费额",
        "tier",
        "at",
        "tags",
        "ok",
        "消费额",
    ]  # the bars say what they show
    assert "1,234.56 " in lines[3]  # half to even
    assert "2024-05-02 06:30" in lines[3]
    assert "=SUM(A1)|<b>[red]" in lines[4]
    assert "-2.50  ?" in lines[4]
    assert "z" * 120 in lines[5]


def test_wide_characters_are_aligned():
    table = Table(("a", "b"), (("客户", "x"), ("ab", "y")))
    lines = printed("table", table, Look()).splitlines()
    columns = [width(line.partition("x")[0].partition("y")[0]) for line in lines[2:]]
    assert columns == [6, 6]


def test_shares_are_read_in_per_cent_right_aligned_and_given_in_full_as_data():
    table = Table(("share",), ((0.5,), (0.0625,), (None,)))
    look = Look(shares=frozenset({"share"}), answers=frozenset({"share"}))
    assert printed("table", table, look).splitlines()[2:] == ["50.0%", " 6.2%", "    ?"]
    assert printed("jsonl", table, look).splitlines()[1] == '{"share": 0.0625}'


def test_bars_beside_their_column_need_no_heading():
    table = Table(("name", "n"), (("a", 1),), chart=BAR_OF_N)
    assert printed("table", table, Look()).splitlines()[0].split() == ["name", "n"]


def test_bars_are_as_long_as_their_value_and_absent_for_negative_ones():
    rows = tuple((value,) for value in (Decimal(100), 50, 1, 0, -5, None))
    lines = printed("table", Table(("n",), rows, chart=Chart("bar", "n", "n")), Look()).splitlines()[2:]
    lengths = [sum(one == "█" for one in line) for line in lines]
    assert lengths == [30, 15, 0, 0, 0, 0]
    assert lines[2].endswith("▎")
    assert lines[3].strip() == "0"


def test_markdown_escapes_what_would_break_the_table():
    lines = printed("md").splitlines()
    assert lines[0] == "**Title**"
    assert lines[2] == "| id | 名称 | 消费额 | tier | at | tags | ok |"
    assert lines[3] == "| --- | --- | ---: | --- | --- | --- | --- |"
    assert r"=SUM(A1)\|&lt;b>[red]" in lines[5]


def test_control_characters_neither_break_lines_nor_command_a_terminal():
    assert said("a\nb\x1b[31mc\u202e", "x", Look()) == "a b\\x1b[31mc\\u202e"


@pytest.mark.parametrize(
    ("value", "text", "plain"),
    [
        (Decimal("0.125"), "0.12", "0.125"),
        (Decimal("0.135"), "0.14", "0.135"),
        (Decimal("1E+3"), "1,000.00", "1000"),
        (Fraction(1, 3), "0.33", pytest.approx(1 / 3)),
        (2.675, "2.67", 2.675),
        (12, "12.00", 12),
    ],
)
def test_money_is_rounded_half_even_for_people_only(value, text, plain):
    assert said(value, "spend", LOOK) == text
    assert data(value) == plain


def test_one_thing_is_an_object_or_a_line_for_each_value(capsys):
    values = {"id": "c1", "shop.spend": Decimal("1.5"), "tags": ("a",)}
    print_object(values, "json")
    assert json.loads(capsys.readouterr().out) == {"id": "c1", "shop.spend": "1.5", "tags": ["a"]}
    print_object(values, "csv")
    assert capsys.readouterr().out == "id,shop.spend,tags\nc1,1.5,a\n"
    print_object(values, "table", Look({"shop.spend": MONEY}, {"shop.spend": "消费额"}))
    assert capsys.readouterr().out == "id                   c1\n消费额 (shop.spend)  1.50\ntags                 a\n"


NARROW = Table(
    ("id", "name", "customers", "spend", "at", "note"),
    (
        ("0001J5ZK3VQ8", "Blue Door Trading of the North", 1200, Decimal("1234567.89"), date(2024, 5, 1), "on " * 30),
        ("0001J5ZK3VQ9", "Ada", 3, Decimal("-20.5"), date(2024, 5, 2), "z" * 90),
    ),
    chart=Chart("bar", "name", "customers"),
)
WHOLE = ("0001J5ZK3VQ8", "0001J5ZK3VQ9", "1200", "1,234,567.89", "-20.50", "2024-05-01", "2024-05-02")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def on_terminal(monkeypatch, columns, table, look):
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    print_table(table, "table", look, to=stream)
    return re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())


@pytest.mark.parametrize("columns", [250, 120, 100, 80, 72, 60, 40, 20])
def test_on_a_terminal_numbers_ids_and_dates_are_never_broken_over_lines(monkeypatch, columns):
    shown = on_terminal(monkeypatch, columns, NARROW, Look({"spend": MONEY}))
    assert all(shown.count(part) == 1 for part in WHOLE)
    assert shown.replace(" ", "").replace("\n", "").count("z") == 90


@pytest.mark.parametrize("columns", [120, 80, 72])
def test_what_fits_with_folded_texts_stays_a_table_as_wide_as_the_terminal(monkeypatch, columns):
    lines = on_terminal(monkeypatch, columns, NARROW, Look({"spend": MONEY})).splitlines()
    assert all(width(line.rstrip()) <= columns for line in lines)
    assert "1,234,567.89" in next(line for line in lines if line.startswith("0001J5ZK3VQ8"))


def test_too_many_columns_for_a_terminal_become_a_line_for_each_value(monkeypatch):
    lines = on_terminal(monkeypatch, 40, NARROW, Look({"spend": MONEY}, {"id": "编号"})).splitlines()
    assert lines[0].split() == ["编号", "0001J5ZK3VQ8"]
    assert lines[6] == ""
    assert lines[10].split() == ["spend", "-20.50"]


@pytest.mark.parametrize(("columns", "length"), [(80, 30), (40, 26), (35, 21), (19, 5), (18, 0), (12, 0)])
def test_bars_shrink_or_vanish_before_anything_is_folded(monkeypatch, columns, length):
    table = Table(("name", "n"), (("two words", 7), ("x", 0)), chart=BAR_OF_N)
    shown = on_terminal(monkeypatch, columns, table, Look())
    assert shown.count("█") == length
    assert "two words" in shown


def test_ids_of_other_records_stay_in_one_piece(monkeypatch):
    table = Table(("customer", "note"), (("a b c d e f g h i j k l m n o p", "y " * 60),))
    assert "a b c d e f g h i j k l m n o p" in on_terminal(monkeypatch, 50, table, Look(ids=frozenset({"customer"})))
    assert "i j k l m n o p" not in on_terminal(monkeypatch, 30, table, Look())


def test_nothing_found_is_a_note_for_people_and_an_empty_table_as_data(capsys):
    empty = Table(("id", "name"), ())
    print_table(empty)
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "crm: nothing found\n")
    print_table(empty, "md")
    assert capsys.readouterr().out.startswith("| id | name |")
    print_table(Table(("id",), (), "Best"))
    assert "Best: nothing found" in capsys.readouterr().err


def test_short_texts_are_said_with_their_words_for_people_only():
    look = Look(words={"tier": {"A": "甲类"}})
    assert "甲类" in printed("table", look=look)
    assert "甲类" in printed("md", look=look)
    assert "甲类" not in printed("csv", look=look) + printed("jsonl", look=look)


DRAW = """
from crmcore.cli.output import print_table
from crmcore.view import Table
print_table(Table(("name", "note"), (("x" * 70, "y" * 70),)))
"""


def drawn(*, terminal, **environ):
    environ = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "COLUMNS": "60", **environ}
    if not terminal:
        return subprocess.run(
            [sys.executable, "-c", DRAW], env=environ, capture_output=True, check=True
        ).stdout.decode()
    ours, theirs = pty.openpty()
    subprocess.run([sys.executable, "-c", DRAW], env=environ, stdout=theirs, check=True)
    os.close(theirs)
    return os.read(ours, 100_000).decode()


def test_what_is_piped_is_neither_cut_nor_coloured():
    text = drawn(terminal=False)
    assert "x" * 70 + "  " + "y" * 70 in text
    assert "\x1b" not in text


def test_a_terminal_gets_colours_and_its_own_width_unless_no_color_is_set():
    text = drawn(terminal=True)
    assert "\x1b[" in text
    assert all(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) <= 80 for line in text.splitlines())
    assert "\x1b[3" not in drawn(terminal=True, NO_COLOR="1")


def test_an_ascii_stream_gets_ascii():
    text = drawn(terminal=False, PYTHONIOENCODING="ascii")
    assert "----" in text
