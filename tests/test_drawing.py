"""Charts as SVG: what is drawn where, whatever the numbers and names are."""

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcore.drawing.bars import bars, stacked
from crmcore.drawing.heatmap import heatmap
from crmcore.drawing.lines import lines
from crmcore.drawing.markup import Markup, element, joined
from crmcore.drawing.plot import Plot, Series
from crmcore.drawing.scale import Scale, shortened, spread, ticks, width

DRAWERS = {"bar": bars, "stacked": stacked, "line": lines, "heatmap": heatmap}


def plot(*columns, kind="bar", categories=None, totals=()):
    """A plot of columns of values; the texts are the values themselves."""
    names = categories or tuple(f"row {place}" for place in range(len(columns[0]) if columns else 0))
    series = tuple(
        Series(f"column {place}", tuple(values), tuple("?" if value is None else f"{value:g}" for value in values))
        for place, values in enumerate(columns)
    )
    totals = totals or tuple("total" for _ in names)
    places = tuple(map(float, range(len(names))))
    return Plot(kind, "Title", "Doc", "chart-1", tuple(names), series, lambda value: f"{value:g}", places, totals)


def drawn(chart):
    return ET.fromstring(DRAWERS[chart.kind](chart))


def parts(root, tag, class_=""):
    return [one for one in root.iter(tag) if class_ in (one.get("class") or "")]


def at(shape, name):
    return float(shape.get(name).rstrip("%"))


# -- markup ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_", "read"),
    [
        ("</title><script>alert(1)</script>", "</title><script>alert(1)</script>"),
        ("a \"quoted\" 'name' & more", "a \"quoted\" 'name' & more"),
        ("]]>", "]]>"),
        ("a\u202eb\u2066c", r"a\u202eb\u2066c"),
        ("bell\x07 null\x00 half\ud800", r"bell\x07 null\x00 half\ud800"),
        ("\ufeffmark \ufffe", r"\ufeffmark \ufffe"),
        ("tab\tand\rreturn", "tab and return"),
        ("客户　甲 👩\u200d💻", "客户　甲 👩\u200d💻"),
    ],
)
def test_texts_and_attributes_can_end_nothing_and_hide_nothing(given_, read):
    root = ET.fromstring(element("p", given_, title=given_))
    assert root.text == read
    assert root.get("title") == read
    assert len(root) == 0


def test_markup_is_not_escaped_twice_and_attributes_of_none_are_left_out():
    inner = element("b", "1 < 2")
    assert joined(inner, " & ") == "<b>1 &lt; 2</b> &amp; "
    assert element("p", inner, class_=None, data_value=5) == '<p data-value="5"><b>1 &lt; 2</b></p>'
    assert isinstance(inner, Markup)


@given(st.text())
def test_any_text_is_well_formed(text):
    assert ET.fromstring(element("p", text, title=text)).tag == "p"


# -- scales ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 100, (0, 25, 50, 75, 100)),
        (0, 3, (0, 1, 2, 3)),
        (0, 1, (0, 1)),
        (-27531, 383745, (-200000, 0, 200000, 400000)),
        (0, 0.25, (0, 0.1, 0.2, 0.3)),
        (0, 0, (0,)),
        (-5, 0, (-6, -4, -2, 0)),
    ],
)
def test_axes_have_round_values_that_enclose_the_numbers(low, high, expected):
    assert ticks(low, high) == pytest.approx(expected)


@given(st.floats(-1e9, 0), st.floats(0, 1e9))
def test_axes_have_few_values_whatever_the_numbers(low, high):
    found = ticks(low, high)
    assert len(found) <= 8
    assert found[0] <= low + 1e-9
    assert found[-1] >= high - 1e-6 * abs(high)


def test_a_scale_without_a_range_is_a_place():
    assert Scale(0, 0, 10, 90).at(0) == 10
    assert Scale(-10, 10, 0, 100).at(5) == 75


@pytest.mark.parametrize("text", ["a long name of nobody", "一个很长很长的名称没有人会起"])
def test_names_are_shortened_to_their_room(text):
    short = shortened(text, 80)
    assert short.endswith("…")
    assert width(short) <= 80 + 13
    assert shortened(text, 1000) == text


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ((), ()),
        ((5.0,), (0,)),
        (range(12), (0, 4, 7, 11)),
        ((0, 1, 2, 3, 100), (0, 4)),
        ((0, 50, 98, 100), (0, 1, 3)),
    ],
)
def test_names_below_an_axis_never_overlap(places, expected):
    assert spread(["2025-01"] * len(places), tuple(places), 320) == expected


# -- bars --------------------------------------------------------------------------------------------------------------


