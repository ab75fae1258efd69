"""Every validator of `crm plugin check` finds what it is for in a bad plugin, and nothing in a good one."""

from pathlib import Path

import attrs
import pytest
from broken_plugins import BROKEN
from check_kit import QUICK, module, project, write

from crmcore import deprecations
from crmcore.author.checking import TIERS, VALIDATORS, check, is_at_least
from crmcore.author.findings import Finding, reached
from crmcore.deprecations import Gone
from crmcore.storage.codec import Codec
from crmcore.work.unit import Unit

ALL = {validator.id: validator for validator in VALIDATORS}

BAD = {
    "loads": [
        (
            module(("from crmcore import (", "import no_such_library\nfrom crmcore import (")),
            "No module named 'no_such_library'",
        ),
        (module(more="raise SystemExit(3)\n"), "it ended the program"),
        ({"crm_acme/__init__.py": b"name = '\xff'\n"}, "SyntaxError"),
        ({"crm_acme/__init__.py": None}, "No module named 'crm_acme'"),
        ({"crm_acme/__init__.py": "x = 1\n"}, "has no hooks"),
        (project(("crmcore>=0.1,<0.2", "crmcore>=7")), "it needs crmcore >=7"),
        (project(('acme = "crm_acme"', 'acme = "crm_acme:plugin"')), "must name a module"),
        (project(('acme = "crm_acme"', 'Acme = "crm_acme"')), "cannot name a plugin"),
        (module(("return [tier]", "return tier")), "return a list"),
        (module(("rows(Purchase)", "rows(Purchase).amuont")), "did you mean 'amount'"),
        (module(('level.is_("gold")', 'Scheme("acme.x", Segment("a")).is_("b")')), "no segment of acme.x named 'b'"),
        (module(('click.Command("letters"', 'click.Command("classify"')), "is a name of the core"),
    ],
    "hooks": [
        (module(more="@hookimpl\ndef crm_committed(changes=()):\n    pass\n"), "has a default argument"),
        (module(("@hookimpl\ndef crm_views", "def crm_views")), "is not decorated"),
        (
            module(more="@hookimpl\ndef crm_placement_changed(moves):\n    pass\n"),
            "did you mean 'crm_placements_changed'",
        ),
    ],
    "names": [(module(('Scheme(\n    "acme.tier"', 'Scheme(\n    "other.tier"')), "call it 'acme.tier'")],
    "side-effects": [(module(more="print('hello')\n"), "it printed to standard output")],
    "exemptions": [
        (project(more='[tool.crm.check.exempt]\nlables = "why"\n'), "did you mean 'labels'"),
        (project(more='[tool.crm.check.exempt]\nlabels = " "\n'), "has no reason"),
        (project(more="[tool.crm.check.exempt]\nlabels = true\n"), "has no reason"),
        (project(more='[tool.crm.check.exempt]\nloads = "why"\n'), "cannot be exempted"),
    ],
    "choice-unknown": [
        (module(('level.is_("gold")', 'level.is_("goldd")')), "'acme.level' with 'goldd'"),
        (module(('level.is_("gold")', 'level.is_in("gold", "bronze")')), "with 'bronze'"),
        (module(('level.is_("gold")', 'rows(Customer).kind.is_("persona")')), "customer.kind with 'persona'"),
    ],
    "rule-level": [
        (module(("(chairs >= 0).or_else(True)", "orders >= 0")), "asks for count() over purchase"),
        (module(("(chairs >= 0).or_else(True)", 'tier.is_("key")')), "asks for the answer of acme.tier"),
    ],
    "segment-contradiction": [
        (
            module(("orders >= few", "(orders > 4) & (orders < 5)")),
            "nobody can meet the rule of 'regular' in acme.tier",
        ),
        (module(("orders >= few", "(orders >= few) & (orders < 2)")), "as long as the settings have their defaults"),
    ],
    "segment-shadowed": [
        (module(("orders >= few", "(spend >= key_spend) & (spend >= 0)")), "nobody is left for 'regular' in acme.tier"),
        (module(("orders >= few", "orders >= 0")), "nobody is left for 'standard' in acme.tier"),
    ],
    "segment-unseen": [
        (
            module(("orders >= few", "(spend * 2 >= 10) & (spend + spend < 10)")),
            "generated customers comes into 'regular' of acme.tier: none meets its rule",
        ),
        (module(("orders >= few", "spend * 2 >= key_spend * 2")), "and 'key' takes them before"),
    ],
    "scheme-total": [
        (module(('Segment("standard"', 'Segment("standard", when=orders < 2')), "customers may belong nowhere"),
    ],
    "dependency-undeclared": [
        (
            module(
                ("purchase = rows(Purchase)", "from crm_value_tier.metrics import recency\npurchase = rows(Purchase)"),
                ("orders >= few", "(orders >= few) & (recency < 30).or_else(False)"),
            ),
            "does not require crm-value-tier",
        ),
    ],
    "usable": [
        (module(('("name", spend, tier)', '("nmae", spend, tier)')), "did you mean 'name'"),
        (module(("(one.name, company", "(one.nmae, company")), "the report 'acme.names' cannot be shown"),
        (module(("return [Table", "return [1 / sum(1 for _ in company.rows(Customer)), Table")), "ZeroDivisionError"),
        (module(more="@hookimpl\ndef crm_committed(changes):\n    changes.nothing\n"), "crm_committed"),
    ],
    "private-import": [
        (module(more="from crmcore.work import placing\n"), "crmcore.work is private"),
        (module(more="def later():\n    import crmcore.app\n"), "crmcore.app is private"),
        (module(more="def later():\n    from crmcore import app\n"), "crmcore.app is not public"),
    ],
    "labels": [
        (
            module(('both("Standard", "普通")', '"Standard"')),
            "the segment 'standard' of acme.tier has no label in Chinese",
        ),
        (module((', label=both("Chairs", "牙椅数")', "")), "'acme.chairs' has no label in English and Chinese"),
        (module((', label=both("Date", "日期")', "")), "the column 'on' of visit has no label"),
        (module((', message=both("No chairs?", "没有牙椅?")', "")), "the rule 'acme.chairs_known' has no message"),
        (
            module(('label=both("Visit", "拜访")', 'label={"zh": "拜访"}')),
            "the record type 'visit' has no label in English",
        ),
        (
            module(('label=both("Best", "最佳")', 'label=both("Best", " ")')),
            "the view 'acme.best' has no label in Chinese",
        ),
    ],
    "docs": [
        (module((', doc=both("Of letters.", "信纸。")', "")), "the setting 'acme.paper' has no doc"),
        (
            module(('doc=both("By spend.", "按消费额。")', 'doc="By spend."')),
            "the scheme 'acme.tier' has no doc in Chinese",
        ),
    ],
    "units": [
        (module((', unit="chairs"', "")), "the field 'acme.chairs' is a number without a unit"),
        (module(('count(purchase), unit="purchases"', "count(purchase)")), "the metric 'acme.orders'"),
        (module(('3, unit="purchases"', "3")), "the setting 'acme.few'"),
    ],
    "command-help": [
        (module((' help="Print letters.",', "")), "the command `crm letters` has no help"),
        (module((', epilog="Example: crm letters --limit 3"', "")), "shows no example"),
        (module((', help="How many letters."', "")), "the option --limit of `crm letters` has no help"),
        (
            module(
                ('click.Command("letters", params=[limit],', 'click.Group("letters", commands=[click.Command("all")],'),
            ),
            "the command `crm letters all` has no help",
        ),
    ],
    "unreturned": [
        (
            module(more='forgotten = Scheme("acme.forgotten", Segment("all"))\n'),
            "the scheme 'acme.forgotten' is declared",
        ),
    ],
    "setting-unused": [
        (module((", company.setting(paper))", ', "A4")')), "nobody uses the setting 'acme.paper'"),
    ],
    "readme": [
        (project(('readme = "README.md"\n', "")), "names no README"),
        ({"README.md": " \n"}, "there is nothing in README.md"),
        ({"README.md": None}, "there is nothing in README.md"),
    ],
    "licence": [(project(('license = "MIT"\n', "")), "names no licence")],
    "tests": [
        ({"tests/test_acme.py": None}, "there is no test"),
        ({"tests/test_acme.py": "x = 1\n"}, "there is no test"),
    ],
    "python-range": [(project(('requires-python = ">=3.11"\n', "")), "which Python")],
    "crmcore-range": [
        (project(("crmcore>=0.1,<0.2", "crmcore>=0.1")), "has no upper bound"),
        (project(('"crmcore>=0.1,<0.2"', "")), "does not require crmcore"),
    ],
    "heavy-import": [
        (
            module(more="try:\n    import polars as pl\nexcept ImportError:\n    pl = None\n"),
            "polars is imported whenever",
        ),
        (module(more="class Late:\n    from numpy import array\n"), "numpy is imported"),
        (
            module(more="from . import first\n")
            | {"crm_acme/first.py": "from .second import x\n", "crm_acme/second.py": "import duckdb\nx = 1\n"},
            "duckdb is imported",
        ),
    ],
    "import-budget": [
        (module(more="import asyncio, http.server, sqlite3, xmlrpc.client, unittest.mock\n"), "of 60 allowed")
    ],
    "wheel": [
        (
            project(('packages = ["crm_acme"]', 'packages = ["crm_acme"]\nexclude = ["*.toml"]'))
            | {"crm_acme/cuts.toml": ""},
            "crm_acme/cuts.toml is not in the wheel",
        ),
        (project(('packages = ["crm_acme"]', 'include = ["README.md"]')), "crm_acme/__init__.py is not in the wheel"),
        (project(('version = "1.0"', 'version = "one"')), "the wheel cannot be built"),
        (project(("hatchling.build", "no_such_backend")), "the build backend no_such_backend is not installed here"),
        ({"crm_acme/py.typed": None}, "has no py.typed"),
    ],
}

