"""What to do about a plugin that does not work."""

from typing import Final

from crmcore.errors import CrmError
from crmcore.plugging.plugins import PluginRecord, Plugins

SLOW: Final = 1.0
"""How many seconds loading a plugin may take before it is said; ours."""


def remedy(record: PluginRecord) -> str:
    """Return what to do so that a plugin works, or so that nobody hears of it; empty for one that works."""
    without = (
        f'do without it: disabled = ["{record.name}"] under [plugins] in crm.toml, or CRM_DISABLE_PLUGINS={record.name}'
    )
    update = f"`pip install --upgrade {record.distribution}`" if record.distribution else f"mend {record.file}"
    match record.status:
        case "active":
            return ""
        case "disabled":
            return "take that back to use it again"
        case "incompatible":
            return f"{update}, or {without}"
        case _ if record.distribution:
            return f"mend it, try {update}, or {without}"
        case _:
            return f"{update}, or {without}" if record.file else without


def broken(plugins: Plugins) -> tuple[PluginRecord, ...]:
    """Return the plugins that were to work and do not; a disabled one was not to."""
    return tuple(record for record in plugins.records if record.status not in {"active", "disabled"})


def refuse_broken(plugins: Plugins) -> None:
    """Raise `CrmError` that names every plugin that does not work, with its reason."""
    found = broken(plugins)
    if found:
        lines = (f"  - {record.name} ({record.status}): {record.reason}" for record in found)
        todo = "CRM_STRICT_PLUGINS makes this an error; `crm plugin show NAME` says what to do."
        raise CrmError("\n".join([f"{count_said(len(found))}:", *lines]), todo=todo)


def count_said(count: int) -> str:
    """Return how many plugins do not work, in words."""
    return f"{count} plugin{'s do' if count > 1 else ' does'} not work"


def warnings_of(record: PluginRecord) -> tuple[str, ...]:
    """Return what is to be said about a plugin although it may work: what it does that it should not, and how long."""
    slow = f"loading it takes {record.seconds:.1f} seconds: let it import what is heavy inside functions"
    return (*record.warnings, *((slow,) if record.seconds >= SLOW else ()))
