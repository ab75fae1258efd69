"""Which scheme of which plugin stands for each class of the sources, what it looks at, and what the source does about it.

A plugin says in its README which classes it implements, in a table whose rows begin with the class's id; everything else
comes from what it declares.
"""

import re
from pathlib import Path
from typing import Final

from attrs import frozen
from reference_settings import catalogue

from crmcore.entities import ColumnType, type_of
from crmcore.grammar.declare import Metric, Scheme, Segment
from crmcore.grammar.expr import Column, Rows
from crmcore.grammar.walk import needs, rules_of
from crmcore.plugging.catalogue import Catalogue

PLUGINS: Final = Path(__file__).parents[2] / "plugins"
_ROW: Final = re.compile(r"^\| ([SO]\d+(?:\.\d+[a-z]?)?) \| ([^|]+) \|", re.MULTILINE)


@frozen
class Claim:
    """That a scheme, one of its segments, a metric, or a column of a record type stands for a class of the sources."""

    id: str
    target: str
    plugin: str


def claims() -> tuple[Claim, ...]:
    """Return what the plugins' READMEs say that they implement, by id."""
    found = [
        Claim(key, target.strip(" `"), path.parent.name)
        for path in sorted(PLUGINS.glob("*/README.md"))
        for key, targets in _ROW.findall(path.read_text(encoding="utf-8"))
        for target in targets.split(",")
    ]
    return tuple(sorted(found, key=lambda claim: claim.id))


def named_by(claim: Claim, found: Catalogue) -> Scheme | Segment | Metric | ColumnType:
    """Return what a claim names. Raises `UnknownName`."""
    scheme, segment = target_of(claim, found)
    if scheme:
        return segment or scheme
    record, _, column = claim.target.partition(".")
    facts = type_of(found.record(record)).column(column) if record in found.names("record") else None
    return facts or found.metric(claim.target)


def target_of(claim: Claim, found: Catalogue) -> tuple[Scheme | None, Segment | None]:
    """Return the scheme and segment that a claim names; neither for a metric or column. Raises `UnknownName`."""
    plugin, short, *segment = claim.target.split(".")
    if not segment and (f"{plugin}.{short}" in found.names("metric") or plugin in found.names("record")):
        return None, None
    scheme = found.scheme(f"{plugin}.{short}")
    return scheme, scheme.segment(segment[0]) if segment else None


def schemes() -> str:
    """Return the table of classes."""
    found = catalogue()
    head = "| id | plugin | scheme | segments | treatment that the source states |\n|---|---|---|---|---|\n"
    return head + "\n".join(_row(claim, found) for claim in claims()) + "\n"


def _row(claim: Claim, found: Catalogue) -> str:
    scheme, segment = target_of(claim, found)
    if scheme is None:
        return f"| {claim.id} | {claim.plugin} | `{claim.target}` | {_both(named_by(claim, found).label)} | |"
    meant = (segment,) if segment else scheme.segments
    names = "; ".join(f"`{one.name}` {_both(one.label)}" for one in meant)
    return f"| {claim.id} | {claim.plugin} | `{scheme.name}` | {names} | {treatment_of(scheme, meant, found)} |"


def _both(label: object) -> str:
    english, chinese = label("en"), label("zh")  # type: ignore[operator]
    return f"{english} {chinese}".strip()


def treatment_of(scheme: Scheme, segments: tuple[Segment, ...], found: Catalogue) -> str:
    """Return what playbooks and segments say that the source does, each text once; nothing where it says nothing."""
    wanted = {segment.name for segment in segments}
    books = (book for book in found.values("playbook") if book.scheme.name == scheme.name and book.segment in wanted)
    texts = [*(segment.treatment("en") for segment in segments), *(book.treatment("en") for book in books)]
    return " ".join(dict.fromkeys(filter(None, texts)))


def facts() -> str:
    """Return the table of what each scheme looks at."""
    found = catalogue()
    head = "| scheme | facts | settings |\n|---|---|---|\n"
    return head + "\n".join(_facts(found.scheme(name)) for name in found.names("scheme")) + "\n"


def _facts(scheme: Scheme) -> str:
    needed = needs(*rules_of(scheme))
    columns = dict.fromkeys(map(_column, needed.columns))
    counted = (name for name in map(_counted, needed.rows) if not any(one.startswith(f"{name}.") for one in columns))
    names = (*columns, *counted, *(field.name for field in needed.fields))
    read = ", ".join(f"`{name}`" for name in dict.fromkeys(names) if name)
    settings = ", ".join(f"`{one.name}` {one.default}" for one in needed.settings)
    return f"| `{scheme.name}` | {read} | {settings} |"


def _column(column: Column) -> str:
    return ".".join((type_of(column.source_rows.record_class).name, *(step.name for step in column.steps)))


def _counted(rows: Rows) -> str:
    """Return what is counted; the customer itself is not."""
    return "" if rows.is_customer else type_of(rows.record_class).name
