"""The tests that every plugin should pass, as a class to inherit."""
# ruff: noqa: S101 - tests assert

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, Final

import pytest

from crmcore.author.checking import VALIDATORS, Tier, Validator, check, is_at_least
from crmcore.entities import type_of
from crmcore.records import CORE_RECORDS, Customer
from crmcore.testing import samples
from crmcore.testing.trial import Plugin, Trial

_LANGUAGES = ("en", "zh")


_SHOWN: Final = tuple(one for one in VALIDATORS if one.scope != "project" and one.id != "tests")
"""The validators that need no more than the plugin itself; that it has tests, these tests show."""


class Conformance:
    """What every plugin should pass. Inherit it, name the subclass ``Test...``, and say which plugin is meant.

    ::

        class TestConformance(Conformance):
            plugin = crm_acme

    One test per validator of ``crm plugin check`` fails on what is an error there, and up to ``tier`` also on warnings;
    exemptions with a reason count as they do there. Validators of a project's files are left to that command. The other
    tests show what only a running company can: that the plugin is active, that its data outlives it, and that everything
    that it declares prints, on an empty company and a small one, in both languages.
    """

    plugin: ClassVar[Plugin | None] = None
    """A module, the name of an installed plugin, or the path of a one-file plugin."""

    tier: ClassVar[Tier] = "silver"
    """The tier that it is to reach: bronze, silver or gold."""

    beside: ClassVar[tuple[Plugin, ...]] = ()
    """Other plugins that it cannot do without."""

    def fill(self, trial: Trial) -> None:
        """Enter a small company; made up from what is declared, unless overridden.

        Override it where rules of the plugin refuse what is made up.
        """
        samples.fill(trial)

    @pytest.fixture
    def trial(self, crm_with: Callable[..., Trial]) -> Trial:
        """Return an empty company with the plugin."""
        return crm_with(*self.beside, self._meant())

    @pytest.fixture(scope="class")
    @classmethod
    def made(cls) -> dict[str, dict[str, bytes]]:
        """Return the store's files of each company that was made already, which takes longer than to copy them."""
        return {}

    @pytest.fixture(params=["on an empty company", "on a small company"])
    def company(self, request: pytest.FixtureRequest, trial: Trial, made: dict[str, dict[str, bytes]]) -> Trial:
        """Return a company whose customers were classified: one without any, and one with a few."""
        if request.param in made:
            for name, content in made[request.param].items():
                (trial.folder / name).write_bytes(content)
            return trial
        if request.param == "on a small company":
            self.fill(trial)
        trial.classify()
        made[request.param] = {path.name: path.read_bytes() for path in trial.folder.glob("crm.json*")}
        return trial

    # -- the tests ---------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("validator", _SHOWN, ids=lambda validator: f"{validator.tier}-{validator.id}")
    def test_it_passes_crm_plugin_check(self, validator: Validator) -> None:
        """Nothing that `crm plugin check` finds keeps it from the tier that it is to reach."""
        checked = check(self._meant(), validators=[validator])
        found = checked.findings if is_at_least(self.tier, validator.tier) else checked.errors
        assert not found, "\n".join(map(str, found))

    def test_it_is_active_and_can_be_shown(self, trial: Trial) -> None:
        """It registers, and `crm plugin show` tells what it adds."""
        name = self._name(trial)
        shown = trial.run(["plugin", "show", name, "--format", "json"]).assert_ok().json
        assert (shown["name"], shown["status"]) == (name, "active")
        assert {one["name"] for one in shown["adds"]} == {one.name for one in self._own(trial)}
        trial.run(["plugin", "show", name]).assert_ok()

    def test_its_data_outlives_it(self, trial: Trial) -> None:
        """Values of its fields, and its own records, are as they were after the core was edited without it."""
        self.fill(trial)
        trial.classify()
        before = self._data(trial)
        absent = [one.name for one in self._own(trial, "field") if one.name not in before["field"]]
        assert not absent, f"there is no value of {', '.join(absent)} to try this with; enter some in fill()"
        for command in _edits(trial):
            trial.run(["--no-plugins", *command]).assert_ok()
        assert self._data(trial) == before
        for key, _ in trial.crm.store.read().items("customer"):
            trial.run(["customer", "show", key, "--format", "json"]).assert_ok()
        trial.run("store check").assert_ok()

    @pytest.mark.parametrize("language", _LANGUAGES)
    def test_its_views_print(self, company: Trial, language: str) -> None:
        """Each, as a table and as data."""
        self._print_each(company, "view", language)

    @pytest.mark.parametrize("language", _LANGUAGES)
    def test_its_reports_print(self, company: Trial, language: str) -> None:
        """Each, as tables and as data."""
        self._print_each(company, "report", language)

    @pytest.mark.parametrize("language", _LANGUAGES)
    def test_its_records_and_values_are_listed(self, company: Trial, language: str) -> None:
        """Its record types, and its fields, metrics and schemes as columns; schemes also as counts, and explained."""
        for record in (*CORE_RECORDS, *(one.value for one in self._own(company, "record"))):
            fields = [one.name for one in self._own(company, "field") if one.value.on is record]
            answers = [one.name for kind in ("metric", "scheme") for one in self._own(company, kind)]
            columns = ["id", *fields, *(answers if record is Customer else ())]
            _print(company, language, type_of(record).name, "list", "--columns", ",".join(columns))
        for scheme in self._own(company, "scheme"):
            _print(company, language, "segments", scheme.name)
            for key, _ in company.crm.store.read().items("customer"):
                _print(company, language, "--sensitive", "explain", key, scheme.name)

    # -- what they share ---------------------------------------------------------------------------------------------

    def _meant(self) -> Plugin:
        if self.plugin is None:
            pytest.fail(f"{type(self).__name__} does not say which plugin is meant: set plugin = crm_acme")
        return self.plugin

    def _name(self, trial: Trial) -> str:
        match self._meant():
            case str() as name:
                return name
            case Path(stem=name):
                return name
            case ModuleType() as module:
                records = trial.crm.catalogue.plugins.records
                return next(one.name for one in records if one.module == module.__name__)

    def _own(self, trial: Trial, kind: str = "") -> tuple[Any, ...]:
        name = self._name(trial)
        found = (one for one in trial.crm.catalogue.contributions if one.plugin == name)
        return tuple(one for one in found if kind in {"", one.kind})

    def _print_each(self, company: Trial, kind: str, language: str) -> None:
        for declared in self._own(company, kind):
            _print(company, language, kind, declared.name)

    def _data(self, trial: Trial) -> dict[str, Any]:
        """Return what the store holds of the plugin: values of its fields by name, and its records."""
        reader = trial.crm.store.read()
        fields: dict[str, Any] = {}
        for field in self._own(trial, "field"):
            table = type_of(field.value.on).name
            for key, document in reader.items(table):
                if field.name in document.get("fields", {}):
                    fields.setdefault(field.name, {})[key] = document["fields"][field.name]
        records = {one.name: dict(reader.items(one.name)) for one in self._own(trial, "record")}
        return {"field": fields, "record": records}


def _edits(trial: Trial) -> Iterator[list[str]]:
    """Yield commands that change every record of the core."""
    reader = trial.crm.store.read()
    for record, option in (("customer", "--city"), ("purchase", "--channel"), ("interaction", "--agent")):
        for key, _ in reader.items(record):
            yield [record, "edit", key, option, "elsewhere"]


def _print(trial: Trial, language: str, *words: str) -> None:
    for form in ("table", "json"):
        ran = trial.run(["--lang", language, *words, "--format", form]).assert_ok()
        assert form != "json" or ran.json is not None
