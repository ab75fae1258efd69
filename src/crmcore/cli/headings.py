"""What people read above a column: its label, that of what is kept of it, or those on the way through references."""

from typing import Any, Final

from crmcore.desk.listed_columns import end_of
from crmcore.entities import Record, type_of
from crmcore.labels import Label
from crmcore.plugging.catalogue import Catalogue
from crmcore.records import Task
from crmcore.speech.words import in_sentence
from crmcore.view import Listed, listed_name

_KEPT: Final[dict[str, Any]] = {
    "version": (("en", "Version"), ("zh", "版本")),
    "created": (("en", "Created"), ("zh", "创建时间")),
    "created.actor": (("en", "Created by"), ("zh", "创建者")),
    "changed": (("en", "Changed"), ("zh", "修改时间")),
    "changed.actor": (("en", "Changed by"), ("zh", "修改者")),
}
_OF_TASK: Final[dict[str, Any]] = {
    "playbook": (("en", "Playbook"), ("zh", "维护方案")),
    "overdue": (("en", "Days overdue"), ("zh", "逾期天数")),
}
_PARTS: Final[dict[str, Any]] = {
    "missing": (("en", "{scheme}: missing"), ("zh", "{scheme}：缺少")),
    "since": (("en", "{scheme}: since"), ("zh", "{scheme}：起始")),
    "review_on": (("en", "{scheme}: review on"), ("zh", "{scheme}：复核日期")),
    "answer": (("en", "{scheme}: by the rules"), ("zh", "{scheme}：规则结果")),
}


def heading(listed: Listed, record: type[Record], catalogue: Catalogue, language: str) -> str:
    """Return a column's label; through references with theirs before it: Customer name, 客户名称."""
    through, owner, own = end_of(listed_name(listed), record, catalogue)
    first, *others = (
        *(step.label(language, step.name) for step in through),
        _label(listed if not isinstance(listed, str) else own, owner, catalogue, language),
    )
    return "".join((first, *others)) if language == "zh" else " ".join((first, *map(in_sentence, others)))


def _label(listed: Listed, record: type[Record], catalogue: Catalogue, language: str) -> str:
    if not isinstance(listed, str):
        return listed.label(language, listed.name)
    column = type_of(record).column(listed)
    if column is not None:
        return column.label(language, listed)
    kept = {**_KEPT, **_OF_TASK} if record is Task else _KEPT
    if listed in kept:
        return Label(kept[listed])(language)
    for kind in ("field", "metric", "scheme"):
        if listed in catalogue.names(kind):
            label: Label = catalogue.owner(kind, listed).value.label
            return label(language, listed)
    scheme, _, part = listed.rpartition(".")
    if part in _PARTS and scheme in catalogue.names("scheme"):
        return Label(_PARTS[part])(language).format(scheme=catalogue.scheme(scheme).label(language, scheme))
    return listed