CASES = [(id_, files, text) for id_, cases in BAD.items() for files, text in cases]


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return check(write(tmp_path_factory.mktemp("good"), {}))


@pytest.mark.parametrize("id_", ALL)
def test_a_good_plugin_has_nothing_that_a_validator_finds(good, id_):
    assert [str(finding) for finding in good.findings if finding.id == id_] == []


def test_a_good_plugin_reaches_gold(good):
    assert (good.plugins, good.tier, good.findings, good.exempt) == (("acme",), "gold", (), ())


@pytest.mark.parametrize(("id_", "files", "text"), CASES, ids=[f"{id_}-{text[:40]}" for id_, _, text in CASES])
def test_a_validator_finds_what_it_is_for(tmp_path, id_, files, text):
    found = check(write(tmp_path, files), validators=[ALL[id_]])
    told = [str(finding) for finding in found.findings]
    assert any(text in one for one in told), told
    for finding in found.findings:
        assert (finding.id, finding.tier) == (id_, ALL[id_].tier)
        assert finding.where
        assert finding.todo.endswith((".", "?"))


def test_every_validator_is_shown_to_find_something():
    elsewhere = {"deprecated", "round-trip"}
    assert {*BAD, *elsewhere} == set(ALL)
    assert not {*BAD} & elsewhere


