"""Working while plugins are missing: what is refused, and what tables say of it."""

from collections.abc import Iterable
from typing import Final

from crmcore.app import Crm
from crmcore.errors import CrmError, Invalid, Problem
from crmcore.plugging.catalogue import Catalogue
from crmcore.work.absent import Missing, absent_in
from crmcore.work.placing import is_behind, state_of
from crmcore.work.state import State

_CHINESE: Final = "zh"
_KINDS_ZH: Final = {"schemes": "分类方案", "fields": "字段", "records": "记录"}
_STATES_ZH: Final = {
    "failed": "失败",
    "disabled": "已停用",
    "incompatible": "不兼容",
    "conflict": "冲突",
    "not installed": "未安装",
}


def refuse_absent(crm: Crm, names: Iterable[str]) -> None:
    """Raise `Invalid` if one of these names is a field of a plugin that takes no part."""
    dotted = [name for name in names if "." in name]
    if not dotted:
        return
    absent = absent_in(crm.store.read(), crm.catalogue.plugins)
    problems = [Problem(reason, column=name) for name in dotted if (reason := absent.refusal("field", name))]
    if problems:
        raise Invalid(problems, todo="Nothing was written.")


def refuse_absent_record(crm: Crm, name: str) -> None:
    """Raise `CrmError` if this is a record type of a plugin that takes no part."""
    if name not in crm.catalogue.names("record"):
        absent = absent_in(crm.store.read(), crm.catalogue.plugins)
        if reason := absent.refusal("record", name):
            raise CrmError(f"records of type {name}: {reason}")


def banner(state: State, catalogue: Catalogue, language: str) -> tuple[str, ...]:
    """Return what has to stand before a table of the company's data: which plugins are missing, and what is stale."""
    missing = absent_in(state.reader, catalogue.plugins).missing()
    schemes, settings = catalogue.values("scheme"), state.world.settings
    stale = [one.name for one in schemes if is_behind(state_of(state.reader, one.name), one, settings)]
    is_chinese = language == _CHINESE
    lines = [(_chinese if is_chinese else _english)(missing)] if missing else []
    if stale:
        text = "未重新分类：{}；请运行 `crm classify`" if is_chinese else "not placed anew: {}; run `crm classify`"
        lines.append(text.format(", ".join(stale)))
    return tuple(lines)


def _english(missing: tuple[Missing, ...]) -> str:
    one = len(missing) == 1
    listed = ", ".join(f"{each.plugin} ({each.status})" for each in missing)
    kinds = list(dict.fromkeys(kind for each in missing for kind in each.kinds))
    lost = f"; {'its' if one else 'their'} {' and '.join(kinds)} are not shown" if kinds else ""
    return f"{len(missing)} plugin{' does' if one else 's do'} not work: {listed}{lost}"


def _chinese(missing: tuple[Missing, ...]) -> str:
    listed = "、".join(f"{each.plugin}（{_STATES_ZH[each.status]}）" for each in missing)
    kinds = dict.fromkeys(_KINDS_ZH[kind] for each in missing for kind in each.kinds)
    lost = f"；其{'、'.join(kinds)}未显示" if kinds else ""
    return f"{len(missing)} 个插件不可用：{listed}{lost}"
