"""Tables from files: every format and encoding that companies export, and every way in which such a file can be bad."""

import csv
import hashlib
import io
import json
import os
import stat
import sys
import threading
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcore.errors import CrmError, Invalid, Problem, UnknownName, UsageError
from crmcore.files import csv_records, encodings, sources
from crmcore.files.encodings import CHUNK
from crmcore.files.headers import COLUMN_LIMIT
from crmcore.files.readers import SHOWN, Broken, Line, open_table

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030")


@pytest.fixture
def put(tmp_path):
    def write(content, name="customers.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def standard_input(monkeypatch):
    def feed(content):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    return feed


def read(path, **said):
    with open_table(path, **said) as table:
        return table, list(table)


def cells(path, **said):
    _, lines = read(path, **said)
    return [(line.number, tuple(line.values.values())) for line in lines]


def refused(path, **said):
    with pytest.raises(Invalid) as caught:
        open_table(path, **said)
    return str(caught.value)


def problems(path, **said):
    return [line for line in read(path, **said)[1] if isinstance(line, Problem)]


# ---------------------------------------------------------------- csv and tsv


def test_a_csv_file_gives_rows_by_column_with_the_line_on_which_each_begins(put):
    path = put('id,name,notes\r\n1,"Müller, Söhne","two\r\nlines"\r\n\r\n2,"the ""Inn""",\r\n')
    table, lines = read(path)
    assert table.columns == ("id", "name", "notes")
    assert lines == [
        Line(2, {"id": "1", "name": "Müller, Söhne", "notes": "two\r\nlines"}),
        Line(5, {"id": "2", "name": 'the "Inn"', "notes": ""}),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_kind_of_line_end_counts_as_one(put, end):
    assert cells(put(end.join(["id", "1", "", "2"]))) == [(2, ("1",)), (4, ("2",))]


def test_a_header_may_stand_below_blank_lines_and_have_blanks_around_its_names(put):
    table, lines = read(put("\n\n id , Cafe\u0301 \n1,x\n"))
    assert table.columns == ("id", "Caf\u00e9")
    assert lines == [Line(4, {"id": "1", "Caf\u00e9": "x"})]


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        ("a,b\n", ","),
        ("a;b\n", ";"),
        ("a\tb\n", "\t"),
        ("a,b;c\n", ","),
        ('"a,b";c\n', ";"),
        ('"a;b"\n', ","),
        ("\n\r\na;b\n", ";"),
        ("name\n", ","),
        ("a|b\n", ","),
    ],
)
def test_the_delimiter_is_a_comma_unless_the_header_has_none(put, content, delimiter):
    assert read(put(content))[0].delimiter == delimiter


def test_a_header_with_semicolons_and_tabs_is_not_guessed(put):
    assert "both semicolons and tabs" in refused(put("a;b\tc\n"))


@pytest.mark.parametrize("said", ["tab", "\\t", "\t", "Tab"])
def test_the_delimiter_can_be_said(put, said):
    assert cells(put("a\tb,c\n1\t2,3\n"), delimiter=said) == [(2, ("1", "2,3"))]


@pytest.mark.parametrize("said", ["", ",,", '"', "\n", "\0", "space"])
def test_an_impossible_delimiter_is_refused(put, said):
    with pytest.raises(UsageError, match="cannot separate"):
        open_table(put("a,b\n"), delimiter=said)


def test_tab_separated_files_are_known_by_their_name(put):
    assert cells(put('a\tb,c\n1\t"2\t3"\n', "x.tsv")) == [(2, ("1", "2\t3"))]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1", "has 1 cell, and the header has 2"),
        ("1,2,3", "has 3 cells, and the header has 2"),
        ('"a"b,2', "text follows a closing quotation mark"),
    ],
)
def test_a_bad_row_is_a_problem_with_its_line_and_the_others_are_read(put, row, reason):
    path = put(f"id,name\n1,Ada\n{row}\n2,Eve\n")
    good, bad, after = read(path)[1]
    assert (good.number, after.number) == (2, 4)
    assert (bad.file, bad.line) == (str(path), 3)
    assert reason in bad.reason


