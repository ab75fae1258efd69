"""A section of crm.toml with every setting: what it means, what it may be, and its default, commented out."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import groupby
from types import MappingProxyType
from typing import Any, Final

from crmcore.grammar.declare import Setting
from crmcore.plugging.setting_sources import variable_of

_WORDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "en": {
            "bool": "true or false",
            "int": "a whole number",
            "Decimal": "a number",
            "str": "a text",
            "date": "a date",
            "least": "{} or more",
            "greatest": "{} or less",
            "both": "from {} to {}",
            "choices": "one of {}",
            "unit": "in {}",
            "secret": 'a secret: {"$env" = "NAME"} or {"$file" = "PATH"}',
            "rule": "rules use it: `crm config apply` puts it into force",
            "plain": "or: {}",
            "head": "Every line shows a default. Take the # before a name away to set something else.",
        },
        "zh": {
            "bool": "true 或 false",
            "int": "整数",
            "Decimal": "数字",
            "str": "文本",
            "date": "日期",
            "least": "不小于 {}",
            "greatest": "不大于 {}",
            "both": "从 {} 到 {}",
            "choices": "可选 {}",
            "unit": "单位：{}",
            "secret": '机密：{"$env" = "NAME"} 或 {"$file" = "PATH"}',
            "rule": "规则使用它：运行 `crm config apply` 后生效",
            "plain": "或：{}",
            "head": "每行给出默认值。去掉名称前的 # 即可另行设置。",
        },
    }
)


def template_of(settings: Iterable[Setting], of_rules: Collection[str], language: str) -> str:
    """Return the sections for some settings, ordered by name; ``of_rules`` names those that rules use."""
    words = _WORDS.get(language, _WORDS["en"])
    lines = [f"# {words['head']}"]
    for plugin, group in groupby(settings, key=lambda one: one.name.partition(".")[0]):
        lines += ["", f"[settings.{plugin}]"]
        for setting in group:
            lines += ["", *_described(setting, setting.name in of_rules, words, language)]
    return "\n".join(lines) + "\n"


def _described(setting: Setting, of_rules: bool, words: Mapping[str, str], language: str) -> Iterator[str]:  # noqa: FBT001 - private
    name = setting.name.partition(".")[2]
    for text in (setting.label(language), setting.doc(language)):
        yield from (f"# {shown}" for line in text.split("\n") if (shown := _plain(line)))
    facts = [words["secret"]] if setting.secret else list(_facts(setting, words))
    way = words["rule"] if of_rules else words["plain"].format(variable_of(setting.name))
    yield f"# {_plain('; '.join((', '.join(facts), way)))}"
    yield f"#{name} = {written(setting.default)}"


def _facts(setting: Setting, words: Mapping[str, str]) -> Iterator[str]:
    if setting.choices:
        yield words["choices"].format(", ".join(map(written, setting.choices)))
    else:
        yield words[type(setting.default).__name__]
    least, greatest = setting.least, setting.greatest
    if least is not None and greatest is not None:
        yield words["both"].format(written(least), written(greatest))
    elif least is not None:
        yield words["least"].format(written(least))
    elif greatest is not None:
        yield words["greatest"].format(written(greatest))
    if setting.unit:
        yield words["unit"].format(setting.unit)


def written(value: Any) -> str:
    """Return a value as crm.toml takes it."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _plain(text: str) -> str:
    """Return a text that can stand in a comment."""
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text).strip()
