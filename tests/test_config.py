"""What a company and a user configure: found, checked and explained."""

import tomllib
from datetime import date, datetime
from decimal import Decimal

import pytest

from crmcore import Invalid, Setting
from crmcore.plugging.config import Given, read_config, user_file
from crmcore.plugging.setting_values import check_setting, checked_settings
from crmcore.plugging.tomlfile import read_toml


@pytest.fixture
def company(tmp_path):
    """A folder with a store; call it with the text of crm.toml, of the user's file, and environment variables."""
    folder, home = tmp_path / "company", tmp_path / "home"
    own = home / ".config" / "crm" / "config.toml"
    folder.mkdir()
    own.parent.mkdir(parents=True)

    def read(company=None, user=None, **environ):
        for path, text in ((folder / "crm.toml", company), (own, user)):
            if text is not None:
                path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_config(folder, {"HOME": str(home), **environ})

    read.folder, read.own = folder, own
    return read


# --- precedence -------------------------------------------------------------------------------------------------------


def test_without_any_file_there_are_the_defaults(company):
    config = company()
    assert (config.store, config.lang) == (Given("tinydb:///crm.json", "default"), Given("en", "default"))
    assert (config.disabled, config.local, config.sources.company, config.local_files) == ({}, {}, {}, ())


SOURCES = ["flag", "environment", "crm.toml", "user", "default"]


@pytest.mark.parametrize("given", range(len(SOURCES)))
@pytest.mark.parametrize("key", ["store", "lang"])
def test_flag_goes_before_environment_before_crm_toml_before_the_users_file(company, key, given):
    values = {"store": [f"x:///{n}.json" for n in range(4)], "lang": ["aa", "bb", "cc", "dd"]}[key]
    text = {"store": '[store]\nurl = "{}"\n', "lang": 'lang = "{}"\n'}[key]
    from_flag, from_environment, from_company, from_user = (
        value if given <= place else "" for place, value in enumerate(values)
    )
    config = company(
        text.format(from_company) if from_company else None,
        text.format(from_user) if from_user else None,
        **({f"CRM_{key.upper()}": from_environment} if from_environment else {}),
    ).with_flags(**{key: from_flag})
    line = {"store": 2, "lang": 1}[key]
    origins = [
        f"flag --{key}",
        f"environment CRM_{key.upper()}",
        f"crm.toml:{line}",
        f"{company.own}:{line}",
        "default",
    ]
    default = {"store": "tinydb:///crm.json", "lang": "en"}[key]
    assert getattr(config, key) == Given([*values, default][given], origins[given])


@pytest.mark.parametrize(
    ("environ", "language", "origin"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh", "environment LANG"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "de_DE"}, "de", "environment LC_ALL"),
        ({"LANG": "C.UTF-8"}, "en", "default"),
        ({"LANG": "POSIX"}, "en", "default"),
        ({"LANG": ""}, "en", "default"),
        ({"CRM_LANG": "zh-CN", "LANG": "en_GB"}, "zh", "environment CRM_LANG"),
        ({"CRM_LANG": " ", "LANG": "en_GB"}, "en", "environment LANG"),
    ],
)
def test_without_a_choice_of_ours_the_systems_language_counts(company, environ, language, origin):
    assert company(**environ).lang == Given(language, origin)


def test_a_choice_in_a_file_goes_before_the_systems_language(company):
    assert company('lang = "zh"', LANG="en_GB.UTF-8").lang == Given("zh", "crm.toml:1")


def test_plugins_are_disabled_by_every_source_together_each_with_its_origin(company):
    config = company('[plugins]\ndisabled = ["a", "b"]\n', CRM_DISABLE_PLUGINS="b, c,")
    assert config.with_flags(disabled=["d"]).disabled == {
        "a": "crm.toml:2",
        "b": "environment CRM_DISABLE_PLUGINS",
        "c": "environment CRM_DISABLE_PLUGINS",
        "d": "flag --no-plugin",
    }


def test_local_plugins_are_files_beside_the_store(company):
    config = company('[plugins]\nlocal = [\n  "northwind",\n  "acme",\n]\n')
    assert config.local == {"northwind": "crm.toml:2", "acme": "crm.toml:2"}
    assert config.local_files == tuple(company.folder / "crm_plugins" / name for name in ("acme.py", "northwind.py"))


def test_the_users_file_follows_xdg_and_home():
    assert str(user_file({"XDG_CONFIG_HOME": "/x", "HOME": "/h"})) == "/x/crm/config.toml"
    assert str(user_file({"XDG_CONFIG_HOME": "relative", "HOME": "/h"})) == "/h/.config/crm/config.toml"
    assert str(user_file({"HOME": "/h"})) == "/h/.config/crm/config.toml"
    assert user_file({}) is None


