"""Classifying, counting and explaining on the command line."""

from decimal import Decimal

import pytest
from cli_kit import Shop, new_shop


@pytest.fixture
def shop(tmp_path, monkeypatch):
    made = new_shop(tmp_path, monkeypatch)
    made.stock()
    return made


def tiers(shop: Shop, *options):
    rows = shop.fine("customer", "list", "--columns", "id,shop.tier", "--format", "json", *options).json
    return {row["id"]: row["shop.tier"] for row in rows}


def test_classifying_prints_what_moved_and_says_that_the_book_date_is_pinned(shop: Shop):
    ran = shop.fine("classify", "--as-of", "2024-05-31", "--format", "json")
    assert ran.json == [
        {"scheme": "shop.recent", "evaluated": 3, "placed_first": 3, "moved": 0},
        {"scheme": "shop.tier", "evaluated": 3, "placed_first": 3, "moved": 0},
    ]
    assert "the book date is now 2024-05-31" in ran.err
    assert tiers(shop) == {"c1": "liked", "c2": "big", "c3": "small"}
    assert "as of the book date 2024-05-31" in shop.fine("customer", "list").err


def test_the_note_about_the_book_date_says_what_opening_the_books_does(shop: Shop):
    for ran in (shop.fine("classify", "--as-of", "2024-05-31"), shop.fine("segments")):
        assert "re-places everybody as of today" in ran.err


def test_classifying_in_the_future_warns_that_the_way_back_is_a_rewind(shop: Shop):
    ran = shop.fine("classify", "--as-of", "9998-12-31")
    assert "9998-12-31 lies in the future" in ran.err
    assert "--rewind" in ran.err
    assert "future" not in shop.fine("classify", "--as-of", "2024-05-31", "--rewind").err


def test_people_read_only_of_schemes_where_something_happened(shop: Shop):
    untold = (shop.folder / "crm_plugins/shop.py").read_text().replace(".or_else(False)", "")
    shop.write("crm_plugins/shop.py", untold)
    (_, _, *rows) = shop.fine("classify", "--as-of", "2024-05-31").out.splitlines()
    assert [row.split() for row in rows] == [["shop.recent", "3", "3", "0", "0"], ["shop.tier", "3", "2", "0", "1"]]
    shop.fine("customer", "edit", "c1", "--name", "Ada")
    assert shop.fine("classify", "--as-of", "2024-05-31").out == ""
    again = shop.fine("classify", "--as-of", "2024-05-31", "--format", "json").json
    assert [row["evaluated"] for row in again] == [0, 0]
    (heading, _, *rows) = shop.fine("classify", "--as-of", "2024-06-05", "--full", "--dry-run").out.splitlines()
    assert "cannot_tell" not in heading
    assert len(rows) == 2


def test_one_scheme_can_be_classified_alone(shop: Shop):
    assert [row["scheme"] for row in shop.fine("classify", "--scheme", "shop.tier", "--format", "json").json] == [
        "shop.tier"
    ]
    assert "did you mean 'shop.tier'" in shop.crm("classify", "--scheme", "shop.teir").err


def test_an_edit_places_the_customer_again_at_once(shop: Shop):
    shop.fine("classify", "--as-of", "2024-05-31")
    shop.fine("customer", "edit", "c3", "--shop.level", "high")
    assert tiers(shop)["c3"] == "liked"


def test_an_earlier_run_is_refused_unless_rewound(shop: Shop):
    shop.fine("classify", "--as-of", "2024-05-31")
    ran = shop.crm("classify", "--as-of", "2024-05-03")
    assert ran.code == 1
    assert "--rewind" in ran.err
    shop.fine("classify", "--as-of", "2024-05-03", "--rewind")
    assert "2024-05-03" in shop.fine("segments").err


def test_a_dry_run_looks_at_any_date_without_a_word_about_rewinding(shop: Shop):
    shop.fine("classify", "--as-of", "2024-05-31")
    files = {path.name: path.read_bytes() for path in shop.folder.glob("crm.json*")}
    ran = shop.fine("classify", "--as-of", "2024-05-03", "--dry-run", "--format", "json")
    assert {row["scheme"]: row["evaluated"] for row in ran.json} == {"shop.recent": 3, "shop.tier": 3}
    assert "as of 2024-05-03" in ran.err
    assert "dry run: nothing was written" in ran.err
    assert {path.name: path.read_bytes() for path in shop.folder.glob("crm.json*")} == files
    assert shop.fine("classify", "--as-of", "2024-05-03", "--rewind", "--format", "json").json == ran.json


