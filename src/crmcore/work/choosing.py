"""Which engine a run uses: the one that was asked for, else the configured one where it pays."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

from attrs import frozen

from crmcore.engines import Engine, EngineKind
from crmcore.errors import CrmError, UnknownName, UsageError
from crmcore.plugging.catalogue import Catalogue
from crmcore.plugging.contributions import Contribution
from crmcore.work.book import Book
from crmcore.work.row_engine import RowEngine

AUTO = "auto"
PYTHON = "python"
"""The core's own engine."""


@frozen(eq=False)
class Chosen:
    """An engine, what it runs on, and why it was chosen; ``plugin`` is empty for the core's own."""

    name: str
    engine: Engine
    version: str = ""
    plugin: str = ""
    why: str = ""

    @contextmanager
    def used(self) -> Iterator[None]:
        """Close the engine in the end, and blame it for what it raises."""
        with blaming(self.name, self.plugin), closing(self.engine):
            yield


@contextmanager
def blaming(engine: str, plugin: str) -> Iterator[None]:
    """Turn whatever an engine of a plugin raises into an error that names both, except what is meant for people."""
    try:
        yield
    except CrmError:
        raise
    except Exception as error:
        if not plugin:
            raise
        what = str(error).strip().partition("\n")[0] or type(error).__name__
        raise CrmError(
            f"the engine {engine!r} of the plugin {plugin!r} failed: {what}",
            todo="Nothing was written. --debug shows the details; `--engine python` does without it.",
        ) from error


@frozen(eq=False)
class Engines:
    """The engines that there are, and what was said of them.

    ``asked`` comes with the run and always counts; ``usual`` is the setting, which counts from ``bulk_from`` customers
    on, and is named with the setting where it is wrong. Without a ``book`` the core's own engine has nothing to read.
    """

    catalogue: Catalogue
    book: Book | None
    asked: str = ""
    options: Mapping[str, str] = {}
    usual: str = AUTO
    bulk_from: int = 0

    def names(self) -> tuple[str, ...]:
        """Return what can be asked for."""
        return (AUTO, PYTHON, *(one.name for one in engines_in(self.catalogue)))

    def choose(self, customers: int | None) -> Chosen:
        """Return the engine for a run that evaluates so many customers, None for a folder of files."""
        if self.options and self.asked in {"", AUTO, PYTHON}:
            given = " ".join(f"{name}={value}" for name, value in self.options.items())
            raise UsageError(f"{given} is said to no engine", todo="Name the one that it is for with --engine.")
        if self.asked not in {"", AUTO}:
            return self._opened(self.asked, "asked for")
        if self.usual not in self.names():
            raise UnknownName("engine", self.usual, self.names(), todo="It is the value of the setting crm.engine.")
        if self.usual == PYTHON:
            return self._opened(PYTHON, "by the setting crm.engine")
        if customers is not None and customers < self.bulk_from:
            few = f"{customers} to evaluate, other engines from {self.bulk_from} on (setting crm.bulk_from)"
            return self._opened(PYTHON, few)
        if self.usual != AUTO:
            return self._opened(self.usual, "by the setting crm.engine")
        found = next((one.name for one in engines_in(self.catalogue) if not state_of(one)[1]), PYTHON)
        return self._opened(found, "the first that is installed")

    def _opened(self, name: str, why: str) -> Chosen:
        if name == PYTHON and self.book is None:
            todo = "Install crm-bulk, and name another with --engine; `crm classify --engines` lists them."
            raise UsageError("the engine python reads stores, not folders of files", todo=todo)
        if name == PYTHON and self.book is not None:
            return Chosen(PYTHON, RowEngine(self.book), why=why)
        if name not in self.names():
            raise UnknownName("engine", name, self.names(), todo="`crm classify --engines` lists them.")
        owner, kind = self.catalogue.owner("engine", name), self.catalogue.engine(name)
        wrong = next((option for option in self.options if option not in kind.options), None)
        if wrong is not None:
            raise UnknownName(f"option of the engine {name}", wrong, kind.options)
        with blaming(name, owner.plugin):
            return Chosen(name, kind.open(self.options), kind.version(), owner.plugin, why)


def engines_in(catalogue: Catalogue) -> tuple[Contribution, ...]:
    """Return the engines of plugins, in the order in which their plugins return them."""
    return tuple(one for one in catalogue.contributions if one.kind == "engine")


def state_of(engine: Contribution) -> tuple[str, str]:
    """Return on what an engine runs, and what is wrong if it cannot; one of them is empty."""
    kind: EngineKind = engine.value
    try:
        with blaming(engine.name, engine.plugin):
            return kind.version(), ""
    except CrmError as error:
        return "", " ".join(f"{error.message} {error.todo}".split())
