"""Engines: which one classifies when, what is made of its answers, and what is said when it fails."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from attrs import define, evolve
from cli_kit import PLUGIN, Shop, new_shop
from company_kit import make_crm, plugin, put, stored

from crmcore import Customer, EngineKind, Metric, Purchase, Scheme, Segment, Setting, pareto_cut, rows, total
from crmcore.desk.run_plans import plan_of
from crmcore.errors import CrmError, UnknownName, UsageError
from crmcore.plugging.configfile import Given
from crmcore.plugging.setting_sources import Sources
from crmcore.storage.codec import Codec
from crmcore.work.book import Book
from crmcore.work.row_engine import RowEngine

DAY = date(2026, 6, 1)
spend = Metric("shop.spend", total(rows(Purchase).amount))
SIZE = Scheme("shop.size", Segment("key", when=spend >= Setting("shop.key", 100)), Segment("small"))
ABC = Scheme("shop.abc", Segment("A", when=spend >= pareto_cut(spend, Decimal("0.5"))), Segment("B"))


@define(eq=False)
class Grid:
    """Answers like the core, but backwards; notes what it is asked, and can be told to go wrong."""

    options: dict
    zone: object
    asked: list
    wrong: str = ""

    def answer(self, question, reader):
        self.asked.append((self.options, tuple(scheme.name for scheme in question.schemes), len(question.fit)))
        if self.wrong == "raises":
            raise ZeroDivisionError("division by zero")
        if self.wrong == "interrupted":
            raise KeyboardInterrupt
        book = Book(reader, Codec((Customer, Purchase)), self.zone)
        found = RowEngine(book).answer(question, reader)
        return Backwards(found, self.wrong)

    def plan(self, question, reader):
        return RowEngine(Book(reader, Codec((Customer, Purchase)), self.zone)).plan(question, reader)

    def lake(self, folder):
        raise UsageError("a grid reads stores")

    def close(self):
        self.asked.append("closed")


@define(eq=False)
class Backwards:
    answers: object
    wrong: str

    @property
    def fits(self):
        return self.answers.fits

    def placed(self, scheme, only=None):
        everyone = list(self.answers.placed(scheme))[::-1]
        return everyone[1:] if self.wrong == "forgets" else everyone


def shop(*, wrong="", missing=False, **settings):
    """Return a company with three customers and the engine grid, and what that is asked."""
    asked = []

    def version():
        if missing:
            raise CrmError("no grid here", todo="Build one.")
        return "grid 1"

    kind = EngineKind(
        "grid", version, lambda options: Grid(dict(options), crm.state().company.zone, asked, wrong), {"size": "x"}
    )
    crm = make_crm(plugin("shop", schemes=[SIZE, ABC], engines=[kind]))
    crm.sources = Sources(flags={name: Given(value, "a test") for name, value in settings.items()})
    crm.plain = evolve(crm.plain, sources=crm.sources)
    put(crm, *(Customer(id=key, name=key) for key in "abc"))
    put(crm, *(Purchase(customer=key, at=DAY, amount=Decimal(n)) for key, n in (("a", 150), ("b", 60), ("b", 30))))
    return crm, asked


def content(crm):
    return {
        table: stored(crm, table)
        for table in ("scheme", "population", "run", "placement:shop.size", "placement:shop.abc")
    }


def test_a_run_records_the_same_whatever_the_engine_and_its_order():
    by_rows, by_grid = shop()[0], shop()[0]
    first, second = by_rows.classify(DAY, engine="python"), by_grid.classify(DAY, engine="grid")
    assert first.moves == second.moves
    assert (first.evaluated, first.fitted) == (second.evaluated, second.fitted) == ({"shop.abc": 3, "shop.size": 3}, 1)
    assert (first.engine, second.engine) == ("python", "grid")
    assert content(by_rows) == content(by_grid)
    assert (
        list(content(by_rows)["placement:shop.abc"]) == list(content(by_grid)["placement:shop.abc"]) == ["a", "b", "c"]
    )


def test_an_engine_is_told_its_options_and_closed():
    crm, asked = shop()
    crm.classify(DAY, engine="grid", options={"size": "9"})
    assert asked == [({"size": "9"}, ("shop.abc", "shop.size"), 1), "closed"]


def test_an_engine_is_not_asked_where_there_is_nothing_to_do():
    crm, asked = shop()
    crm.classify(DAY, engine="grid")
    asked.clear()
    assert crm.classify(DAY, engine="grid").evaluated == {"shop.abc": 0, "shop.size": 0}
    assert asked == ["closed"]


@pytest.mark.parametrize(
    ("settings", "engine"),
    [
        ({}, "python"),
        ({"crm.bulk_from": 3}, "grid"),
        ({"crm.bulk_from": 4}, "python"),
        ({"crm.bulk_from": 0, "crm.engine": "python"}, "python"),
        ({"crm.bulk_from": 3, "crm.engine": "grid"}, "grid"),
        ({"crm.bulk_from": 4, "crm.engine": "grid"}, "python"),
    ],
)
def test_settings_say_which_engine_is_used_from_which_size_on(settings, engine):
    crm, _ = shop(**settings)
    assert crm.classify(DAY).engine == engine
    assert crm.classify(DAY).engine == ("python" if settings.get("crm.bulk_from", 1) else engine)


def test_an_engine_that_is_not_installed_is_passed_over_unless_asked_for():
    crm, _ = shop(missing=True, **{"crm.bulk_from": 0})
    assert crm.classify(DAY).engine == "python"
    with pytest.raises(CrmError, match="no grid here"):
        crm.classify(DAY, engine="grid", full=True)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"engine": "gird"}, "no engine named 'gird'; did you mean 'grid'"),
        (
            {"engine": "grid", "options": {"sise": "1"}},
            "no option of the engine grid named 'sise'; did you mean 'size'",
        ),
        ({"options": {"size": "1"}}, "size=1 is said to no engine"),
        ({"engine": "python", "options": {"size": "1"}}, "size=1 is said to no engine"),
    ],
)
def test_what_no_engine_understands_is_refused(asked, said):
    crm, _ = shop()
    with pytest.raises(UsageError, match=said):
        crm.classify(DAY, **asked)


def test_a_setting_that_names_no_engine_is_refused_with_the_setting():
    crm, _ = shop(**{"crm.engine": "gird"})
    with pytest.raises(UnknownName, match=r"setting crm\.engine"):
        crm.classify(DAY)


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        ("raises", CrmError, "the engine 'grid' of the plugin 'shop' failed: division by zero"),
        ("forgets", CrmError, "did not say where customer 'c' belongs in shop.abc"),
        ("interrupted", KeyboardInterrupt, None),
    ],
)
def test_a_run_whose_engine_fails_writes_nothing_and_says_which_it_was(wrong, error, said):
    crm, asked = shop(wrong=wrong)
    before = content(crm), crm.store.read().commit
    with pytest.raises(error, match=said):
        crm.classify(DAY, engine="grid")
    assert (content(crm), crm.store.read().commit) == before
    assert asked[-1] == "closed"


@pytest.mark.parametrize("engine", ["python", "grid"])
def test_a_plan_says_what_is_read_and_who_is_due_and_writes_nothing(engine):
    crm, _ = shop()
    before = content(crm)
    steps = {row[0]: row[1:] for row in plan_of(crm, DAY, engine=engine).table().rows}
    assert content(crm) == before
    assert steps["read purchase"] == (("amount",), 3, ())
    assert steps["fit"] == ((), 3, ("population_pareto_cut(shop.spend)",))
    assert steps["record shop.size"] == ((), 3, ("3 new or stale",))
    assert steps["record shop.abc"] == ((), 3, ("3 new or stale", "all if its population values change"))
    crm.classify(DAY)
    later = plan_of(crm, DAY, engine=engine)
    assert {row[0]: row[2:] for row in later.table().rows if row[0].startswith("record")} == {
        "record shop.abc": (0, ()),
        "record shop.size": (0, ()),
    }
    assert plan_of(crm, DAY, engine=engine, full=True).due["shop.size"] == (3, ("all, for --full",))


def test_the_core_itself_reads_stores_only():
    crm, _ = shop(missing=True)
    with pytest.raises(UsageError, match="reads stores, not folders"):
        crm.engines(None).choose(None)
    with pytest.raises(UsageError, match="reads stores, not folders"):
        RowEngine(crm.state().book).lake(Path("lake"))


GRID = """
@hookimpl
def crm_engines():
    from crmcore import CrmError, EngineKind
    def version():
        raise CrmError("no grid here", todo="Build one.")
    return [EngineKind("grid", version, print, {"master": "its address"}), EngineKind("net", lambda: "net 2", print)]
