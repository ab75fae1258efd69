"""Settings: those of rules stand in the store, the others are resolved from the strongest place that names them."""

import itertools
import tomllib
from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from company_kit import make_crm, plugin
from hypothesis import assume, given
from hypothesis import strategies as st

from crmcore import (
    Customer,
    Invalid,
    Metric,
    Report,
    Rule,
    RuleError,
    Scheme,
    Segment,
    Setting,
    View,
    count,
    population_total,
    rows,
)
from crmcore.desk.viewing import report_tables
from crmcore.errors import UsageError
from crmcore.grammar.setting_defaults import SETTING_DIGITS
from crmcore.legible import is_legible
from crmcore.plugging.catalogue import build_catalogue
from crmcore.plugging.config import read_config
from crmcore.plugging.loading import load_plugins
from crmcore.plugging.plain_settings import PlainSettings
from crmcore.plugging.setting_template import template_of
from crmcore.plugging.setting_values import check_setting
from crmcore.records import Purchase
from crmcore.work.settings import SETTINGS, read_setting, settings_in, write_setting

# --- in the store -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("default", "value", "raw"),
    [
        (3, 12, "12"),
        (Decimal("0.5"), Decimal("0.25"), "0.25"),
        ("web", "shop", "shop"),
        (True, False, False),
        (date(2026, 1, 1), date(2026, 6, 15), "2026-06-15"),
    ],
)
def test_values_come_back_as_the_type_of_the_default(default, value, raw):
    assert write_setting(value) == raw
    found = read_setting(Setting("shop.x", default), raw)
    assert (found, type(found)) == (value, type(value))


def test_only_settings_that_the_company_set_are_there():
    crm = make_crm()
    much, few = Setting("shop.much", 100), Setting("shop.few", 1)
    with crm.store.write() as transaction:
        transaction.put(SETTINGS, "shop.much", {"value": "50"})
        transaction.put(SETTINGS, "other.x", {"value": "1"})
        assert settings_in(transaction, (much, few)) == {"shop.much": 50}


# --- which of them are the rules' -------------------------------------------------------------------------------------

PAPER = Setting("shop.paper", "A4", choices=("A4", "letter", "A5"))
COPIES = Setting("shop.copies", 1, least=1, greatest=9)
MARGIN = Setting("shop.margin", Decimal("2.5"), least=0)
DUPLEX = Setting("shop.duplex", default=False)
START = Setting("shop.start", date(2026, 1, 1))
NOTE = Setting("shop.note", "")
MUCH = Setting("shop.much", 100)
KEY = Setting("shop.key", "", secret=True)
PLAIN = (PAPER, COPIES, MARGIN, DUPLEX, START, NOTE, KEY)
BUYS = count(rows(Purchase))
TIER = Scheme("shop.tier", Segment("big", when=BUYS >= MUCH), Segment("small"))
SHOP = plugin("shop", settings=[*PLAIN, MUCH], schemes=[TIER])


def catalogue_of(*plugins):
    return build_catalogue(load_plugins(only=plugins))


USES = {
    "a scheme": {"schemes": [Scheme("post.s", Segment("a", when=BUYS >= COPIES), Segment("b"))]},
    "a metric": {"metrics": [Metric("post.m", BUYS * COPIES)]},
    "a metric inside of one": {"metrics": [Metric("post.n", Metric("post.m", BUYS * COPIES) + 1)]},
    "a rule": {"rules": [Rule("post.r", Purchase, rows(Purchase).amount >= COPIES)]},
    "a view's filter": {"views": [View("post.v", ["id"], where=BUYS >= COPIES)]},
    "a view's column": {"views": [View("post.v", ["id", Metric("post.m", BUYS * COPIES)])]},
    "a population value": {"metrics": [Metric("post.p", population_total(BUYS * COPIES) / BUYS)]},
    "an aggregate's condition": {
        "metrics": [Metric("post.a", count(rows(Purchase), where=rows(Purchase).amount > COPIES))]
    },
}


@pytest.mark.parametrize("use", USES)
def test_a_setting_is_the_rules_as_soon_as_anybodys_rule_reaches_it(use):
    assert "shop.copies" not in catalogue_of(SHOP).rule_settings
    assert "shop.copies" in catalogue_of(SHOP, plugin("post", **USES[use])).rule_settings


def test_the_cores_own_settings_are_the_stores_too():
    assert "crm.refit_days" in catalogue_of().rule_settings


# --- where the others come from ---------------------------------------------------------------------------------------