def test_a_plugin_that_uses_what_goes_away_is_told_where(tmp_path, monkeypatch):
    monkeypatch.setattr(deprecations, "_USES", {})
    monkeypatch.setitem(deprecations.NAMES, "sum_of", Gone("grammar.terms:total", "crmcore.total", since="1.3"))
    folder = write(tmp_path, module(more="from crmcore import sum_of\n"))
    (found,) = check(folder, validators=QUICK).findings
    line = (folder / "crm_acme/__init__.py").read_text().splitlines().index("from crmcore import sum_of") + 1
    assert (found.id, found.level) == ("deprecated", "error")
    assert found.where.endswith(f"crm_acme/__init__.py:{line}")
    assert found.message.startswith("crmcore.sum_of is deprecated since 1.3")


def test_a_heavy_library_in_a_module_that_is_loaded_only_where_it_is_needed_costs_nothing(tmp_path):
    files = module(more="def later():\n    from crm_acme import heavy\n    return heavy\n")
    files |= {"crm_acme/heavy.py": "import numpy\n"}
    assert check(write(tmp_path, files), validators=[ALL["heavy-import"]]).findings == ()


def test_values_that_do_not_outlive_the_plugin_are_found(tmp_path, monkeypatch):
    encode = Codec.encode

    def forgetful(self, record):
        """Lose the fields of whatever is edited."""
        return encode(self, attrs.evolve(record, fields={}) if record.version > 1 else record)

    monkeypatch.setattr(Codec, "encode", forgetful)
    monkeypatch.setattr(Unit, "_foreign", lambda *_: ())
    found = check(write(tmp_path, {}), validators=[ALL["round-trip"]]).findings
    assert {one.id for one in found} == {"round-trip"}
    assert any("acme.chairs of customer" in one.message for one in found), found


