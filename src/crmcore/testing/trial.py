"""A company of one's own for a test: exactly the named plugins, a store in a temporary folder, a frozen day."""

import shlex
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs
import pytest
from attrs import define, field

from crmcore.app import Crm
from crmcore.entities import Record
from crmcore.errors import CrmError, UsageError
from crmcore.grammar.declare import Scheme, Setting
from crmcore.opening import create
from crmcore.plugging.catalogue import Catalogue, build_catalogue
from crmcore.plugging.config import Config
from crmcore.plugging.configfile import Given
from crmcore.plugging.distributions import Candidate
from crmcore.plugging.loading import load_plugins
from crmcore.plugging.plain_settings import PlainSettings
from crmcore.plugging.setting_sources import Sources, variable_of
from crmcore.plugging.setting_values import checked_settings
from crmcore.records import Customer
from crmcore.storage.tinydb_store import open_tinydb
from crmcore.testing.calls import Call, Recorder, contributed, known_hook
from crmcore.testing.givens import AS_OF, GivenCustomer, given
from crmcore.testing.ran import Ran
from crmcore.testing.surroundings import ACTOR, surroundings
from crmcore.work.classifying import Run
from crmcore.work.company import company

Plugin = str | ModuleType | Path
"""A module, the name of an installed plugin, or the path of a one-file plugin."""

_STORE: Final = "crm.json"


@define
class Noon:
    """A clock that stands at noon of a day."""

    day: date
    zone: ZoneInfo

    def __call__(self) -> datetime:
        """Return that moment, in UTC."""
        return datetime.combine(self.day, time(12), self.zone).astimezone(UTC)


@define(eq=False)
class Trial:
    """A company with the plugins of one test, made by the fixture `crm_with`.

    It lives in ``folder``, which is the current one, and its day is ``as_of``: noon in the company's zone, for commands
    too. Setting ``as_of`` to a later date lets time pass. ``crm`` is the CRM itself, for whatever else is to be done.
    """

    folder: Path
    crm: Crm = field(repr=False)
    _plugins: tuple[Plugin, ...] = field(repr=False)
    _clock: Noon = field(repr=False)
    _calls: list[Call] = field(repr=False)
    _variables: dict[str, str] = field(repr=False)

    @property
    def as_of(self) -> date:
        """The day on which the trial takes place."""
        return self._clock.day

    @as_of.setter
    def as_of(self, day: date) -> None:
        self._clock.day = day

    # -- what there is -----------------------------------------------------------------------------------------------

    def customer(self, id_: str, facts: GivenCustomer | None = None, **columns: Any) -> Customer:
        """Enter a customer with everything that is ``given`` of it; returns it as it was stored.

        Keywords are core columns, on top of those given. Raises what `given` and a commit raise.
        """
        checked = given(**columns).columns
        if checked.get("id", id_) != id_ or (facts and facts.columns.get("id", id_) != id_):
            raise UsageError(f"the customer {id_!r} is given another id; leave out one of them")
        records = (facts or given()).all_records(id_, self.as_of, self.crm.catalogue.field, **checked)
        customer: Customer = self.add(*records)[0]
        return customer

    def add(self, *records: Record) -> tuple[Any, ...]:
        """Enter records in one commit; returns them as they were stored, with their ids."""
        with self.crm.unit("test") as unit:
            return tuple(unit.add(record) for record in records)

    def set(self, setting: Setting | str, value: Any) -> None:
        """Give a setting the company's own value.

        One that rules use is recorded, as ``crm config apply`` does; another one is set as by its environment variable,
        for commands too. Raises `UnknownName`, and `Invalid` for a value that it cannot have.
        """
        declared = self.crm.catalogue.setting(setting if isinstance(setting, str) else setting.name)
        if declared.name in self.crm.catalogue.rule_settings:
            self.crm.apply_settings({declared.name: value})
            return
        checked_settings({declared.name: Given(value, "")}, {declared.name: declared})
        self._variables[variable_of(declared.name)] = str(value).lower() if isinstance(value, bool) else str(value)
        self.crm.plain = PlainSettings(self.crm.catalogue, self.crm.sources)  # which looks everything up anew

    # -- what becomes of it ------------------------------------------------------------------------------------------

    def classify(self, *, full: bool = False) -> Run:
        """Place everybody as of the trial's day, as ``crm classify`` does."""
        return self.crm.classify(full=full)

    def segment(self, customer: str, scheme: Scheme | str) -> str | None:
        """Return the segment in which a customer is placed; None is "cannot tell".

        Raises `NotFound` for a customer that does not exist, `UnknownName` for a scheme, and `CrmError` where the
        customer was not placed at all.
        """
        name = scheme if isinstance(scheme, str) else scheme.name
        known = self.crm.state().customer(customer)
        placement = self.crm.timeline(known.id, name).current
        if placement is None:
            why = "it is archived" if known.archived_at else "call trial.classify() first"
            raise CrmError(f"customer {customer!r} is not placed in {name}: {why}")
        return placement.segment

    def run(self, command: str | Sequence[str], *, input: str | bytes | None = None) -> Ran:  # noqa: A002 - as click calls it
        """Run a command line, without the word ``crm``: ``trial.run("customer list --format json")``.

        It runs in this process, with the trial's plugins, store and day. A list of words is taken as it is; ``input``
        is what the command reads from stdin.
        """
        from click.testing import CliRunner  # noqa: PLC0415 - not every test runs commands

        from crmcore.cli.context import Stage  # noqa: PLC0415 - the same
        from crmcore.cli.main import cli  # noqa: PLC0415 - the same

        words = shlex.split(command) if isinstance(command, str) else list(command)
        stage = Stage(self._staged, self._clock)
        with surroundings(self.folder, self.crm.language, self._variables):
            done = CliRunner().invoke(cli, words, input=input, prog_name="crm", obj=stage)
        return Ran(done.exit_code, done.stdout, done.stderr, tuple(words))

    def calls(self, hook: str) -> tuple[Call, ...]:
        """Return the calls of a hook, oldest first: what each plugin was told, and what it returned.

        Contribution hooks are called once, when the company is opened; events are told after each commit.
        """
        name = known_hook(hook)
        return tuple(call for call in self._calls if call.hook == name)

    def _staged(self, config: Config, wanted: bool) -> Catalogue:  # noqa: FBT001 - as a stage is asked
        """Return what a command works with: the trial's plugins, less those that it is to do without."""
        if wanted and not config.disabled:
            return self.crm.catalogue
        return _recorded(load(self._plugins if wanted else (), config), self._calls)


