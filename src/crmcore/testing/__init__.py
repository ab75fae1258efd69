"""What plugin authors test with: a pytest plugin, opted into by one line of a ``conftest.py``.

::

    pytest_plugins = ["crmcore.testing"]

It gives one fixture, `crm_with`, and the names below to import; tests that do not ask for them see no difference. It
needs pytest, which ``crmcore[testing]`` brings.

- `given` says what is known of a customer; `placed`, `missing` and `valued` say what a scheme or metric makes of it,
  without a store and fast enough for long tables of examples.
- `crm_with` gives a `Trial`: a company of its own with exactly the plugins that are named, on a frozen day.
- `Conformance` is a class to inherit: the tests that every plugin should pass.
- `crmcore.testing.store_kit.StoreConformance` is the same for stores, `crmcore.testing.memory_store` a store to try
  things with.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from crmcore.testing.calls import Call
    from crmcore.testing.conformance import Conformance
    from crmcore.testing.examples import missing, placed, valued
    from crmcore.testing.givens import AS_OF, GivenCustomer, given
    from crmcore.testing.ran import Ran
    from crmcore.testing.trial import Trial

_HOMES = {
    "calls": ("Call",),
    "conformance": ("Conformance",),
    "examples": ("missing", "placed", "valued"),
    "givens": ("AS_OF", "GivenCustomer", "given"),
    "ran": ("Ran",),
    "trial": ("Trial",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "AS_OF",
    "Call",
    "Conformance",
    "GivenCustomer",
    "Ran",
    "Trial",
    "crm_with",
    "given",
    "missing",
    "placed",
    "valued",
]

# Assertions in these tell more when pytest has rewritten them.
_KITS = ("conformance", "store_backups", "store_base", "store_documents", "store_units")
pytest.register_assert_rewrite(*(f"{__name__}.{kit}" for kit in _KITS))


def __getattr__(name: str) -> Any:
    # Nothing of crmcore is imported before a test asks for it: what is imported earlier, coverage does not see.
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)


@pytest.fixture
def crm_with(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Callable[..., Trial]]":
    """Return a function that makes a company with exactly the given plugins: ``crm_with(crm_acme, "value_tier")``.

    A plugin is a module, the name of an installed one, or the path of a one-file plugin; all of them must be active.
    ``as_of`` freezes the day, ``currency``, ``zone`` and ``language`` are those of the company. Each call makes another
    company, in a folder of its own. See `Trial` for what can be done with it.
    """
    from contextlib import ExitStack  # noqa: PLC0415 - only where a test asks for it
    from pathlib import Path  # noqa: PLC0415 - the same

    from crmcore.testing.trial import opened_trial  # noqa: PLC0415 - the same

    here = Path.cwd()  # a trial is somewhere else
    with ExitStack() as stack:

        def crm_with(*plugins: Any, **options: Any) -> "Trial":
            __tracebackhide__ = True
            found = [here / plugin if isinstance(plugin, Path) else plugin for plugin in plugins]
            return stack.enter_context(opened_trial(tmp_path_factory.mktemp("crm"), found, **options))

        yield crm_with


def pytest_make_parametrize_id(val: Any) -> str | None:
    """Name the rows of a table of examples after what is given, unless its text differs from run to run."""
    if type(val).__module__ != f"{__name__}.givens" or " at 0x" in str(val):
        return None
    return str(val)