def test_a_ragged_row_is_shown_shortened(put):
    (problem,) = problems(put("id,name\n" + "x" * 5000 + "\n"))
    assert problem.value == "x" * SHOWN + "..."


def test_a_quotation_mark_that_is_never_closed_is_found_where_it_opens(put):
    (problem,) = problems(put('id,name\n1,"Ada\n2,Eve\n3,Bob\n'))
    assert problem.line == 2
    assert "never closed" in problem.reason
    assert "lines 2 to 4" in problem.reason


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ('1,"Ada\n2,"Eve"\n3,Bob\n', 2),
        ('0,Zoe\n1,"' + "x" * 99_999 + "\n" + "y" * 99_999 + "\n3,Bob\n", 3),
        ('"a\n",' * 100_000 + "\n3,Bob\n", 2),
        ('1,"' + "y," * 250_000 + "\n3,Bob\n", 2),
    ],
)
def test_where_rows_cannot_be_told_apart_any_more_nothing_below_is_taken_for_one(put, monkeypatch, rows, line):
    monkeypatch.setattr(csv_records, "LINE_LIMIT", 200_000)
    monkeypatch.setattr(csv_records, "RECORD_LIMIT", 400_000)
    *_, last = read(put(f"id,name\n{rows}"))[1]
    assert isinstance(last, Broken)
    assert last.line == line
    assert last.reason.endswith("nothing below was read")


def test_a_cell_or_line_without_end_is_a_problem_and_reading_goes_on(put, monkeypatch):
    monkeypatch.setattr(csv_records, "LINE_LIMIT", 200_000)
    endless_cell = "x" * 140_000
    endless_line = "y," * 250_000
    _, lines = read(put(f'id,name\n1,{endless_cell}\n{endless_line}\n"{endless_line}"\n2,Eve\n'))
    assert lines == [
        Problem("a cell is longer than 131,072 characters; is a closing quotation mark missing?", lines[0].file, 2),
        Problem("the line is longer than 200,000 characters", lines[0].file, 3),
        Problem("the line is longer than 200,000 characters", lines[0].file, 4),
        Line(5, {"id": "2", "name": "Eve"}),
    ]


def test_a_table_can_be_read_again_and_twice_at_the_same_time(put):
    with open_table(put("id\n1\n2\n")) as table:
        assert [line.values["id"] for line in table] == ["1", "2"]
        assert [(a.values["id"], b.values["id"]) for a, b in zip(table, table, strict=True)] == [("1", "1"), ("2", "2")]


def test_the_hash_is_that_of_the_bytes(put):
    content = b"\xef\xbb\xbfid\r\n" + (b"1" * 50 + b"\r\n") * 10_000
    assert read(put(content))[0].sha256 == hashlib.sha256(content).hexdigest()


# ---------------------------------------------------------------- headers


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is empty: there is no header line"),
        ("\n\n", "is empty: there is no header line"),
        ("id,,name,\n", "column 2, 4 has no name"),
        (" , \n", "column 1, 2 has no name"),
        ("id,name,id\n", "columns 1, 3 have the same name"),
        ("id,na\0me\n", "NUL byte"),
        ('id,"na\nme"\n', "a line break"),
        ("00004,0001,19970101,2,29.33\n", "holds values, not names"),
        ("2024-01-05\n", "holds values, not names"),
        ('"id\n', "never closed"),
        (",".join(f"c{i}" for i in range(COLUMN_LIMIT + 1)), "more than 1,000 columns"),
    ],
)
def test_a_header_that_names_no_columns_is_refused_before_any_row(put, content, reason):
    assert reason in refused(put(content))


def test_everything_wrong_with_a_header_is_said_at_once(put):
    message = refused(put("id,,id\n"))
    assert "no name" in message
    assert "same name" in message


def test_the_names_of_columns_may_be_partly_numbers(put):
    assert read(put("id,2024\n"))[0].columns == ("id", "2024")


# ---------------------------------------------------------------- json lines


