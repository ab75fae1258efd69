import csv
import gzip
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import crm_geography as plugin
import crm_lifecycle
import pytest
from crm_geography.divisions import Located, divisions, level_of, short_name
from crm_geography.provinces import PROVINCES
from crm_geography.region import located, region
from crm_geography.views import rolled_up
from hypothesis import given as generated
from hypothesis import strategies as st

from crmcore import Purchase
from crmcore.testing import AS_OF, Conformance, given, missing, placed


class TestConformance(Conformance):
    plugin = plugin
    tier = "gold"
    beside = (crm_lifecycle,)


# --- region -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (given(country="Germany", province="Bayern"), "abroad"),
        (given(country="Germany"), "abroad"),
        (given(country="Germany", province="江苏"), "abroad"),
        (given(country="中国", province="江苏"), "east"),
        (given(country="cn", province="JIANGSU"), "east"),
        (given(province="江苏省"), "east"),
        (given(province="Jiangsu Province"), "east"),
        (given(province="北京"), "north"),
        (given(province="内蒙古自治区"), "north"),
        (given(province="Liaoning"), "northeast"),
        (given(province="湖北"), "central"),
        (given(province="广西"), "south"),
        (given(province="重庆市"), "southwest"),
        (given(province="新疆"), "northwest"),
        (given(province="Shanxi"), "north"),
        (given(province="Shaanxi"), "northwest"),
        (given(province="香港"), "hk_macao_taiwan"),
        (given(country="Hong Kong"), "hk_macao_taiwan"),
        (given(country="TW", province="Taipei"), "hk_macao_taiwan"),
        (given(country="China", province="Gotham"), "unknown_province"),
        (given(province="Bayern"), "unknown_province"),
        (given(country="China"), None),
        (given(), None),
    ],
    ids=str,
)
def test_region(facts, expected):
    assert placed(region, facts) == expected


def test_without_a_province_it_says_so():
    assert missing(region, given(city="苏州")) == ("province",)


@pytest.mark.parametrize("province", PROVINCES, ids=lambda one: one.english)
def test_every_spelling_of_every_province_leads_to_its_region(province):
    assert {placed(region, given(province=text)) for text in province.spellings} == {province.region}
    assert divisions().names[province.code] == province.name


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (given(country="FR", province="Var", city="Toulon", district="Nord"), "district"),
        (given(district="玄武区"), "district"),
        (given(country="FR", province="Var", city="Toulon"), "city"),
        (given(country="FR", province="Var"), "province"),
        (given(country="FR"), "country"),
        (given(address="Main Street 1"), "nowhere"),
    ],
    ids=str,
)
def test_level_of_the_place(facts, expected):
    assert placed(located, facts) == expected


# --- divisions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("江苏", "南京", "玄武"), Located("320102", "江苏省", "南京市", "玄武区")),
        (("Jiangsu", None, None), Located("320000", "江苏省")),
        ((None, "苏州", None), Located("320500", "江苏省", "苏州市")),
        ((None, None, "昆山市"), Located("320583", "江苏省", "苏州市", "昆山市")),
        (("江苏", "昆山", None), Located("320583", "江苏省", "苏州市", "昆山市")),
        (("北京", "北京市", "朝阳区"), Located("110105", "北京市", "北京市", "朝阳区")),
        (("北京", None, "朝阳"), Located("110105", "北京市", "北京市", "朝阳区")),
        (("北京", "北京", None), Located("110000", "北京市")),
        (("吉林", "延边州", None), Located("222400", "吉林省", "延边朝鲜族自治州")),
        (("吉林", "吉林", None), Located("220200", "吉林省", "吉林市")),
        (("湖北", None, "仙桃"), Located("429004", "湖北省", None, "仙桃市")),
        (("湖北", "仙桃", None), Located("429004", "湖北省", None, "仙桃市")),
        (("云南", "西双版纳", "景洪"), Located("532801", "云南省", "西双版纳傣族自治州", "景洪市")),
        (("内蒙古", "锡林郭勒", None), Located("152500", "内蒙古自治区", "锡林郭勒盟")),
        (("新疆", "巴音郭楞", None), Located("652800", "新疆维吾尔自治区", "巴音郭楞蒙古自治州")),
    ],
    ids=str,
)
def test_a_place_is_found_by_official_short_and_english_names(names, expected):
    assert divisions().locate(*names) == expected


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ((None, None, "朝阳区"), "several places are meant: 北京市朝阳区, 吉林省长春市朝阳区"),
        (("Gotham", None, None), "no province is called 'Gotham'"),
        (("江苏", "杭州", None), "nothing in 江苏省 is called '杭州'"),
        (("江苏", "南京", "朝阳"), "nothing in 江苏省南京市 is called '朝阳'"),
        ((None, None, "Nowhere"), "nothing in China is called 'Nowhere'"),
        ((None, None, None), "no province, city or district is entered"),
    ],
)
def test_what_is_not_one_place_is_said(names, reason):
    assert divisions().locate(*names).reason == reason