def test_segments_are_counted_with_share_and_revenue(shop: Shop):
    shop.fine("classify", "--as-of", "2024-05-31")
    rows = shop.fine("segments", "shop.tier", "--format", "jsonl").jsonl
    assert [(row["scheme"], row["segment"], row["customers"], Decimal(row["revenue"])) for row in rows] == [
        ("shop.tier", "big", 1, Decimal("1989.5")),
        ("shop.tier", "liked", 1, Decimal("100.255")),
        ("shop.tier", "small", 1, 0),
    ]
    assert sum(row["share"] for row in rows) == pytest.approx(1)
    assert set(rows[0]) == {"scheme", "segment", "customers", "share", "revenue"}


def test_people_read_labels_in_their_language_with_bars(shop: Shop):
    shop.fine("classify", "--as-of", "2024-05-31")
    english, chinese = (shop.fine("--lang", lang, "segments", "shop.tier").out for lang in ("en", "zh"))
    assert "big (Big customer)" in english
    assert "33.3%" in english
    assert "1,989.50" in english
    assert "█" in english
    assert "大客户" in chinese
    assert "big" not in chinese
    assert "客户数" in chinese
    assert (
        "| shop.tier | big (Big customer) | 1 | 33.3% | 1,989.50 |"
        in shop.fine("segments", "shop.tier", "--format", "md").out
    )


def test_whom_a_scheme_cannot_tell_is_null_as_data_and_a_question_mark_for_people(shop: Shop):
    shop.write(
        "crm_plugins/shop.py",
        (shop.folder / "crm_plugins/shop.py").read_text().replace(".or_else(False)", ""),
    )
    shop.fine("classify", "--as-of", "2024-05-31")
    rows = shop.fine("segments", "shop.tier", "--format", "jsonl").jsonl
    assert (rows[-1]["segment"], rows[-1]["customers"]) == (None, 1)
    assert shop.fine("segments", "shop.tier", "--format", "csv").out.splitlines()[-1].startswith("shop.tier,,1,")
    assert "?  " in shop.fine("segments", "shop.tier").out.splitlines()[-1]
    assert tiers(shop, "--where", "shop.tier=?") == {"c3": None}


def test_before_the_first_run_the_way_to_one_is_shown(shop: Shop):
    assert "crm classify" in shop.fine("segments").err


def test_an_explanation_has_value_bound_and_source_in_words_and_as_data(shop: Shop):
    shop.fine("classify", "--as-of", "2024-05-31")
    text = shop.fine("explain", "c2", "shop.tier").out
    assert "Big customer" in text
    assert "1,989.50" in text
    assert "shop.much" in text
    (facts,) = shop.fine("explain", "c2", "shop.tier", "--format", "json").json
    assert (facts["segment"], facts["since"], facts["as_of"]) == ("big", "2024-05-31", "2024-05-31")
    clause = facts["reasons"][0]["clause"]
    assert (clause["value"], clause["bound"], clause["margin"]) == ("1989.5", "1000", "989.5")
    assert len(shop.fine("explain", "c2", "--format", "jsonl").jsonl) == 2
    assert shop.fine("explain", "c2", "--format", "csv").out.startswith("customer,scheme,as_of,segment")


def test_explaining_as_of_another_date_only_looks(shop: Shop):
    shop.fine("classify", "--as-of", "2024-05-31")
    before = shop.fine("store", "info", "--format", "json").out
    (facts,) = shop.fine("explain", "c2", "shop.tier", "--as-of", "2024-05-01", "--format", "json").json
    assert facts["segment"] == "small"
    assert shop.fine("store", "info", "--format", "json").out == before


def test_the_changes_that_would_move_a_customer_are_told_and_given_as_data(shop: Shop):
    shop.fine("classify", "--as-of", "2024-05-31")
    lines = shop.fine("explain", "c1", "shop.tier", "--changes").out.splitlines()
    assert lines[-4:] == [
        "  single changes that would move it (all else and population values held):",
        "    → Big customer: one purchase of 899.75 EUR on 2024-05-31",
        '    → small: level = "low" instead of "high"',
        "  time alone does not move it up to 2034-06-01",
    ]
    (facts,) = shop.fine("explain", "c1", "shop.tier", "--changes", "--format", "json").json
    assert facts["changes"] == [
        {"segment": "big", "change": "purchase", "before": None, "after": "899.75"},
        {"segment": "small", "change": "shop.level", "before": "high", "after": "low"},
    ]
    assert facts["next"] == {"on": None, "segment": None, "looked_until": "2034-06-01"}
    none = shop.fine("explain", "c2", "shop.tier", "--changes").out.splitlines()
    assert "  no single change leads to: liked, small" in none
    (facts,) = shop.fine("explain", "c2", "shop.tier", "--changes", "--format", "json").json
    assert facts["changes"][0] == {"segment": "liked", "change": None}
    recent = shop.fine("explain", "c2", "shop.recent", "--as-of", "2024-05-05", "--changes").out
    assert recent.endswith("  time alone moves it on 2024-05-12: quiet\n")