def test_json_lines_keep_the_exact_text_of_numbers(put):
    content = '{"id": "1", "amount": 29.330000000000000001, "n": 12345678901234567890}\n\n{"n": -0.10, "ok": true, "no": false, "x": null}\n'
    table, lines = read(put(content, "x.jsonl"))
    assert table.columns == ("id", "amount", "n", "ok", "no", "x")
    assert lines[0].values["amount"] == "29.330000000000000001"
    assert lines[0].values["n"] == "12345678901234567890"
    assert lines[1] == Line(3, {"id": "", "amount": "", "n": "-0.10", "ok": "true", "no": "false", "x": ""})


def test_a_list_of_texts_is_several_texts(put):
    assert cells(put('{"tags": ["vip", "华东"], "none": []}\n', "x.ndjson")) == [(1, ("vip;华东", ""))]


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ('{"a": {"b": 1}}', "a", "is nested"),
        ('{"a": [true, "x"]}', "a", "is nested"),
        ('{"a": ["x;y"]}', "a", "is nested"),
        ('{"b": 1, "a": 1, "a": 2}', "a", "stands twice"),
        ('{"b": {"a": 1, "a": 2}}', "a", "stands twice"),
        ('{"a": NaN}', "", "holds NaN"),
        ('{"a": -Infinity}', "", "holds -Infinity"),
        ("[1]", "", "is not an object"),
        ("{'a': 1}", "", "is not JSON"),
        ('{"a": "x\x01y"}', "", "is not JSON"),
        ('{"a": 1} {"a": 2}', "", "is not JSON"),
        ("[" * 100_000, "", "nested too deeply"),
        ('{"a": "' + "x" * csv_records.LINE_LIMIT + '"}', "", "the line is longer"),
    ],
)
def test_a_bad_object_is_a_problem_with_its_line_and_the_others_are_read(put, line, column, reason):
    good, bad, after = read(put(f'{{"a": "1"}}\n{line}\n{{"a": "2"}}\n', "x.jsonl"))[1]
    assert (good.values, after.values) == ({"a": "1"}, {"a": "2"})
    assert (bad.line, bad.column, after.number) == (2, column, 3)
    assert reason in bad.reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "there are no objects"),
        ('[\n{"a": 1}]', "is not an object"),
        ('[{"a": 1}]', "is not an object"),
        ('{"": 1}\n', "has no name"),
        ('{"a\\u0000": 1}\n', "NUL byte"),
        ('{"a\\ud800": 1}\n', "control character"),
        ("\n".join(json.dumps({f"c{i}": 1}) for i in range(COLUMN_LIMIT + 1)), "more than 1,000 columns"),
    ],
)
def test_a_file_of_json_that_is_not_lines_of_objects_is_refused(put, content, reason):
    if content.startswith("[\n"):
        content = "[\n"
        reason = "is not JSON"
    assert reason in refused(put(content, "x.jsonl"))


def test_many_objects_are_no_single_long_row(put, monkeypatch):
    monkeypatch.setattr(csv_records, "RECORD_LIMIT", 100)
    assert len(read(put('{"a": "1234567890"}\n' * 50, "x.jsonl"))[1]) == 50


# ---------------------------------------------------------------- formats, names, standard input


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("x.csv", '{"a"\n', "csv"),
        ("x.TSV", "a\n", "tsv"),
        ("x.tab", "a\n", "tsv"),
        ("x.json", '{"a": 1}\n', "jsonl"),
        ("x.txt", ' \n{"a": 1}\n', "jsonl"),
        ("x", "a;b\n", "csv"),
    ],
)
def test_the_format_is_known_by_the_name_and_else_by_the_content(put, name, content, form):
    assert read(put(content, name))[0].format == form


def test_the_format_can_be_said(put):
    assert cells(put('{"a": 1}\n', "x.csv"), format="jsonl") == [(1, ("1",))]
    with pytest.raises(UnknownName, match="did you mean 'csv'"):
        open_table("x", format="cvs")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04...", "is a spreadsheet or an archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "is an old spreadsheet"),
        (b"\x1f\x8b\x08\x00", "is compressed"),
        (b"SQLite format 3\0", "is a database"),
        ("id\n1\n".encode("utf-32"), "is in UTF-32"),
    ],
)
def test_a_file_that_is_no_text_is_called_what_it_is(put, content, reason):
    assert reason in refused(put(content))