def test_every_division_is_found_by_its_own_names():
    table = divisions()
    lost = []
    for code in table.names:
        place = table.located(code)
        city = None if place.city == place.province else place.city
        found = table.locate(place.province, city, place.district)
        if found != place:
            lost.append((code, place, found))
    assert lost == []


def test_the_table_is_whole():
    names = divisions().names
    levels = [level_of(code) for code in names]
    assert [levels.count(level) for level in ("province", "city", "district")] == [34, 333, 2849]
    assert all(len(code) == 6 and f"{code[:2]}0000" in names for code in names)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("苏州市", "苏州"),
        ("延边朝鲜族自治州", "延边"),
        ("克孜勒苏柯尔克孜自治州", "克孜勒苏"),
        ("黔西南布依族苗族自治州", "黔西南"),
        ("阿里地区", "阿里"),
        ("城区", "城区"),
        ("泽州县", "泽州"),
    ],
)
def test_short_names(name, short):
    assert short_name(name) == short


# --- the command --------------------------------------------------------------------------------------------------


def test_divisions_are_written_out_once_and_what_is_unclear_is_listed(crm_with):
    trial = crm_with(crm_lifecycle, plugin)
    trial.customer("c1", given(country="China", province="Jiangsu", city="昆山"))
    trial.customer("c2", given(district="朝阳区"))
    trial.customer("c3", given(country="Germany", province="Bayern"))
    trial.customer("c4", given(province="浙江省", city="杭州市"))
    trial.customer("c5", given(province="湖北", city="仙桃"))
    dry = trial.run("divisions --dry-run --format json").assert_ok().json
    (table,) = dry
    assert [tuple(row.values()) for row in table["rows"]] == [
        ("c1", "江苏省", "苏州市", "昆山市", "320583", ""),
        ("c2", None, None, "朝阳区", None, "several places are meant: 北京市朝阳区, 吉林省长春市朝阳区"),
        ("c5", "湖北省", None, "仙桃市", "429004", ""),
    ]
    assert trial.crm.state().customer("c1").city == "昆山"
    assert trial.run("divisions --format json").assert_ok().json == dry
    assert trial.crm.state().customer("c1").city == "苏州市"
    (again,) = trial.run("divisions --format json").assert_ok().json
    assert [row["id"] for row in again["rows"]] == ["c2"]


# --- roll-up ------------------------------------------------------------------------------------------------------


def test_revenue_is_rolled_up_from_place_to_place(crm_with):
    trial = crm_with(crm_lifecycle, plugin)
    trial.customer("c1", given(country="China", province="江苏省", city="苏州市", purchases=[(5, 30)]))
    trial.customer("c2", given(country="CHINA", province="江苏省", city="南京市", purchases=[(5, 50)]))
    trial.customer("c3", given(country="China", province="江苏省", purchases=[(5, 20)]))
    trial.customer("c4", given(country="France", city="Paris", purchases=[(400, 9)]))
    trial.customer("c5", given())
    trial.classify()
    (table,) = trial.run("report geography.rollup --format json").assert_ok().json
    assert [tuple(row.values()) for row in table["rows"]] == [
        (0, None, None, None, 5, "100", 1),
        (1, "China", None, None, 3, "100", 1),
        (2, "China", "江苏省", None, 3, "100", 1),
        (3, "China", "江苏省", "南京市", 1, "50", 0.5),
        (3, "China", "江苏省", "苏州市", 1, "30", 0.3),
        (1, "France", None, None, 1, "0", 0),
        (2, "France", None, None, 1, "0", 0),
        (3, "France", None, "Paris", 1, "0", 0),
    ]