@pytest.fixture
def company(tmp_path):
    """Call it with the text of crm.toml and of the user's file, flags, and environment variables."""
    own = tmp_path / "home/.config/crm/config.toml"
    own.parent.mkdir(parents=True)

    def read(toml="", user="", flags=(), plugins=(SHOP,), **environ):
        (tmp_path / "crm.toml").write_text(toml)
        own.write_text(user)
        config = read_config(tmp_path, {"HOME": str(tmp_path / "home"), **environ}).with_flags(settings=flags)
        return PlainSettings(catalogue_of(*plugins), config.sources)

    read.folder, read.own = tmp_path, own
    return read


LEVELS = ("flag", "environment", "crm.toml", "user", "default")
KINDS = {
    PAPER: ("letter", "A5"),
    COPIES: (2, 3),
    MARGIN: (Decimal("0.5"), Decimal(7)),
    DUPLEX: (True, True),
    START: (date(2027, 2, 3), date(2027, 2, 4)),
    NOTE: ("hello", "you"),
}


def line_of(setting, value):
    text = template_of([setting], (), "en").splitlines()[-1].partition("=")[0].removeprefix("#")
    written = {bool: lambda v: str(v).lower(), str: lambda v: f'"{v}"'}.get(type(value), str)(value)
    return f"[settings.shop]\n{text}= {written}\n"


@pytest.mark.parametrize("pair", list(itertools.combinations(LEVELS, 2)), ids="-".join)
@pytest.mark.parametrize("setting", KINDS, ids=lambda one: one.name)
def test_of_two_places_the_stronger_one_counts_whatever_kind_of_value_it_is(company, setting, pair):
    values = dict(zip(pair, KINDS[setting], strict=True))
    said = company(
        line_of(setting, values["crm.toml"]) if "crm.toml" in pair else "",
        line_of(setting, values["user"]) if "user" in pair else "",
        [f"{setting.name}={values['flag']}"] if "flag" in pair else [],
        **(
            {f"CRM_SHOP_{setting.name.partition('.')[2].upper()}": str(values["environment"])}
            if "environment" in pair
            else {}
        ),
    )
    variable = f"CRM_SHOP_{setting.name.partition('.')[2].upper()}"
    origins = ["flag --setting", f"environment {variable}", "crm.toml:2", f"{company.own}:2"]
    found = said.given(setting)
    assert (found.value, type(found.value)) == (KINDS[setting][0], type(setting.default))
    assert found.origin == dict(zip(LEVELS, origins, strict=False))[pair[0]]
    assert said.value(setting) == found.value


def test_without_any_place_the_default_counts_and_says_who_declares_it(company):
    found = company(CRM_SHOP_PAPER="  ").given(PAPER)
    assert found.value == "A4"
    assert found.origin.startswith(f"default of shop ({__file__}:")


def test_code_asks_for_a_setting_by_object_whichever_kind_it_is(company):
    sources = company("[settings.shop]\npaper = 'A5'\nmuch = 7\n", CRM_SHOP_MUCH="8").sources
    crm = make_crm(SHOP)
    crm = type(crm)(crm.store, crm.catalogue, "ada", sources=sources)
    assert (crm.setting(PAPER), crm.setting(MUCH)) == ("A5", 100)
    crm.apply_settings({"shop.much": 7})
    assert crm.setting(MUCH) == 7


def test_a_report_asks_the_same_way(company):
    told = []
    report = Report("shop.letters", lambda company: told.append((company.setting(PAPER), company.setting(MUCH))) or ())
    crm = make_crm(plugin("shop", settings=[PAPER], schemes=[TIER], reports=[report]))
    crm = type(crm)(crm.store, crm.catalogue, "ada", sources=company(CRM_SHOP_PAPER="letter").sources)
    crm.apply_settings({"shop.much": 3})
    report_tables(crm.state(), crm.catalogue, report)
    assert told == [("letter", 3)]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Setting("shop.papr", "A4"), "did you mean 'shop.paper'"),
        (Setting("shop.papr", "A4"), r"has to return it from crm_settings\(\)"),
        ("shop.paper", "takes the setting itself"),
    ],
)
def test_what_nobody_declares_cannot_be_asked_for(company, asked, said):
    with pytest.raises(UsageError, match=said):
        company().declared(asked)


def test_a_misspelt_line_fails_when_a_setting_of_its_plugin_is_used_and_not_before(company):
    said = company(
        "[settings.shop]\npapr = 'A5'\ncopies = 10\n", plugins=(SHOP, plugin("post", settings=[Setting("post.x", 1)]))
    )
    assert said.value(Setting("post.x", 1)) == 1
    with pytest.raises(Invalid) as raised:
        said.value(PAPER)
    assert [str(problem) for problem in raised.value.problems] == [
        "crm.toml:2: shop.papr: no setting named 'shop.papr'; did you mean 'shop.paper' or 'shop.start' or 'shop.margin'?",
        "crm.toml:3: shop.copies='10': must be 9 or less",
    ]


