"""What loading each plugin costs, measured while all of them are loaded."""

from collections.abc import Iterable, Iterator

from crmcore.plugging.costs import SLOW
from crmcore.plugging.plugins import PluginRecord
from crmcore.view import Table


def times(records: Iterable[PluginRecord]) -> Table:
    """Return the seconds and the new modules of each plugin, the most expensive first."""
    ordered = sorted(records, key=lambda one: (-one.seconds, one.name))
    rows = tuple((one.name, one.status, round(one.seconds, 4), one.modules) for one in ordered)
    return Table(("name", "status", "seconds", "modules"), rows)


def total(records: Iterable[PluginRecord]) -> str:
    """Return the sum in a sentence."""
    found = [one for one in records if one.seconds]
    seconds, modules = sum(one.seconds for one in found), sum(one.modules for one in found)
    return f"{len(found)} plugins were loaded in {seconds:.3f} s, with {modules} modules; a shared one counts once"


def slow(records: Iterable[PluginRecord]) -> Iterator[str]:
    """Yield a sentence for each plugin that takes long to load."""
    for one in records:
        if one.seconds > SLOW:
            yield (
                f"the plugin {one.name!r} took {one.seconds:.1f} s to load, more than {SLOW} s: whoever wrote it should "
                "import what is heavy inside the functions that use it; `python -X importtime` shows what that is"
            )
