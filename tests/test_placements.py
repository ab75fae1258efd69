"""Timelines: what was believed of a customer, from when until when."""

from datetime import date

import pytest

from crmcore.errors import StoreBroken
from crmcore.evaluation.placements import Placement, Timeline, from_document, to_document


def day(number):
    return date(2026, 6, number)


def placed(segment, on, **facts):
    return Placement(segment, day(on), 1, facts.pop("cause", "data"), **facts)


def timeline(*steps):
    """Return the timeline after placements ("A", day), or endings on a day."""
    found = Timeline()
    for step in steps:
        found = found.closed(day(step)) if isinstance(step, int) else found.placed(placed(*step))
    return found


def spans(found):
    return [(each.segment, each.since.day, each.until and each.until.day) for each in found.placements]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((), []),
        ((("A", 1),), [("A", 1, None)]),
        ((("A", 1), ("B", 5)), [("A", 1, 5), ("B", 5, None)]),
        ((("A", 1), ("A", 5)), [("A", 1, None)]),  # unchanged: keeps its beginning
        ((("A", 1), (None, 5), ("A", 7)), [("A", 1, 5), (None, 5, 7), ("A", 7, None)]),
        ((("A", 1), ("B", 5), ("C", 5)), [("A", 1, 5), ("C", 5, None)]),  # two changes on one day
        ((("A", 1), ("B", 5), ("A", 5)), [("A", 1, None)]),  # and back on the same day
        ((("A", 1), ("B", 1)), [("B", 1, None)]),
        ((("A", 1), 5), [("A", 1, 5)]),
        ((("A", 1), 5, 6), [("A", 1, 5)]),
        ((("A", 5), 5), []),  # it came and went
        ((("A", 1), 5, ("A", 5)), [("A", 1, None)]),
        ((("A", 1), 5, ("A", 8)), [("A", 1, 5), ("A", 8, None)]),
        ((("A", 1), 5, ("B", 3)), [("A", 1, 3), ("B", 3, None)]),  # a clock that was set back
        ((5,), []),
    ],
)
def test_placements_follow_each_other(steps, expected):
    assert spans(timeline(*steps)) == expected


@pytest.mark.parametrize(("on", "segment"), [(1, "A"), (4, "A"), (5, "B"), (9, None), (10, None)])
def test_what_was_believed_on_a_day(on, segment):
    found = timeline(("A", 1), ("B", 5), 9).on(day(on))
    assert (found and found.segment) == segment


def test_nothing_was_believed_before_the_first_placement():
    assert timeline(("A", 2)).on(day(1)) is None
    assert Timeline().current is None
    assert timeline(("A", 2), 5).current is None


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (1, []),
        (3, [("A", 1, None)]),
        (5, [("A", 1, None)]),
        (6, [("A", 1, 5), ("B", 5, None)]),
        (9, [("A", 1, 5), ("B", 5, None)]),
        (10, [("A", 1, 5), ("B", 5, 9)]),
    ],
)
def test_a_rewind_forgets_what_was_placed_since(on, expected):
    rewound = timeline(("A", 1), ("B", 5), 9).rewound(day(on))
    assert spans(rewound) == expected
    if rewound.current:
        assert rewound.current.review_on == day(on)


def test_a_rewind_keeps_an_open_placement_as_it_is():
    found = Timeline((placed("A", 1, review_on=day(20)),))
    assert found.rewound(day(9)) == found


def test_an_unchanged_segment_takes_the_new_review_and_what_is_missing():
    first = Timeline().placed(placed(None, 1, missing=("x",), review_on=day(9)))
    second = first.placed(placed(None, 5, missing=("y",), cause="time"))
    assert second.current == placed(None, 1, missing=("y",))
    again = second.placed(placed("A", 6)).placed(placed(None, 6, missing=("z",), review_on=day(8)))
    assert again.placements == (placed(None, 1, missing=("z",), review_on=day(8)),)


@pytest.mark.parametrize(
    ("placement", "row"),
    [
        (placed("A", 1), ["A", "2026-06-01", 1, "data"]),
        (placed("A", 1, until=day(3)), ["A", "2026-06-01", 1, "data", "2026-06-03"]),
        (placed("A", 1, review_on=day(3)), ["A", "2026-06-01", 1, "data", None, "2026-06-03"]),
        (placed(None, 1, missing=("x", "y")), [None, "2026-06-01", 1, "data", None, None, "x", "y"]),
    ],
)
def test_a_timeline_is_stored_as_short_rows(placement, row):
    document = to_document(Timeline((placement,)))
    assert document == {"rows": [row]}
    assert from_document(document) == Timeline((placement,))
    assert from_document(None) == Timeline()


@pytest.mark.parametrize(
    "document",
    [{}, {"rows": 5}, {"rows": [[]]}, {"rows": [["A", "x", 1, "data"]]}, {"rows": [["A", 5, 1, "data"]]}, []],
)
def test_a_damaged_placement_is_named_as_such(document):
    with pytest.raises(StoreBroken, match="a placement in the store is damaged"):
        from_document(document)