def test_settings_of_plugins_that_are_not_there_are_passed_over_and_named(company):
    said = company("[settings.shpo]\npaper = 'A5'\n[settings.gone]\nx = 1\n", plugins=(SHOP,))
    assert list(said.problems(said.plugins)) == []
    assert list(said.file_warnings()) == [
        "crm.toml:2: shpo.paper is passed over: no plugin named 'shpo'; did you mean 'shop'?",
        "crm.toml:4: gone.x is passed over: no plugin named 'gone'; known: shop",
    ]


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("CRM_SHOP_PAPR", "no setting named 'shop.papr'; did you mean 'shop.paper'"),
        ("CRM_SHOP_MUCH", "rules use shop.much, so everybody who uses the store has one value. Write much = ... under"),
        ("CRM_CRM_REFIT_DAYS", r"rules use crm.refit_days.*\[settings.crm\] in crm.toml and run `crm config apply`"),
    ],
)
def test_a_variable_that_looks_like_a_setting_and_changes_nothing_is_a_warning(company, variable, said):
    import re  # noqa: PLC0415 - only here

    (warning,) = company(**{variable: "5"}).variable_warnings()
    assert warning.startswith(f"environment {variable} changes nothing: ")
    assert re.search(said, warning)


def test_variables_of_ours_and_of_nobody_are_no_business_of_settings(company):
    said = company(
        CRM_LANG="en", CRM_STORE="x.json", CRM_ACTOR="ada", CRM_OTHER_X="1", SHOP_PAPER="A5", CRM_SHOP_PAPER="A5"
    )
    assert list(said.variable_warnings()) == []


def test_a_variable_that_could_be_two_settings_is_refused_where_it_is_used(company):
    one, other = Setting("a.b_c", 1), Setting("a_b.c", 1)
    said = company(CRM_A_B_C="2", plugins=(plugin("a", settings=[one]), plugin("a_b", settings=[other])))
    with pytest.raises(Invalid, match=r"environment CRM_A_B_C: it may mean a.b_c or a_b.c; set them in crm.toml"):
        said.value(one)


def test_a_plain_setting_that_becomes_a_rules_leaves_its_value_to_crm_config_apply(company):
    post = plugin("post", **USES["a scheme"])
    said = company(
        "[settings.shop]\ncopies = 5\n", "[settings.shop]\ncopies = 6\n", plugins=(SHOP, post), CRM_SHOP_COPIES="4"
    )
    crm = make_crm(SHOP, post)
    crm = type(crm)(crm.store, crm.catalogue, "ada", sources=said.sources)
    assert crm.setting(COPIES) == 1
    assert len(list(said.variable_warnings())) == 1
    (users,) = said.file_warnings()
    assert users.startswith(f"{company.own}:2 changes nothing: rules use shop.copies")
    crm.apply_settings({"shop.copies": 5})
    assert crm.setting(COPIES) == 5


def test_only_settings_that_rules_use_are_recorded_in_the_store():
    crm = make_crm(SHOP)
    with pytest.raises(Invalid, match=r"shop\.paper: no rule uses it"):
        crm.apply_settings({"shop.paper": "A5", "shop.much": 5})
    assert settings_in(crm.store.read(), (MUCH,)) == {}


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("shop.papr=A5", "no setting named 'shop.papr'; did you mean 'shop.paper'"),
        ("shop.paper=A6", "--setting shop.paper=A6: must be one of A4, letter, A5"),
        ("shop.much=5", "--setting shop.much: rules use shop.much"),
        ("shop.key=hunter22", "--setting shop.key: others can see what stands on a command line"),
    ],
)
def test_a_flag_that_cannot_set_anything_is_refused_at_once(company, flag, said):
    with pytest.raises(UsageError, match=said) as raised:
        company(flags=[flag]).check_flags()
    assert "hunter22" not in str(raised.value)


@pytest.mark.parametrize("flag", ["paper=A5", "shop.paper", "=", "shop.paper:A5"])
def test_a_malformed_flag_says_how_it_is_written(company, flag):
    with pytest.raises(Invalid, match=r"write --setting plugin\.name=value"):
        company(flags=[flag])


# --- secrets ----------------------------------------------------------------------------------------------------------

SECRET = "hunter2-and-more"