def test_standard_input_is_read_like_a_file(standard_input):
    content = 'id,name\n1,"张三\n2"\n'.encode("gb18030")
    standard_input(content)
    table, lines = read("-")
    assert table.name == "stdin"
    assert table.sha256 == hashlib.sha256(content).hexdigest()
    assert lines == [Line(2, {"id": "1", "name": "张三\n2"})]


def test_a_pipe_is_read_like_a_file(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(b"id\n" + b"1\n" * 50_000,))
    writer.start()
    assert len(cells(path)) == 50_000
    writer.join()


def test_a_copy_of_standard_input_is_seen_by_its_owner_only(standard_input):
    standard_input(b"id\n1\n")
    with open_table("-") as table:
        facts = os.fstat(table.source.file.fileno())
    assert stat.S_IMODE(facts.st_mode) == 0o600


def test_a_copy_that_cannot_be_made_leaves_nothing_open(standard_input, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    standard_input(b"id\n1\n")
    monkeypatch.setattr(sources, "_write_all", full)
    with pytest.raises(CrmError, match="cannot read stdin: No space left"):
        open_table("-")


@pytest.mark.parametrize(
    ("name", "reason"), [("absent.csv", "No such file"), (".", "directory"), ("a\0b", "null byte")]
)
def test_a_file_that_cannot_be_read_says_why(tmp_path, name, reason):
    with pytest.raises(CrmError, match=reason):
        open_table(tmp_path / name)


def test_a_disk_that_fails_while_the_file_is_opened_says_so(put, monkeypatch):
    def fail(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(sources, "find_encoding", fail)
    with pytest.raises(CrmError, match="Input/output error"):
        open_table(put("id\n"))


def test_a_disk_that_fails_while_rows_are_read_says_so(put):
    with open_table(put("id\n" + "1\n" * CHUNK)) as table:
        lines = iter(table)
        next(lines)
        os.close(table.source.file.fileno())
        with pytest.raises(CrmError, match=r"cannot read .*Bad file descriptor"):
            list(lines)
        os.dup2(os.open(os.devnull, os.O_RDONLY), table.source.file.fileno())


@pytest.mark.parametrize("later", [b"id\n1\n2\n", b"id\n\xff", b"id"])
def test_a_file_that_changes_while_it_is_read_is_not_trusted(put, later):
    path = put("id\n1\n")
    with open_table(path) as table:
        path.write_bytes(later)
        os.utime(path, ns=(1, 1))
        with pytest.raises(CrmError, match="was changed while it was read"):
            list(table)


# ---------------------------------------------------------------- encodings


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_usual_encoding_is_found(put, encoding):
    rows = "编号,名称\n1,张三（华东）\n2,Zoë 😀\n"
    table, lines = read(put(rows.encode(encoding)))
    assert table.encoding.startswith(encoding.removesuffix("-sig"))
    assert [line.values["名称"] for line in lines] == ["张三（华东）", "Zoë 😀"]


def test_a_few_pound_signs_in_gb18030_are_enough_to_know_it(put):
    assert cells(put("item,note\nbag,£5 off\nbox,\n".encode("gb18030"))) == [(2, ("bag", "£5 off")), (3, ("box", ""))]


def test_a_marked_file_in_gb18030_is_found(put):
    assert read(put("\ufeffid\n张\n".encode("gb18030")))[0].columns == ("id",)


@pytest.mark.parametrize(
    ("said", "encoding", "content"),
    [
        ("gbk", "gb18030", "id,名\n".encode("gbk")),
        ("GB2312", "gb18030", "id,名\n".encode("gbk")),
        ("cp1252", "cp1252", "id,Größe\n".encode("cp1252")),
        ("latin-1", "iso8859-1", "id,Größe\n".encode("cp1252")),
        ("big5", "big5", "id,名\n".encode("big5")),
        ("utf8", "utf-8", b"\xef\xbb\xbfid\n"),
        ("utf-8-sig", "utf-8", b"id\n"),
        ("utf-16", "utf-16-be", "\ufeffid\n".encode("utf-16-be")),
        ("utf-16", "utf-16-be", "id\n".encode("utf-16-be")),
        ("utf-16", "utf-16-le", "名".encode("utf-16-le")),
        ("utf-16-le", "utf-16-le", "\ufeff名\n".encode("utf-16-le")),
    ],
)
def test_the_encoding_can_be_said(put, said, encoding, content):
    table, _ = read(put(content), encoding=said)
    assert table.encoding == encoding
    assert "\ufeff" not in table.columns[0]


@pytest.mark.parametrize("said", ["utf-9", "rot13", "base64", "zip", "idna", "unicode_escape", "utf-7", "", "a\0b"])
def test_an_encoding_that_is_none_is_refused(put, said):
    with pytest.raises(UsageError, match="no text encoding"):
        open_table(put("id\n"), encoding=said)


def test_an_encoding_that_contradicts_the_files_mark_is_refused(put):
    with pytest.raises(UsageError, match="mark of UTF-8"):
        open_table(put(b"\xef\xbb\xbfid\n"), encoding="gb18030")


def test_western_text_is_not_taken_for_chinese(put):
    message = refused(put("name\nMüller\nGröße\n".encode("cp1252")))
    assert "byte 0xfc at offset 6 is not UTF-8" in message
    assert "unlikely Chinese" in message
    assert "--encoding" in message


@pytest.mark.parametrize("encoding", ["big5", "shift_jis"])
def test_other_scripts_of_two_bytes_are_not_taken_for_gb18030(put, encoding):
    texts = {
        "big5": "臺灣客戶關係管理系統是企業用來管理與客戶之間互動的軟體",
        "shift_jis": "東京都千代田区の顧客を管理する",
    }
    assert "is not UTF-8" in refused(put(f"name\n{texts[encoding]}\n".encode(encoding)))


@pytest.mark.parametrize("damage", [b"\xff", b"\xe9t\xe9", "张".encode()[:2]])
def test_a_damaged_file_in_utf_8_is_not_taken_for_chinese(put, damage):
    message = refused(put("name\nMüller, Größe\n张三李四\n".encode() + b"b" + damage + b"a\n"))
    assert ":4: " in message
    assert "though the rest of the file is" in message


def test_traditional_characters_in_gbk_are_taken_for_chinese(put):
    text = "臺灣客戶關係管理系統是企業用來管理與客戶之間互動的軟體,主要業務為醫療器材批發零售\n"
    assert read(put(("名\n" + text.replace(",", "，")).encode("gbk")))[0].encoding == "gb18030"


@pytest.mark.parametrize("padding", [0, 1, CHUNK - 10, CHUNK - 4, CHUNK - 3, CHUNK - 2, CHUNK, 2 * CHUNK])
def test_a_byte_that_is_no_text_is_named_with_its_line_and_offset(put, padding):
    rows = "名\n1\n".encode() + b"x" * padding + b"\n"
    message = refused(put(rows + "y张".encode() + b"\xff\xff,\n"))
    assert f"byte 0xff at offset {len(rows) + 4} is not UTF-8" in message
    assert ":4: " in message
    assert "GB18030 either" in message


@pytest.mark.parametrize("padding", [0, 1, CHUNK - 8, CHUNK - 7, CHUNK - 6, CHUNK - 5, CHUNK])
def test_the_place_is_right_in_every_encoding(put, padding):
    rows = "名\n1\n".encode("gb18030") + b"x" * padding + b"\n"
    message = refused(put(rows + "张".encode("gb18030") + b"\xff,\n"), encoding="gb18030")
    assert f"byte 0xff at offset {len(rows) + 2} is not GB18030" in message
    assert ":4: " in message


def test_half_a_character_at_the_end_is_found(put):
    assert "offset 3 is not UTF-8" in refused(put(b"id\n\xe5\xbc"), encoding="utf-8")
    assert "offset 8 is not UTF-16-LE" in refused(put("\ufeffid\n".encode("utf-16-le") + b"x"))


def test_lone_nul_bytes_do_not_make_a_file_utf_16(put):
    table, lines = read(put(b"id,name\n" + b"1,a\0b\n" + b"2,x\n" * 100))
    assert table.encoding == "utf-8"
    assert lines[0].values["name"] == "a\0b"


def test_a_file_of_nul_bytes_is_refused(put):
    assert "NUL byte" in refused(put(bytes(100)))


# ---------------------------------------------------------------- laws

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
CELLS = st.text("ab,;\t\"'\r\n é张 ", max_size=8) | ANY_TEXT


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(CELLS, CELLS), max_size=6),
    st.sampled_from(ENCODINGS),
    st.sampled_from([("csv", ","), ("csv", ";"), ("tsv", "\t")]),
)
def test_what_a_csv_writer_wrote_is_read_back_cell_by_cell(tmp_path_factory, rows, encoding, form):
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=form[1])
    writer.writerows([("编号", "name"), *rows])
    path = tmp_path_factory.mktemp("law") / f"x.{form[0]}"
    path.write_bytes(file.getvalue().encode(encoding))
    said = None if encoding.startswith("utf-8") else encoding
    _, lines = read(path, encoding=said)
    assert [tuple(line.values.values()) for line in lines] == rows


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(["a", "b"]), ANY_TEXT, min_size=2), min_size=1, max_size=5))
def test_what_json_wrote_is_read_back_cell_by_cell(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("law") / "x.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert [dict(line.values) for line in read(path)[1]] == rows


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=200)
    | st.lists(st.sampled_from([b"a", b",", b'"', b"\n", b"\r", b"\0", b"\xff", b"\xe5", b"{", b"1"])).map(b"".join),
    st.sampled_from([None, "csv", "tsv", "jsonl"]),
    st.sampled_from([None, "utf-8", "utf-16", "gb18030", "cp1252"]),
)
def test_any_bytes_are_a_table_or_the_projects_own_error(tmp_path_factory, content, form, encoding):
    path = tmp_path_factory.mktemp("law") / "x"
    path.write_bytes(content)
    try:
        _, lines = read(path, format=form, encoding=encoding)
    except CrmError:
        return
    assert all(isinstance(line, (Line, Problem)) for line in lines)