"""


@pytest.fixture
def company(tmp_path, monkeypatch):
    made = new_shop(tmp_path, monkeypatch, plugin=PLUGIN + GRID)
    made.stock()
    return made


def test_engines_are_listed_with_what_they_run_on_or_need(company: Shop):
    python, grid, net = company.fine("classify", "--engines", "--format", "json").json
    assert (python["engine"], python["plugin"], python["problem"]) == ("python", "crm", "")
    assert grid == {"engine": "grid", "plugin": "shop", "runs_on": "", "problem": "no grid here Build one."}
    assert (net["runs_on"], net["problem"]) == ("net 2", "")
    shown = company.fine("plugin", "show", "shop", "--format", "json").json
    assert shown["engines"] == [grid, net]
    assert "net 2" in company.fine("plugin", "show", "shop").out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--engine", "grdi"], 2, "did you mean 'grid'"),
        (["--engine", "grid"], 1, "no grid here"),
        (["--engine", "net", "--master", "here"], 2, "no option of the engine net named 'master'"),
        (["--master", "here"], 2, "master=here is said to no engine"),
        (["--engine-option", "size"], 2, "--engine-option"),
        (["--from", "parquet:here"], 2, "--from and --to belong together"),
        (["--from", "parquet:here", "--to", "there"], 2, "--to 'there' is no lake"),
        (["--from", "parquet:here", "--to", "parquet:there", "--rewind"], 2, "--rewind is for stores"),
        (["--plan", "--rewind"], 2, "--plan shows no rewind"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(company: Shop, words, code, said):
    ran = company.crm("classify", *words).assert_fails(said, code=code)
    assert "Traceback" not in ran.err
    assert company.fine("classify", "--dry-run", "--format", "json").json[0]["placed_first"] == 3


def test_an_option_that_the_engine_does_not_know_is_refused(company: Shop):
    ran = company.crm("classify", "--engine", "grid", "--engine-option", "mastre=here")
    ran.assert_fails("did you mean 'master'", code=2)


def test_a_plan_is_printed_with_the_engine_and_why(company: Shop):
    ran = company.fine("classify", "--plan", "--engine", "python", "--format", "json")
    assert {row["step"] for row in ran.json} == {
        *(f"read {name}" for name in ("customer", "purchase")),
        "record shop.recent",
        "record shop.tier",
    }
    assert "on the engine python: asked for; nothing was written" in ran.err
