"""What is wrong with a declared thing itself: its name, and what it says it is made of."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from crmcore.entities import Record, RecordType
from crmcore.grammar.declare import Field, Metric, Rule, Scheme
from crmcore.grammar.expr import Predicate
from crmcore.hookspecs import EngineKind, StoreKind
from crmcore.labels import Label
from crmcore.plugging.contributions import Contribution
from crmcore.view import Report, View

_NAMES: Final = {
    "record": (re.compile(r"[a-z][a-z0-9_]*"), "small letters, digits and _"),
    "command": (re.compile(r"[a-z][a-z0-9_-]*"), "small letters, digits, - and _"),
    "store": (re.compile(r"[a-z][a-z0-9+.-]*"), "small letters, digits, +, . and -"),
    "engine": (re.compile(r"[a-z][a-z0-9_-]*"), "small letters, digits, - and _"),
}
"""The kinds whose names have no prefix, and how they may be spelt; the others are checked where they are declared."""


def malformed(item: Contribution) -> tuple[str, ...]:
    """Return a sentence for each thing that is wrong with a contribution; none if all is well."""
    start = f"the {item.kind} {item.name!r} ({item.place})"
    return tuple(f"{start} {problem}" for problem in (*_of_name(item), *_of_labels(item.value), *_of_value(item.value)))


def _of_name(item: Contribution) -> Iterator[str]:
    pattern, allowed = _NAMES.get(item.kind, (None, ""))
    if pattern and not pattern.fullmatch(item.name):
        yield f"has a name that cannot be used: it takes {allowed}, and begins with a letter"


def _of_labels(value: Any) -> Iterator[str]:
    for name in ("label", "doc", "message", "service", "offers", "treatment"):
        label = getattr(value, name, None)
        if isinstance(label, Label) and not all(isinstance(text, str) for pair in label.texts for text in pair):
            yield f'has a {name} that is no text: write {name}={{"en": "...", "zh": "..."}}'


def _of_value(value: Any) -> Iterator[str]:
    match value:
        case Field(on=on) | Rule(on=on) | View(on=on) if not _is_record_type(on):
            yield f"is on {on!r:.60}, which is no record type: use Customer, Purchase, or a class made with @record"
        case Rule(must=must) if not isinstance(must, Predicate):
            yield f"must hold {must!r:.60}, which is no rule: write one such as `amount >= 0`"
        case View():
            yield from _of_view(value)
        case EngineKind():
            yield from _of_engine(value)
        case Report(build=function) | StoreKind(open=function) if not callable(function):
            yield f"has {function!r:.60} where a function belongs"


def _of_engine(engine: EngineKind) -> Iterator[str]:
    for function in (engine.version, engine.open):
        if not callable(function):
            yield f"has {function!r:.60} where a function belongs"
    options = engine.options
    texts = (*options, *options.values()) if isinstance(options, Mapping) else (None,)
    if not all(isinstance(text, str) for text in texts):
        yield f"has the options {options!r:.60}: they are names, each with what it does"


def _of_view(view: View) -> Iterator[str]:
    listed = (*view.columns, *view.sums, *(() if view.group is None else (view.group,)))
    for column in listed:
        if not isinstance(column, str | Field | Metric | Scheme):
            yield f"lists {column!r:.60}: a column is a name, a field, a metric or a scheme"
    if view.where is not None and not isinstance(view.where, Predicate):
        yield f"shows rows where {view.where!r:.60}, which is no rule: write one such as `amount >= 0`"
    if not isinstance(view.sort, str) or not isinstance(view.bar, str):
        yield "names what it sorts by, or draws as a bar, by something that is no text"
    if view.limit is not None and (type(view.limit) is not int or view.limit < 0):
        yield f"has the limit {view.limit!r:.60}: it takes a number of rows, or None"


def _is_record_type(value: Any) -> bool:
    is_class = isinstance(value, type) and issubclass(value, Record)
    return is_class and isinstance(vars(value).get("__crm__"), RecordType)