# ---------------------------------------------------------------- memory


def peak_while_reading(path):
    tracemalloc.start()
    try:
        with open_table(path) as table:
            for _ in table:
                pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.fixture
def small_limits(monkeypatch):
    monkeypatch.setattr(csv_records, "LINE_LIMIT", 1 << 12)
    monkeypatch.setattr(csv_records, "RECORD_LIMIT", 1 << 13)
    for module in (encodings, sources):
        monkeypatch.setattr(module, "CHUNK", 1 << 12)


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize(
    ("name", "header", "row", "encoding"),
    [
        ("x.csv", "id,name,notes\n", '17,"Müller, Köln","' + "two\nlines" * 20 + '"\n', "utf-8"),
        ("x.csv", "id,name,notes\n", f"17,张三,{'华东地区' * 30}\n", "gb18030"),
        ("x.jsonl", "", json.dumps({"id": 17, "name": "Müller" * 30}) + "\n", "utf-8"),
    ],
)
def test_reading_ten_times_as_much_takes_no_more_memory(tmp_path, name, header, row, encoding):
    peaks = []
    for size in (1, 10):
        path = tmp_path / f"{size}{name}"
        path.write_bytes(header.encode(encoding) + row.encode(encoding) * 400 * size)
        peaks.append(peak_while_reading(path))
    assert peaks[1] < peaks[0] * 1.2
    assert peaks[1] < 200_000 < path.stat().st_size / 2


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize("row", [b"x" * 1_000_000, b'"' + (b"x" * 999 + b"\n") * 1000, b'"a\n",' * 200_000])
def test_a_row_without_end_takes_bounded_memory(tmp_path, row):
    path = tmp_path / "x.csv"
    path.write_bytes(b"id,name\n" + row)
    assert peak_while_reading(path) < 300_000 < path.stat().st_size / 3


@pytest.mark.torture
def test_fifty_megabytes_are_read_in_two(tmp_path):
    path = tmp_path / "x.csv"
    with path.open("wb") as file:
        file.write(b"id,name\n")
        for _ in range(50):
            file.write((b"1234567," + b"x" * 1000 + b"\n") * 1000)
    assert peak_while_reading(path) < 2_000_000