def test_why_a_customer_is_not_in_a_segment_is_told(shop: Shop):
    shop.fine("classify", "--as-of", "2024-05-31")
    told = shop.fine("explain", "c1", "--why-not", "big").out
    assert told.startswith("Tier (shop.tier): liked\n  ✗ Big customer: spend >= 1,000 EUR [shop.much]")
    assert "    → Big customer: one purchase of 899.75 EUR on 2024-05-31\n" in told
    assert "shop.recent" not in told
    earlier = shop.fine("explain", "c2", "--why-not", "liked").out.splitlines()
    assert earlier[:3] == ["Tier (shop.tier): Big customer", "  Big customer is asked first, and fits", earlier[2]]
    assert earlier[2].startswith("  ✗ liked: ")
    assert "  ? small takes whoever is left" in shop.fine("explain", "c2", "--why-not", "small").out
    assert "  it is in liked" in shop.fine("explain", "c1", "--why-not", "liked").out
    (facts,) = shop.fine("explain", "c1", "--why-not", "big", "--format", "json").json
    assert (facts["why_not"]["segment"], facts["why_not"]["holds"]) == ("big", False)
    assert [one["segment"] for one in facts["changes"]] == ["big"]


def test_changes_are_told_in_chinese(shop: Shop):
    shop.fine("classify", "--as-of", "2024-05-31")
    told = shop.fine("--lang", "zh", "explain", "c1", "shop.tier", "--changes").out
    assert "    → 大客户：2024-05-31 再购买一次，金额 899.75 EUR\n" in told
    assert "级别由“high”变为“low”" in told
    assert "  仅随时间推移，到 2034-06-01 不会变动" in told
    assert "  先判断大客户，且符合" in shop.fine("--lang", "zh", "explain", "c2", "--why-not", "liked").out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["explain", "c1", "--why-not", "bgi"], 2, "did you mean 'big'"),
        (["explain", "nobody"], 3, "no customer with id 'nobody'"),
        (["explain", "c1", "shop.teir"], 2, "did you mean 'shop.tier'"),
        (["segments", "tier"], 2, "shop.tier"),
        (["view", "shop.bset"], 2, "did you mean 'shop.best'"),
        (["report", "shop.nmaes"], 2, "did you mean 'shop.names'"),
    ],
)
def test_unknown_names_get_a_hint(shop: Shop, arguments, code, said):
    ran = shop.crm(*arguments)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err


def test_upcoming_lists_whom_time_alone_will_move(shop: Shop):
    shop.fine("customer", "edit", "c1", "--name", "Ada")
    shop.fine("classify", "--as-of", "2024-05-08")
    assert shop.fine("upcoming", "--days", "14", "--format", "json").json == [
        {
            "date": "2024-05-11",
            "customer": "c1",
            "name": "Ada",
            "scheme": "shop.recent",
            "from": "recent",
            "to": "quiet",
        },
        {
            "date": "2024-05-12",
            "customer": "c2",
            "name": "客户乙",
            "scheme": "shop.recent",
            "from": "recent",
            "to": "quiet",
        },
    ]
    assert shop.fine("upcoming", "--days", "2", "--format", "json").json == []
    assert len(shop.fine("upcoming", "--days", "14", "--limit", "1", "--format", "json").json) == 1
    shop.write(
        "crm_plugins/shop.py",
        (shop.folder / "crm_plugins/shop.py")
        .read_text()
        .replace('Segment("quiet")', 'Segment("quiet", label={"zh": "沉寂"})'),
    )
    chinese = shop.fine("--lang", "zh", "upcoming").out
    assert "原客户群" in chinese
    assert "沉寂" in chinese
    assert "quiet" not in chinese
    assert " quiet" in shop.fine("upcoming").out


def test_upcoming_is_asked_of_some_schemes_only(shop: Shop):
    assert "nobody is placed yet: run `crm classify`" in shop.fine("upcoming", "shop.tier").err
    shop.fine("classify", "--as-of", "2024-05-08")
    assert {row["scheme"] for row in shop.fine("upcoming", "--format", "json").json} == {"shop.recent"}
    assert shop.fine("upcoming", "shop.tier", "--format", "json").json == []
    assert len(shop.fine("upcoming", "shop.tier", "shop.recent", "--format", "json").json) == 2
    assert "Give the full name: shop.tier" in shop.crm("upcoming", "tier").err