LEVELS = st.sampled_from([None, "a", "b", "A"])


@generated(st.lists(st.tuples(st.tuples(LEVELS, LEVELS, LEVELS), st.decimals(-9, 9, places=2))))
def test_a_place_holds_what_the_places_inside_it_hold_and_what_is_located_no_further(rows):
    found = rolled_up(rows)
    for path, (count, total) in found.items():
        inside = [value for other, value in found.items() if other[:-1] == path and len(other) == len(path) + 1]
        here = [spent for names, spent in rows if folded(names) == [(each or "").casefold() for each in path]]
        assert count == sum(customers for customers, _ in inside) + len(here)
        assert total == sum((spent for _, spent in inside), Decimal(0)) + sum(here, Decimal(0))
    assert found.get((), (0, 0)) == (len(rows), sum(spent for _, spent in rows))


def test_real_sales_are_rolled_up_to_their_published_total():
    file = Path(__file__).parents[3] / "tests/data/superstore/superstore.csv.gz"
    with gzip.open(file, "rt", encoding="utf-8-sig") as opened:
        lines = [((row["Country"], row["State"], row["City"]), Decimal(row["Sales"])) for row in csv.DictReader(opened)]
    found = rolled_up(lines)
    assert (found[()][0], round(found[()][1], 2)) == (9994, Decimal("2297200.86"))
    for state in {path[1] for path, _ in lines}:
        inside = [sales for path, sales in lines if path[1] == state]
        assert found[("United States", state)] == (len(inside), sum(inside))
    assert sum(len(path) == 3 for path in found) == len({path for path, _ in lines})


def folded(path):
    """Return the names in small letters up to the last that is known."""
    names = [(each or "").casefold() for each in path]
    while names and not names[-1]:
        names.pop()
    return names


def test_sales_channels_by_region(crm_with):
    trial = crm_with(crm_lifecycle, plugin)
    for key, province in (("c1", "江苏"), ("c2", "浙江"), ("c3", None)):
        trial.customer(key, given(province=province))
        trial.add(Purchase(customer=key, at=AS_OF, amount=10, channel="web"))
    trial.classify()
    (table,) = trial.run("report geography.sales_channels --format json").assert_ok().json
    assert [tuple(row.values()) for row in table["rows"]] == [("east", "web", 2, "20"), (None, "web", 1, "10")]


def test_a_year_of_sales_is_counted_in_the_days_of_the_company(crm_with):
    trial = crm_with(crm_lifecycle, plugin, zone="Europe/Madrid")
    trial.customer("c1", given(province="江苏"))
    night = datetime.combine(AS_OF - timedelta(days=365), time(23, 30), UTC)  # half past midnight in Madrid
    trial.add(Purchase(customer="c1", at=night, amount=10, channel="web"))
    trial.classify()
    (table,) = trial.run("report geography.sales_channels --format json").assert_ok().json
    assert [row["purchases"] for row in table["rows"]] == [1]


def test_the_views_count_customers(crm_with):
    trial = crm_with(crm_lifecycle, plugin)
    trial.customer("c1", given(province="江苏", city="苏州", country="中国"))
    trial.classify()
    for name in ("region", "country", "province", "city"):
        (row,) = trial.run(f"view geography.by_{name} --format json").assert_ok().json
        assert row["count"] == 1
    (row,) = trial.run("view geography.places --format json").assert_ok().json
    assert (row["geography.region"], row["geography.located"]) == ("east", "city")