def test_every_row_says_where_it_comes_from(company):
    config = company('lang = "zh"\n[plugins]\ndisabled = ["a"]\n')
    assert config.rows() == (
        ("store.url", "tinydb:///crm.json", "default"),
        ("lang", "zh", "crm.toml:1"),
        ("plugins.disabled", "a", "crm.toml:3"),
    )


# --- settings in crm.toml ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[settings]\n"value_tier.vip_share" = 0.05', 2),
        ("[settings]\nvalue_tier.vip_share = 0.05", 2),
        ("[settings.value_tier]\n\n# ours\nvip_share = 0.05 # five\n", 4),
        ('settings."value_tier.vip_share" = 0.05', 1),
        ("settings = { value_tier = { vip_share = 0.05 } }", 1),
        ('lang = "en"\r\n[settings]\r\nvalue_tier.vip_share = 0.05\r\n', 3),
        ('\ufefflang = "en"\n[settings]\nvalue_tier.vip_share = 0.05\n', 3),
    ],
)
def test_a_setting_may_be_written_in_every_form_that_toml_has(company, text, line):
    assert company(text).sources.company == {"value_tier.vip_share": Given(Decimal("0.05"), f"crm.toml:{line}")}


def test_lines_are_right_after_values_of_several_lines(company):
    text = '[plugins]\nlocal = [\n"a", # ]\n]\n[settings]\na.note = """\n[settings]\na.share = 1\n"""\na.share = 2\n'
    settings = company(text).sources.company
    assert settings["a.note"] == Given("[settings]\na.share = 1\n", "crm.toml:6")
    assert settings["a.share"] == Given(2, "crm.toml:10")


def test_finding_lines_takes_time_in_proportion_to_the_file(company, monkeypatch):
    parsed = []
    loads = tomllib.loads
    monkeypatch.setattr(tomllib, "loads", lambda text, **options: parsed.append(len(text)) or loads(text, **options))
    text = "[plugins]\ndisabled = [\n" + '"a",\n' * 500 + ']\n[settings]\na.note = """\n' + "line\n" * 500 + '"""\n'
    assert company(text).sources.company["a.note"].origin == "crm.toml:505"
    assert sum(parsed) < 3 * len(text)


STRANGE = """# ["
a."x]" = [''' ] # ''', "\\" ]", [ # "
  { y = 1, z = '"' } ],
]
b = \"\"\"one \\\"\"\" ]
two\"\"\"\"\"
[t."#".u] # ]
c = \"\"

d = [[], [
]]
[[list]]
e = 1
"""


def test_lines_are_right_whatever_stands_in_texts_and_comments(tmp_path):
    (tmp_path / "x.toml").write_text(STRANGE)
    found = read_toml(tmp_path / "x.toml", "x")
    expected = {("a",): 2, ("b",): 5, ("t", "#", "u", "c"): 8, ("t", "#", "u", "d"): 10, ("list", "e"): 13}
    assert {path: found.line(*path) for path in expected} == expected


@pytest.mark.parametrize("line", ["[],\n", "{ a = [1] },\n", '"]",\n', '"""\n]""",\n'])
def test_an_array_of_many_lines_that_close_something_is_read_once(tmp_path, monkeypatch, line):
    parsed = []
    loads = tomllib.loads
    monkeypatch.setattr(tomllib, "loads", lambda text, **options: parsed.append(len(text)) or loads(text, **options))
    text = "a = [\n" + line * 5000 + "]\nb = 1\n"
    (tmp_path / "x.toml").write_text(text)
    found = read_toml(tmp_path / "x.toml", "x")
    assert found.line("b") == text.count("\n")
    assert sum(parsed) <= 2 * len(text)


# --- what can be wrong ------------------------------------------------------------------------------------------------

