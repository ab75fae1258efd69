"""What thirty schemes look at, added to the files of generate.py: places, traits, needs, channels and answers; seeded."""

from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

PLACES: Final = (
    *(
        "江苏",
        "江苏省",
        "Jiangsu",
        "浙江省",
        "北京",
        "上海市",
        "广东",
        "四川",
        "Hubei",
        "辽宁",
        "陕西省",
        "新疆",
        "香港",
        "Bayern",
    ),
)
COUNTRIES: Final = ("China", "中国", "CN", "Germany")
CITIES: Final = ("苏州", "杭州", "北京", "广州", "成都")
DISTRICTS: Final = ("朝阳区", "玄武区")
SOURCES: Final = ("WeChat", "微博", "Google Ads", "广告", "Recommended by a friend", "trade fair")
SALES: Final = ("Online shop", "Store Berlin", "Telephone", "线上商城", "market stall")
WAYS: Final = ("E-mail", "phone", "call centre", "WeChat", "visit", "web form", "letter", "pigeon")
TRAITS: Final = {
    "profile.sex": ("female", "male", "other"),
    "profile.preference": ("price", "quality", "brand", "novelty", "convenience"),
    "profile.judged_temperament": ("sanguine", "choleric", "phlegmatic", "melancholic"),
    "needs.stated_need": ("basic", "functional", "experience"),
    "needs.stated_requirement": ("product", "service", "integrated"),
}
FIRST_BIRTH: Final = (date(1930, 1, 1) - date(1970, 1, 1)).days
LAST_BIRTH: Final = (date(2015, 1, 1) - date(1970, 1, 1)).days


def add(folder: Path) -> None:
    """Rewrite the files of a folder with more columns; one that has them already stays as it is."""
    for name, more in (("customer", _customers), ("purchase", _purchases), ("interaction", _interactions)):
        for number, path in enumerate(sorted((folder / name).glob("*.parquet"))):
            found = pl.read_parquet(path)
            added = more(found, np.random.default_rng([7, number]))
            if not set(added) <= set(found.columns):
                found.with_columns(**added).write_parquet(path, compression="zstd")


def _texts(random: Any, number: int, choices: tuple[str, ...], known: float) -> pl.Series:
    """Return one of the choices for each row, unknown in the rest."""
    drawn = random.integers(0, len(choices), number)
    held = random.random(number) < known
    return pl.Series(
        [choices[one] if is_held else None for one, is_held in zip(drawn, held, strict=True)], dtype=pl.String
    )


def _customers(found: pl.DataFrame, random: Any) -> dict[str, Any]:
    number = found.height
    born = pl.Series(random.integers(FIRST_BIRTH, LAST_BIRTH, number), dtype=pl.Int32).cast(pl.Date)
    income = pl.Series(random.integers(0, 20_000_000, number), dtype=pl.Int64)
    held = pl.Series(random.random(number) < 0.6)
    return {
        "country": _texts(random, number, COUNTRIES, 0.5),
        "province": _texts(random, number, PLACES, 0.8),
        "city": _texts(random, number, CITIES, 0.5),
        "district": _texts(random, number, DISTRICTS, 0.2),
        "source": _texts(random, number, SOURCES, 0.7),
        "profile.born": pl.select(pl.when(held).then(born)).to_series(),
        "profile.income": pl.select(pl.when(held).then(income.cast(pl.Decimal(14, 2)) / 100)).to_series(),
        **{name: _texts(random, number, choices, 0.6) for name, choices in TRAITS.items()},
    }


def _purchases(found: pl.DataFrame, random: Any) -> dict[str, Any]:
    return {"channel": _texts(random, found.height, SALES, 0.9)}


def _interactions(found: pl.DataFrame, random: Any) -> dict[str, Any]:
    waited = pl.Series(random.integers(0, 5 * 86_400, found.height), dtype=pl.Int64)
    held = pl.Series(random.random(found.height) < 0.7)
    return {
        "channel": _texts(random, found.height, WAYS, 0.9),
        "responded_at": pl.when(held).then(pl.col("at") + pl.duration(seconds=waited)),
    }
