"""The contract with plugins: every hook is documented in one way, and its example is a working plugin."""

import doctest
import inspect
import types
from datetime import date

import pytest

import crmcore
from crmcore import hookspecs
from crmcore.evaluation.placements import Move
from crmcore.plugging.catalogue import build_catalogue
from crmcore.plugging.contributions import HOOK_OF
from crmcore.plugging.hookcheck import HOOKS
from crmcore.plugging.loading import load_plugins
from crmcore.store import Change

FACTS = {
    "crm_committed": {"changes": (Change("customer", "c1", {"name": "Ada"}, None),)},
    "crm_placements_changed": {"moves": (Move("c1", "a.b", "won", "lost", date(2026, 1, 31), "data"),)},
}
HEADINGS = ["When:", "Return:", "Conflicts:", "On error:"]


def docs_of(hook):
    return inspect.getdoc(getattr(hookspecs, hook))


def example_of(hook):
    """Run a hook's example with the public names only, and return what it defined as a plugin."""
    names = {name: getattr(crmcore, name) for name in crmcore.__all__} | {"StoreKind": hookspecs.StoreKind}
    test = doctest.DocTestParser().get_doctest(docs_of(hook), names, hook, None, 0)
    assert test.examples
    runner = doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF)
    outcome = runner.run(test, clear_globs=False)
    assert outcome.failed == 0
    module = types.ModuleType("crm_northwind")
    vars(module).update({name: value for name, value in test.globs.items() if name not in names})
    return module


def test_every_hook_of_the_design_that_the_core_honours_is_there():
    assert set(HOOKS) == {*HOOK_OF.values(), *FACTS}


def test_all_public_names_are_listed():
    made_here = {
        name for name, value in vars(hookspecs).items() if getattr(value, "__module__", "") == hookspecs.__name__
    }
    assert set(hookspecs.__all__) == made_here | {"ENTRY_POINT_GROUP", "hookimpl", "hookspec"}


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_says_what_when_which_conflicts_and_what_happens_on_error(hook):
    first, blank, *rest = docs_of(hook).splitlines()
    assert first.endswith(".")
    assert first.split()[0] in {"Add", "Act"}
    assert blank == ""
    assert [line.split(": ")[0] + ":" for line in rest[:4]] == HEADINGS


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_typed_and_has_a_neutral_body(hook):
    function = getattr(hookspecs, hook)
    annotations = function.__annotations__
    assert set(annotations) == {*HOOKS[hook], "return"}
    assert not function(*((),) * len(HOOKS[hook]))


@pytest.mark.parametrize("hook", HOOKS)
def test_every_example_is_short(hook):
    lines = [line for line in docs_of(hook).splitlines() if line.startswith((">>>", "..."))]
    assert 1 <= len(lines) <= 6


@pytest.mark.parametrize(("kind", "hook"), HOOK_OF.items())
def test_the_example_of_a_contribution_hook_is_a_plugin_that_works(kind, hook):
    plugins = load_plugins(only=[example_of(hook)])
    catalogue = build_catalogue(plugins)
    assert [(record.name, record.status, record.reason) for record in catalogue.plugins.records] == [
        ("northwind", "active", "")
    ]
    assert [item.kind for item in plugins.contributions] == [kind]
    (item,) = plugins.contributions
    assert catalogue.owner(kind, item.name).value is item.value


@pytest.mark.parametrize("event", FACTS)
def test_the_example_of_an_event_hears_it(event):
    plugins = load_plugins(only=[example_of(event)])
    assert plugins.listeners(event) == ("northwind",)
    assert plugins.tell("northwind", event, **FACTS[event]) is None