WRONG = {
    "unknown_key": ('langs = "en"', ["crm.toml:1: langs: no key named 'langs'; did you mean 'lang'"]),
    "unknown_table": ("\n[plugin]\nlocal = []", ["crm.toml:2: plugin: no key named 'plugin'; did you mean 'plugins'?"]),
    "unknown_inner_key": (
        '[plugins]\ndisbaled = ["x"]',
        ["crm.toml:2: plugins.disbaled: no key of [plugins] named 'disbaled'; did you mean 'disabled'?"],
    ),
    "dotted_unknown": ("\nplugin.local = []", ["crm.toml:2: plugin: no key named 'plugin'"]),
    "store_is_text": ('store = "crm.json"', ["crm.toml:1: store: write it as a table: [store]"]),
    "url_is_number": ("[store]\nurl = 1", ["crm.toml:2: store.url: it takes a text"]),
    "url_is_empty": ('[store]\nurl = ""', ["crm.toml:2: store.url: it takes a text"]),
    "lang_is_number": ("lang = 1", ["crm.toml:1: lang: it takes the code of a language"]),
    "lang_is_none": ('lang = "english"', ["crm.toml:1: lang: it takes the code of a language"]),
    "disabled_is_text": ('[plugins]\ndisabled = "a"', ["crm.toml:2: plugins.disabled: it takes a list of plugins"]),
    "path_as_plugin": ('[plugins]\nlocal = ["../evil"]', ["crm.toml:2: plugins.local: '../evil' is no plugin's name"]),
    "number_as_plugin": ("[plugins]\nlocal = [1]", ["crm.toml:2: plugins.local: 1 is no plugin's name"]),
    "setting_without_plugin": (
        "[settings]\nvip_share = 1",
        ['crm.toml:2: settings.vip_share: name a setting in full: "plugin.name" = value'],
    ),
    "setting_too_deep": ("[settings.a.b]\nc = 1", ["crm.toml:1: settings.a.b: it takes one value"]),
    "setting_is_list": ("[settings]\na.b = [1]", ["crm.toml:2: settings.a.b: it takes one value"]),
    "setting_twice": (
        '[settings]\n"a.b" = 1\n[settings.a]\nb = 2',
        ["crm.toml:4: settings.a.b: it was set already at crm.toml:2"],
    ),
    "secret_elsewhere": (
        '[settings.a]\nb = {"$evn" = "X"}',
        ['crm.toml:2: settings.a.b: a secret is written as {"$env"'],
    ),
    "secret_twice": (
        '[settings.a]\nb = {"$env" = "X", "$file" = "Y"}',
        ["crm.toml:2: settings.a.b: a secret is written"],
    ),
    "secret_nowhere": ('[settings.a]\nb = {"$env" = " "}', ["crm.toml:2: settings.a.b: a secret is written"]),
    "secret_number": ('[settings.a]\nb = {"$file" = 1}', ["crm.toml:2: settings.a.b: a secret is written"]),
    "odd_setting_name": ('[settings]\n"A b.c" = 1', ["crm.toml:2: settings.A b.c: name a setting in full"]),
    "several_at_once": (
        'a = 1\nb = 2\n[store]\nurls = "x"',
        ["crm.toml:1: a", "crm.toml:2: b", "crm.toml:4: store.urls"],
    ),
    "broken": ('lang = "en"\n\n[store\n', ["crm.toml:3: the file is no TOML: "]),
    "unfinished": ("x = 1\ny = ", ["crm.toml:2: the file is no TOML: "]),
    "key_twice": ('lang = "en"\nlang = "zh"', ["crm.toml:2: the file is no TOML: Cannot overwrite a value"]),
    "not_utf8": (b'# caf\xc3\xa9\nlang = "\xff"', ["crm.toml:2: the file is not UTF-8 (byte 0xff); save it as UTF-8"]),
    "utf16": ('lang = "en"'.encode("utf-16"), ["crm.toml:1: the file is UTF-16; save it as UTF-8"]),
    "nested_lists": ("x = 1\ny = " + "[" * 5000 + "]" * 5000, ["crm.toml:2: the file has values nested too deeply"]),
    "nested_over_lines": ("x = " + "[\n" * 3000 + "]" * 3000, ["crm.toml:3000: the file has values nested too deeply"]),
    "long_key": ("a." * 5000 + "b = 1", ["crm.toml:1: a: no key named 'a'"]),
    "endless_number": ("x = 1\ny = " + "9" * 5000, ["crm.toml:2: the file has a number that is far too large"]),
    "endless_exponent": (
        "[settings]\na.b = 1e99999999999999999999",
        ["crm.toml:2: the file has a number that is far too large"],
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_in_a_file_is_said_with_its_line_and_all_at_once(company, case):
    text, said = WRONG[case]
    with pytest.raises(Invalid) as raised:
        company(text)
    assert len(raised.value.problems) == len(said)
    for part, problem in zip(said, raised.value.problems, strict=True):
        assert str(problem).startswith(part)


def test_problems_of_both_files_and_the_environment_come_together(company):
    with pytest.raises(Invalid) as raised:
        company("x = 1", "y = 1", CRM_LANG="english")
    assert [str(problem).partition(": ")[0] for problem in raised.value.problems] == [
        "crm.toml:1",
        f"{company.own}:1",
        "environment CRM_LANG",
    ]


def test_a_user_cannot_change_what_holds_for_everybody(company):
    with pytest.raises(Invalid, match=r"\[plugins\] holds for everybody who uses the store"):
        company(user="[plugins]\n")


def test_a_folder_in_place_of_the_file_is_one_clear_problem(company):
    (company.folder / "crm.toml").mkdir()
    with pytest.raises(Invalid, match=r"crm\.toml: the file cannot be read: Is a directory"):
        company()


def test_a_bad_flag_is_refused(company):
    with pytest.raises(Invalid, match="flag --lang"):
        company().with_flags(lang="klingon")


# --- values of settings -----------------------------------------------------------------------------------------------

SHARE = Setting("t.share", Decimal("0.2"), least=0, greatest=1)
DAYS = Setting("t.days", 365, least=1)
PAPER = Setting("t.paper", "A4", choices=("A4", "letter"))
NOTE = Setting("t.note", "")
STRICT = Setting("t.strict", default=False)
START = Setting("t.start", date(2026, 1, 1), least=date(2000, 1, 1))


@pytest.mark.parametrize(
    ("setting", "raw", "value"),
    [
        (SHARE, Decimal("0.05"), Decimal("0.05")),
        (SHARE, Decimal("0.0500"), Decimal("0.05")),
        (SHARE, "0.05", Decimal("0.05")),
        (SHARE, 0.05, Decimal("0.05")),
        (SHARE, 1, Decimal(1)),
        (DAYS, 30, 30),
        (DAYS, "30", 30),
        (DAYS, Decimal("30.0"), 30),
        (DAYS, Decimal("1E+3"), 1000),
        (PAPER, "letter", "letter"),
        (NOTE, "", ""),
        (STRICT, True, True),
        (STRICT, "false", False),
        (START, date(2026, 3, 1), date(2026, 3, 1)),
        (START, "2026-03-01", date(2026, 3, 1)),
    ],
)
def test_a_value_is_taken_in_the_form_that_rules_need(setting, raw, value):
    taken = check_setting(setting, raw)
    assert taken == value
    assert type(taken) is type(value)
    assert str(taken) == str(value)


@pytest.mark.parametrize(
    ("setting", "raw", "reason"),
    [
        (SHARE, Decimal("1.01"), "must be 1 or less"),
        (SHARE, Decimal("-0.01"), "must be 0 or more"),
        (SHARE, Decimal("NaN"), "must be a number below"),
        (SHARE, Decimal("sNaN"), "must be a number below"),
        (SHARE, Decimal("inf"), "must be a number below"),
        (SHARE, float("nan"), "must be a number"),
        (SHARE, Decimal("1E+400000"), "must be a number below"),
        (SHARE, Decimal("1E-400000"), "more than 12 digits"),
        (SHARE, "5%", "must be a number such as"),
        (SHARE, "1_000", "must be a number such as"),
        (SHARE, "٣", "must be a number such as"),
        (SHARE, True, "must be a number"),
        (SHARE, None, "must be a number"),
        (DAYS, Decimal("30.5"), "must be a whole number"),
        (DAYS, 0, "must be 1 or more"),
        (DAYS, 10**12, "must be a number below"),
        pytest.param(DAYS, 16**6000, "must be a number below", id="endless"),
        (PAPER, "Letter", "must be one of A4, letter; did you mean 'letter'"),
        (PAPER, 4, "must be a text"),
        (STRICT, 1, "must be true or false"),
        (STRICT, "yes", "must be true or false"),
        (START, datetime(2026, 1, 1, 12, 0), "must be a date"),  # noqa: DTZ001 - as TOML gives it
        (START, "20260101", "must be a date"),
        (START, "2026-02-30", "day is out of range"),
        (START, "1999-12-31", "must be 2000-01-01 or more"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_with_the_reason(setting, raw, reason):
    with pytest.raises(ValueError, match=reason):
        check_setting(setting, raw)


def test_settings_are_compared_with_what_plugins_declare_all_at_once(company):
    known = {setting.name: setting for setting in (SHARE, DAYS, PAPER)}
    config = company("[settings.t]\nshare = 0.1\ndays = 0x" + "f" * 6000 + '\npapr = "A4"\npaper = "A5"\n')
    with pytest.raises(Invalid) as raised:
        checked_settings(config.sources.company, known)
    assert [str(problem) for problem in raised.value.problems] == [
        "crm.toml:3: t.days='(a very large number)': must be a number below 10**12",
        "crm.toml:4: t.papr: no setting named 't.papr'; did you mean 't.paper' or 't.share' or 't.days'?",
        "crm.toml:5: t.paper='A5': must be one of A4, letter",
    ]


def test_checked_settings_keep_their_origin(company):
    config = company("[settings]\nt.share = 0.10\n")
    assert checked_settings(config.sources.company, {"t.share": SHARE}) == {
        "t.share": Given(Decimal("0.1"), "crm.toml:2")
    }