def refer(place, to):
    return f'[settings.shop]\nkey = {{"${place}" = "{to}"}}\n'


def test_a_secret_is_taken_from_where_crm_toml_says(company):
    found = company(refer("env", "ACME"), ACME=f" {SECRET}\n").given(KEY)
    assert (found.value, found.origin) == (SECRET, "environment ACME (crm.toml:2)")
    assert SECRET not in repr(found)


@pytest.mark.parametrize("content", [SECRET, f"{SECRET}\n", f"{SECRET}\r\n", f"\n{SECRET}\n"])
def test_a_secret_is_one_line_of_a_file_beside_crm_toml(company, content):
    file = company.folder / "key.txt"
    file.write_bytes(content.encode())
    file.chmod(0o600)
    found = company(refer("file", "key.txt")).given(KEY)
    assert (found.value, found.origin) == (SECRET, f"file {file} (crm.toml:2)")


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        (None, 0, "cannot be read: No such file"),
        (SECRET.encode(), 0o604, "everybody on this machine can open the file"),
        (SECRET.encode(), 0o602, "everybody on this machine can open the file"),
        (b"", 0o600, "is empty; it takes one line"),
        (b"\n \n", 0o600, "is empty; it takes one line"),
        (f"{SECRET}\n{SECRET}".encode(), 0o600, "has several lines"),
        (SECRET.encode() * 2000, 0o600, "is larger than 8192 bytes"),
        (SECRET.encode() + b"\xff", 0o600, "is not UTF-8"),
    ],
)
def test_a_file_that_cannot_hold_a_secret_is_refused_without_saying_any_of_it(company, content, mode, said):
    file = company.folder / "key.txt"
    if content is not None:
        file.write_bytes(content)
        file.chmod(mode)
    with pytest.raises(Invalid, match=said) as raised:
        company(refer("file", "key.txt")).value(KEY)
    assert str(raised.value).splitlines()[1].startswith("crm.toml:2: shop.key: ")
    assert SECRET not in str(raised.value)


def test_a_folder_or_pipe_in_place_of_a_secret_keeps_nobody_waiting(company):
    import os  # noqa: PLC0415 - only here

    os.mkfifo(company.folder / "pipe", 0o600)
    for name in ("pipe", "home"):
        with pytest.raises(Invalid, match=f"{name} is no file"):
            company(refer("file", name)).value(KEY)


def test_a_secret_that_is_missing_fails_only_where_it_is_used(company):
    said = company(refer("env", "ACME") + "paper = 'A5'\n")
    assert said.value(PAPER) == "A5"
    with pytest.raises(Invalid, match=r"shop\.key: the environment variable ACME is not set"):
        said.value(KEY)


def test_a_secret_may_stand_in_its_variable_and_with_a_warning_in_plain_sight(company):
    assert company(CRM_SHOP_KEY=SECRET).given(KEY).origin == "environment CRM_SHOP_KEY"
    said = company(f'[settings.shop]\nkey = "{SECRET}"\n')
    assert said.value(KEY) == SECRET
    (warning,) = said.file_warnings()
    assert warning.startswith("crm.toml:2 has the secret shop.key in plain sight")
    crm = make_crm(SHOP)
    crm = type(crm)(crm.store, crm.catalogue, "ada", sources=said.sources)
    crm.setting(KEY)
    assert crm.warnings == [warning]
    assert SECRET not in repr((said, said.sources, said._found, crm.warnings))


@pytest.mark.parametrize("line", ["key = 12345678", "key = true", "kye = '12345678'"])
def test_a_secret_that_cannot_be_used_is_not_repeated(company, line):
    with pytest.raises(Invalid) as raised:
        company(f"[settings.shop]\n{line}\n").value(KEY)
    assert "12345678" not in str(raised.value)


def test_only_a_secret_is_looked_up_elsewhere(company):
    said = company(refer("env", "X").replace("key", "paper"), X="A5")
    with pytest.raises(Invalid, match="only a secret can be taken from"):
        said.value(PAPER)


def test_a_rule_cannot_use_a_secret():
    where = rows(Customer).name.is_(KEY)
    for kind, values in {
        "schemes": [Scheme("shop.s", Segment("a", when=where), Segment("b"))],
        "metrics": [Metric("shop.m", KEY)],
        "rules": [Rule("shop.r", Customer, where)],
        "views": [View("shop.v", ["id"], where=where)],
    }.items():
        record = catalogue_of(plugin("shop", **{kind: values})).plugins.record("shop")
        assert record.status == "failed"
        assert record.reason.startswith("a rule uses the secret setting 'shop.key' (")