def test_bars_are_as_long_as_their_values_with_the_numbers_at_their_ends():
    root = drawn(plot((100, 50, 0)))
    first, second = parts(root, "rect")
    assert at(first, "width") == pytest.approx(2 * at(second, "width"), abs=0.02)
    assert [one.text for one in parts(root, "text", "value")] == ["100", "50", "0"]
    assert at(parts(root, "text", "value")[1], "x") == at(second, "width")
    assert not parts(root, "line", "zero")


def test_negative_bars_end_left_of_zero_and_so_do_their_numbers():
    root = drawn(plot((10, -10)))
    zero = at(parts(root, "line", "zero")[0], "x1")
    right, left = parts(root, "rect")
    assert at(right, "x") == pytest.approx(zero)
    assert at(left, "x") + at(left, "width") == pytest.approx(zero, abs=0.02)
    assert parts(root, "text", "value")[1].get("text-anchor") == "end"


@pytest.mark.parametrize("kind", DRAWERS)
@pytest.mark.parametrize(
    "columns",
    [
        ((0, 0, 0),),
        ((None, None),),
        ((7,),),
        ((-1e12, 1e-9, 3), (None, 5, -2)),
        (tuple(range(200)),),
        tuple((place, -place) for place in range(20)),
    ],
    ids=["all zero", "nothing known", "one row", "extremes", "many rows", "many series"],
)
def test_every_chart_stays_inside_its_frame(kind, columns):
    root = drawn(plot(*columns, kind=kind))
    assert (root.find("title").text, root.find("desc").text) == ("Title", "Doc")
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "chart-1-title chart-1-doc"
    high = float(root.get("height"))
    wide = 100.0 if root.get("width") == "100%" else float(root.get("width"))
    for box in parts(root, "rect"):
        assert at(box, "x") >= -0.01
        assert at(box, "x") + at(box, "width") <= wide + 0.31
        assert 0 <= at(box, "y") <= at(box, "y") + at(box, "height") <= high
    for dot in parts(root, "circle"):
        assert 0 <= at(dot, "cx") <= 100
        assert 0 <= at(dot, "cy") <= high
    numbers = [
        value for part in root.iter() for name, value in part.items() if name not in {"class", "aria-labelledby"}
    ]
    assert not [value for value in numbers if re.search(r"nan|inf|\de[+-]", value.lower())]


def test_stacked_values_follow_each_other_and_end_at_their_sum():
    root = drawn(plot((10, 5), (20, -5), kind="stacked", totals=("30", "0")))
    first, second, third, fourth = parts(root, "rect")
    assert at(second, "x") == pytest.approx(at(first, "x") + at(first, "width"), abs=0.02)
    assert at(second, "width") == pytest.approx(2 * at(first, "width"), abs=0.02)
    assert at(fourth, "x") + at(fourth, "width") == pytest.approx(at(third, "x"), abs=0.02)
    assert [one.text for one in parts(root, "text", "value")] == ["30", "0"]


def test_shapes_say_what_they_show_when_pointed_at():
    root = drawn(plot((1,), (2,), categories=("<vip>",)))
    assert [one.find("title").text for one in parts(root, "rect")] == ["<vip>, column 0: 1", "<vip>, column 1: 2"]
    assert [one.get("class") for one in parts(root, "rect")] == ["s1", "s2"]


# -- lines and heat maps -----------------------------------------------------------------------------------------------


def test_a_value_that_is_not_known_interrupts_its_line():
    root = drawn(plot((1, 2, None, 3, 4), kind="line"))
    assert len(parts(root, "circle")) == 4
    assert len(parts(root, "line", "line s1")) == 2


def test_a_line_stands_on_zero_and_names_its_axes():
    root = drawn(plot((5, 10), kind="line", categories=("May", "June")))
    assert [one.text for one in parts(root, "text", "tick")] == ["0", "5", "10"]
    names = parts(root, "text", "name")
    assert [(one.text, one.get("text-anchor")) for one in names] == [("May", "start"), ("June", "end")]
    zero = at(parts(root, "line", "zero")[0], "y1")
    assert at(parts(root, "circle")[0], "cy") == pytest.approx((zero + at(parts(root, "circle")[1], "cy")) / 2)


def test_cells_are_darker_the_larger_their_number_and_numbers_stand_out():
    root = drawn(plot((10, 0, None), (5, -10, 1), kind="heatmap"))
    cells = parts(root, "rect", "cell")
    assert [at(cell, "fill-opacity") for cell in cells] == [1, 0.54, 0, 1, 0, 0.17]
    assert "below" in cells[3].get("class")
    assert [one.text for one in parts(root, "text", "strong")] == ["10", "-10"]
    assert [one.text for one in parts(root, "text", "number")] == ["10", "5", "0", "-10", "?", "1"]
