"""The divisions of China after GB/T 2260, and where a customer lies by the names that were entered."""

import csv
import re
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Final

from attrs import define, frozen

from .provinces import PROVINCES

_PEOPLES: Final = (
    "蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 "
    "羌 布朗 撒拉 毛南 仡佬 锡伯 普米 塔吉克 怒 鄂温克 保安 裕固 鄂伦春 独龙 各"
).replace(" ", "|")
_AUTONOMOUS: Final = re.compile(rf"(.{{2,}}?)(?:(?:{_PEOPLES})族?)+自治[州县旗]")
_SUFFIX: Final = re.compile(r"(.{2,}?)(?:地区|[市区县旗盟州])")


@frozen
class Located:
    """A place in China: the official names of its levels as far as they are known, and the code of the finest."""

    code: str
    province: str
    city: str | None = None
    district: str | None = None


@frozen
class NotLocated:
    """Why names do not lead to one place, in a sentence for people."""

    reason: str


def short_name(name: str) -> str:
    """Return the name without what kind of division it is: 苏州 for 苏州市, 延边 for 延边朝鲜族自治州."""
    found = _AUTONOMOUS.fullmatch(name) or _SUFFIX.fullmatch(name)
    return found[1] if found else name


def level_of(code: str) -> str:
    """Return province, city or district."""
    return "province" if code.endswith("0000") else "city" if code.endswith("00") else "district"


def spellings(name: str) -> set[str]:
    """Return every text that means a division of this name; 延边州 is 延边朝鲜族自治州."""
    short = short_name(name)
    return {name, short, f"{short}州"} if name.endswith("自治州") else {name, short}


@define(slots=False)
class Divisions:
    """All divisions by code."""

    names: Mapping[str, str]

    @cached_property
    def provinces(self) -> Mapping[str, str]:
        """The code of a province by each of its spellings, in small letters."""
        return {text.casefold(): each.code for each in PROVINCES for text in each.spellings}

    @cached_property
    def spelt(self) -> Mapping[tuple[str, str], list[str]]:
        """The codes by level and text."""
        found: dict[tuple[str, str], list[str]] = {}
        for code, name in self.names.items():
            for text in spellings(name):
                found.setdefault((level_of(code), text), []).append(code)
        return found

    def called(self, text: str, codes: Iterable[str], level: str) -> list[str]:
        """Return the codes of a level inside the given divisions that a text means."""
        starts = tuple(code[:2] if code.endswith("0000") else code[:4] for code in codes)
        return [code for code in self.spelt.get((level, text), ()) if code.startswith(starts)]

    def located(self, code: str) -> Located:
        """Return the official names of a division and of those that contain it."""
        top, middle = f"{code[:2]}0000", f"{code[:4]}00"
        province = self.names[top]
        # The districts of a municipality lie in no other city; some counties lie in the province itself.
        city = self.names.get(middle) if middle != top else None
        if city is None and province.endswith("市") and code != top:
            city = province
        return Located(code, province, city, self.names[code] if level_of(code) == "district" else None)

    def locate(self, province: str | None, city: str | None, district: str | None) -> Located | NotLocated:
        """Return the one place that names mean, written out or short; nothing is guessed where there are several."""
        found = [each.code for each in PROVINCES]
        if province:
            top = self.provinces.get(province.strip().casefold())
            if top is None:
                return NotLocated(f"no province is called {province!r}")
            found = [top]
        for text, level in ((city, "city"), (district, "district")):
            if text:
                inside = found
                found = self._inside(text.strip(), inside, level)
                if not found:
                    return NotLocated(f"nothing in {self._names(inside)} is called {text!r}")
        if len(found) == 1 and (province or city or district):
            return self.located(found[0])
        if not (province or city or district):
            return NotLocated("no province, city or district is entered")
        return NotLocated(f"several places are meant: {self._names(found)}")

    def _inside(self, text: str, codes: list[str], level: str) -> list[str]:
        """Return what a text means inside divisions: at its level; a municipality as its own city; a city of a county's rank."""
        exact = self.called(text, codes, level)
        if exact or level == "district":
            return exact
        municipalities = [code for code in self.called(text, codes, "province") if self.names[code].endswith("市")]
        return municipalities or self.called(text, codes, "district")

    def _names(self, codes: list[str]) -> str:
        if len(codes) == len(PROVINCES):
            return "China"
        listed = ", ".join("".join(filter(None, self._path(code))) for code in codes[:3])
        return listed if len(codes) <= 3 else f"{listed} ..."

    def _path(self, code: str) -> tuple[str | None, ...]:
        place = self.located(code)
        return (place.province, place.city if place.city != place.province else None, place.district)


@lru_cache(1)
def divisions() -> Divisions:
    """Return the shipped table, which is read when it is first used."""
    text = files(__package__).joinpath("data", "divisions.csv").read_text(encoding="utf-8")
    return Divisions({row["code"]: row["name"] for row in csv.DictReader(text.splitlines())})