def test_a_secret_is_no_field_of_anything_that_is_written_down():
    crm = make_crm(SHOP)
    with pytest.raises(Invalid):
        crm.apply_settings({"shop.key": SECRET})
    assert SECRET not in str(dict(crm.store.read().items(SETTINGS)))


@pytest.mark.parametrize(
    ("default", "facts", "said"),
    [
        ("hunter22", {"secret": True}, 'a secret has the default ""'),
        ("", {"secret": True, "choices": ("", "x")}, "neither choices nor bounds"),
        (5, {"least": 6}, "its default 5 is out of its bounds"),
        (5, {"greatest": 4}, "its default 5 is out of its bounds"),
        (5, {"least": "1"}, "least= takes a date, or a number"),
        (5, {"least": date(2026, 1, 1)}, "least and greatest are numbers"),
        (True, {"least": 0}, "least and greatest are numbers"),
        (date(2026, 1, 1), {"least": 1}, "dates beside a date"),
        ("A6", {"choices": ("A4", "A5")}, "'A6' is not one of its choices 'A4', 'A5'"),
        (5, {"choices": (5, 6)}, "choices= takes several texts"),
        (5, {"choices": ("5", "6")}, "5 is not one of its choices"),
        (10**12, {}, "must be below"),
        (Decimal("1e-13"), {}, "no more than 12 digits"),
    ],
)
def test_a_setting_whose_default_nobody_could_set_is_no_setting(default, facts, said):
    with pytest.raises(RuleError, match=said):
        Setting("shop.x", default, **facts)


# --- crm config template ----------------------------------------------------------------------------------------------

names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
texts = st.text(st.characters(codec="utf-8"), max_size=20).filter(is_legible)
docs = st.text(st.characters(codec="utf-8"), max_size=20).filter(partial(is_legible, lines=True))
numbers = st.decimals(-(10**11), 10**11, allow_nan=False, allow_infinity=False, places=SETTING_DIGITS)
labels = st.none() | texts | st.fixed_dictionaries({"en": texts, "zh": texts})


@st.composite
def settings_of_all_kinds(draw):
    default = draw(texts | numbers | st.integers(-(10**11), 10**11) | st.booleans() | st.dates())
    facts = {"unit": draw(texts), "label": draw(labels), "doc": draw(docs)}
    if isinstance(default, str):
        facts["choices"] = draw(st.just(()) | st.lists(texts, max_size=3).map(lambda more: (default, *more)))
    elif not isinstance(default, bool):
        facts["least"] = draw(st.none() | st.just(default))
        facts["greatest"] = draw(st.none() | st.just(default))
    return Setting(f"{draw(st.sampled_from(['a', 'b']))}.{draw(names)}", default, **facts)


@given(
    settings=st.lists(settings_of_all_kinds(), max_size=5, unique_by=lambda one: one.name),
    language=st.sampled_from(["en", "zh", "de"]),
)
def test_a_template_without_its_hashes_sets_every_setting_to_its_default(settings, language):
    assume(settings)
    ordered = sorted(settings, key=lambda one: one.name)
    text = template_of(ordered, {ordered[0].name}, language)
    assert tomllib.loads(text) == {"settings": {one.name.partition(".")[0]: {} for one in ordered}}
    lines = (line if line.startswith("# ") else line.removeprefix("#") for line in text.split("\n"))
    found = tomllib.loads("\n".join(lines), parse_float=Decimal)["settings"]
    for one in ordered:
        plugin_name, _, name = one.name.partition(".")
        value = check_setting(one, found[plugin_name][name])
        assert (value, type(value)) == (one.default, type(one.default))


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "en",
            [
                "# Copies of a letter",
                "# Each one is signed.",
                "# a whole number, from 1 to 9, in sheets; or: CRM_SHOP_COPIES",
                "#copies = 1",
            ],
        ),
        (
            "zh",
            [
                "# 信件份数",
                "# Each one is signed.",
                "# 整数, 从 1 到 9, 单位：sheets; 或：CRM_SHOP_COPIES",
                "#copies = 1",
            ],
        ),
    ],
)
def test_a_template_says_what_a_setting_may_be_in_the_asked_language(language, lines):
    label = {"en": "Copies of a letter", "zh": "信件份数"}
    setting = Setting("shop.copies", 1, least=1, greatest=9, unit="sheets", label=label, doc="Each one is signed.")
    assert template_of([setting], (), language).splitlines()[4:] == lines


def test_a_template_of_a_secret_shows_how_to_name_its_place():
    assert '{"$env" = "NAME"} or {"$file" = "PATH"}' in template_of([KEY], (), "en")