def test_the_history_of_a_customer_is_every_placement_with_its_dates_and_cause(shop: Shop):
    shop.fine("classify", "--as-of", "2024-05-08")
    shop.fine("classify", "--as-of", "2024-06-01")
    assert shop.fine("history", "c1", "shop.recent", "--format", "json").json == [
        {
            "scheme": "shop.recent",
            "segment": "recent",
            "from": "2024-05-08",
            "until": "2024-06-01",
            "cause": "data",
            "run": 1,
        },
        {"scheme": "shop.recent", "segment": "quiet", "from": "2024-06-01", "until": None, "cause": "time", "run": 2},
    ]
    every = shop.fine("history", "c1", "--format", "csv").out.splitlines()
    assert every[0] == "scheme,segment,from,until,cause,run"
    assert [line.partition(",")[0] for line in every[1:]] == ["shop.recent", "shop.recent", "shop.tier"]
    table = shop.fine("history", "c2", "shop.tier").out.splitlines()
    assert table[0].split() == ["Scheme", "Segment", "From", "Until", "Cause", "Run"]
    assert table[2].split() == ["shop.tier", "big", "2024-05-08", "new", "data", "1"]
    chinese = shop.fine("--lang", "zh", "history", "c2", "shop.tier", "--format", "md").out
    assert "| shop.tier | 大客户 | 2024-05-08 |  | 数据变化 | 1 |" in chinese


def test_who_is_not_placed_has_no_history_and_nobody_knows_a_stranger(shop: Shop):
    ran = shop.fine("history", "c1")
    assert ran.out == ""
    assert "c1 is not placed in any of them yet: run `crm classify`" in ran.err
    assert shop.fine("history", "c1", "--format", "json").json == []
    stranger = shop.crm("history", "c9")
    assert (stranger.code, stranger.out) == (3, "")
    assert "`crm customer list --columns id,name` lists them." in stranger.err


def test_views_and_reports_are_listed_and_printed(shop: Shop):
    shop.fine("classify", "--as-of", "2024-05-31")
    assert [row["name"] for row in shop.fine("view", "--format", "json").json] == ["shop.best"]
    assert [row["name"] for row in shop.fine("report", "--format", "json").json] == ["shop.names"]
    best = shop.fine("view", "shop.best", "--format", "json").json
    assert [(row["id"], row["shop.spend"], row["shop.tier"]) for row in best] == [
        ("c2", "1989.5", "big"),
        ("c1", "100.255", "liked"),
        ("c3", "0", "small"),
    ]
    assert "█" in shop.fine("view", "shop.best").out
    assert shop.fine("view", "shop.best").out.startswith("Best\n")
    names = [{"name": "Ada"}, {"name": "客户乙"}, {"name": "Eve|Eva"}]
    assert shop.fine("report", "shop.names", "--format", "json").json == [{"title": "Names", "rows": names}]
    assert shop.fine("report", "shop.names", "--format", "jsonl").jsonl == [{"table": "Names", **row} for row in names]
    assert "客户乙" in shop.fine("report", "shop.names").out


def test_segments_are_short_names_in_english_and_labels_in_chinese_for_people(shop: Shop):
    shop.fine("classify", "--as-of", "2024-05-31")
    for command in (["customer", "list", "--columns", "id,shop.tier"], ["view", "shop.best"]):
        assert "big" in shop.fine(*command).out
        assert "大客户" in shop.fine("--lang", "zh", *command).out
        assert "big" not in shop.fine("--lang", "zh", *command, "--format", "md").out
        assert "大客户" not in shop.fine("--lang", "zh", *command, "--format", "csv").out


def test_tables_of_reports_are_labelled_and_rounded_like_views(shop: Shop):
    shop.write(
        "crm_plugins/shop.py",
        (shop.folder / "crm_plugins/shop.py")
        .read_text()
        .replace(
            'return [Report("shop.names",',
            'return [Report("shop.tiers", lambda company: [company.table('
            'View("shop.tier", (), group=tier, sums=(spend,)))]), Report("shop.names",',
        ),
    )
    shop.fine("classify", "--as-of", "2024-05-31")
    title, heading, _, *rows = shop.fine("report", "shop.tiers").out.splitlines()
    assert (title, heading.split()) == ("Tier", ["Tier", "Count", "Spend"])
    assert rows[0].split() == ["big", "1", "1,989.50"]
    chinese = shop.fine("--lang", "zh", "report", "shop.tiers", "--format", "md").out
    assert "**等级**" in chinese
    assert "| 大客户 | 1 | 1,989.50 |" in chinese
    (table,) = shop.fine("--lang", "zh", "report", "shop.tiers", "--format", "json").json
    assert (table["title"], table["rows"][0]) == ("shop.tier", {"shop.tier": "big", "count": 1, "shop.spend": "1989.5"})