@pytest.mark.parametrize("case", BROKEN)
def test_whatever_the_loader_refuses_is_an_error_in_its_words(tmp_path, case):
    code = BROKEN[case][0]
    text = code if code is None or isinstance(code, bytes) else code.encode()
    files = {"crm_bad.py": text, "crm_acme/__init__.py": None, "crm_acme/py.typed": None}
    found = check(write(tmp_path, files | project(('acme = "crm_acme"', 'bad = "crm_bad"'))), validators=QUICK)
    assert {one.id for one in found.errors} & {"loads", "hooks", "names"}
    assert not [str(one) for one in found.findings if "could not be checked" in one.message]


# -- tiers, levels, exemptions ---------------------------------------------------------------------------------------------


def finding(tier, level="warning"):
    return Finding("x", tier, level, "here", "wrong", "mend it")


@pytest.mark.parametrize(
    ("tiers", "wanted"),
    [((), "gold"), (("gold",), "silver"), (("silver",), "bronze"), (("bronze",), None), (("gold", "silver"), "bronze")],
)
def test_the_tier_is_the_highest_that_nothing_stands_in_the_way_of(tiers, wanted):
    assert reached(map(finding, tiers)) == wanted


def test_a_finding_with_a_reason_stands_in_nobodys_way():
    assert reached([attrs.evolve(finding("bronze"), reason="ours")]) == "gold"


def test_tiers_contain_those_below():
    assert [is_at_least("silver", tier) for tier in TIERS] == [True, True, False]
    assert not is_at_least(None, "bronze")


@pytest.mark.parametrize("key", ["scheme-total", "scheme-total:acme.tier"])
def test_an_exemption_takes_effect_and_is_shown_with_its_reason(tmp_path, key):
    files = module(('Segment("standard"', 'Segment("standard", when=orders < 2'))
    files |= project(more=f'[tool.crm.check.exempt]\n"{key}" = "Two orders are looked at by hand."\n')
    found = check(write(tmp_path, files), validators=QUICK)
    assert (found.findings, found.tier) == ((), "gold")
    assert [(one.id, one.about, one.reason) for one in found.exempt] == [
        ("scheme-total", "acme.tier", "Two orders are looked at by hand.")
    ]


def test_an_exemption_of_one_thing_leaves_the_others(tmp_path):
    files = module(('Segment("standard"', 'Segment("standard", when=orders < 2'))
    files |= project(more='[tool.crm.check.exempt]\n"scheme-total:acme.other" = "why"\n')
    assert [one.about for one in check(write(tmp_path, files), validators=QUICK).findings] == ["acme.tier"]


def test_every_validator_says_what_it_is_for_and_has_an_id_of_its_own():
    assert len(ALL) == len(VALIDATORS)
    for validator in VALIDATORS:
        assert validator.doc.endswith(".")
        assert validator.id == validator.id.lower()
        assert validator.tier in TIERS
    assert [TIERS.index(one.tier) for one in VALIDATORS] == sorted(TIERS.index(one.tier) for one in VALIDATORS)


def test_a_validator_that_fails_is_a_finding_and_not_a_traceback(tmp_path):
    def fails(_subject):
        raise ZeroDivisionError

    odd = attrs.evolve(ALL["labels"], find=fails)
    (found,) = check(write(tmp_path, {}), validators=[odd]).findings
    assert "this could not be checked: ZeroDivisionError" in found.message


# -- the bundled plugins -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["value_tier", "lifecycle"])
def test_the_bundled_plugins_reach_gold_without_exemptions(name):
    found = check(Path(__file__).parent.parent / "plugins" / name)
    assert (found.tier, [str(one) for one in found.findings], found.exempt) == ("gold", [], ())
