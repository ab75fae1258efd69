"""The settings of the core and of the bundled plugins, and the validators of `crm plugin check`."""

from typing import Any

from crmcore.grammar.declare import Setting
from crmcore.plugging.catalogue import Catalogue, build_catalogue
from crmcore.plugging.loading import load_plugins


def catalogue() -> Catalogue:
    """Return what the core and all installed plugins contribute; all of them must work, or the page would have gaps."""
    found = build_catalogue(load_plugins())
    broken = [f"{one.name}: {one.reason}" for one in found.plugins.records if one.status != "active"]
    if broken:
        raise RuntimeError("; ".join(broken))
    return found


def settings() -> str:
    """Return a table of settings for the core and for each plugin."""
    found = catalogue()
    tables: dict[str, list[str]] = {}
    for name in found.names("setting"):
        owner = found.owner("setting", name)
        tables.setdefault(owner.plugin, []).append(_row(owner.value))
    head = "| setting | default | allowed | meaning |\n|---|---|---|---|"
    return "\n\n".join(f"### {plugin}\n\n{head}\n" + "\n".join(rows) for plugin, rows in tables.items()) + "\n"


def _row(setting: Setting) -> str:
    label = setting.label("en")
    meaning = setting.doc("en")
    default = f"`{_text(setting.default)}` {setting.unit}".strip()
    return f"| `{setting.name}` | {default} | {_allowed(setting)} | {': '.join(filter(None, (label, meaning)))} |"


def _allowed(setting: Setting) -> str:
    if setting.choices:
        return ", ".join(f"`{choice}`" for choice in setting.choices)
    if setting.least is not None and setting.greatest is not None:
        return f"{setting.least} to {setting.greatest}"
    if setting.least is not None:
        return f"from {setting.least}"
    return f"to {setting.greatest}" if setting.greatest is not None else ""


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def checks() -> str:
    """Return a table of the validators."""
    from crmcore.author import checking  # noqa: PLC0415 - only this page needs it

    rows = "\n".join(f"| `{one.id}` | {one.tier} | {one.level} | {one.doc} |" for one in checking.VALIDATORS)
    return f"| id | tier | level | what it asks |\n|---|---|---|---|\n{rows}\n"