@contextmanager
def opened_trial(  # noqa: PLR0913 - keyword-only facts of one company
    folder: Path,
    plugins: Sequence[Plugin],
    *,
    as_of: date = AS_OF,
    currency: str = "EUR",
    zone: str = "UTC",
    language: str = "en",
) -> Iterator[Trial]:
    """Make a company in an empty folder and work there; fails the test unless all plugins are active."""
    __tracebackhide__ = True
    with surroundings(folder, language):
        catalogue = load(plugins)
        _check_active(catalogue)
        modules = (one for one in plugins if isinstance(one, ModuleType))
        calls = [*contributed(catalogue.plugins, modules)]
        started = company(currency, zone)
        clock = Noon(as_of, started.zone)
        store = open_tinydb(f"tinydb:///{folder / _STORE}")
        variables: dict[str, str] = {}
        sources = Sources(environ=variables)
        crm = Crm(store, _recorded(catalogue, calls), ACTOR, language, clock=clock, sources=sources)
        create(crm, started)
        yield Trial(folder, crm, tuple(plugins), clock, calls, variables)


def load(plugins: Iterable[Plugin], config: Config | None = None) -> Catalogue:
    """Return what exactly these plugins contribute; raises `UnknownName` for one that is not installed."""
    wanted = [Candidate(one.stem, one.absolute()) if isinstance(one, Path) else one for one in plugins]
    return build_catalogue(load_plugins(only=wanted, disabled=config.disabled if config else {}))


def _recorded(catalogue: Catalogue, calls: list[Call]) -> Catalogue:
    recorder: Any = Recorder(catalogue.plugins, calls)
    return attrs.evolve(catalogue, plugins=recorder)


def _check_active(catalogue: Catalogue) -> None:
    __tracebackhide__ = True
    wrong = [one for one in catalogue.plugins.records if one.status != "active"]
    if wrong:
        told = [f"plugin {one.name!r} is not active ({one.status}): {one.reason}\n{one.traceback}" for one in wrong]
        pytest.fail("\n".join(["crm_with(...) takes plugins that work:", *(text.rstrip() for text in told)]))
