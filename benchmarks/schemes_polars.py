"""The same thirty schemes in Polars as somebody writes them by hand, in the same passes over the files; answers only."""

from collections.abc import Sequence
from math import ceil
from typing import Any, Final

import bulk_polars as by_hand
import polars as pl
from bulk_answers import SCHEMES, Result, Task, quantile
from bulk_polars import local_day, walk
from crm_channels.facts import WAYS
from crm_channels.sales import ONLINE, STORE, TELEPHONE
from crm_geography.provinces import CHINA, PROVINCES
from crm_geography.region import ISLANDS, OUTSIDE, REGIONS
from crm_intent.leads import ADVERTISEMENT, REFERRAL, SOCIAL
from polars import col, when
from schemes_data import TRAITS

PLACES: Final = ("country", "province", "city", "district", "source")
NO_PERSON: Final = ("household", "organization", "department", "public_body", "partner")


def run(task: Task) -> Result:
    """Answer all thirty."""
    facts = by_hand.customers(task, also(task))
    cuts = by_hand.population(facts)
    buying = facts.filter(col("spend_12m") > 0)["spend_12m"].sort()
    layers = {f"quantile {share} spend_12m": quantile(buying, share) for share in ("0.99", "0.95", "0.8")}
    answered = facts.lazy().with_columns(**by_hand.booleans(cuts)).with_columns(**by_hand.scores(cuts))
    more = people() | places() | channels() | rest(task, list(layers.values()))
    answered = answered.with_columns(**by_hand.answers(cuts), **more)
    return Result(answered.select("id", *SCHEMES, *more).collect().to_arrow(), by_hand.in_money({**cuts, **layers}))


def has(text: pl.Expr, words: Sequence[str]) -> pl.Expr:
    """Return whether a text in small letters has one of the words in it."""
    return text.str.contains("|".join(word.replace(".", r"\.") for word in words))


def also(task: Task) -> by_hand.Also:
    """Return what is read and added up besides what the twelve take."""
    day, end, start = task.number, task.midnight(1), task.midnight(-179)
    channel, bought = col("channel").str.to_lowercase(), col("bought")
    online, telephone = has(channel, ONLINE), has(channel, TELEPHONE) & ~has(channel, ONLINE)
    store = has(channel, STORE) & ~has(channel, ONLINE) & ~has(channel, TELEPHONE)
    kinds = {"online": online, "telephone": telephone, "store": store, "elsewhere": ~online & ~telephone & ~store}
    seen, comes_in, out = col("at") < end, col("direction") == "in", col("direction") == "out"
    asked_on, answered_on = (local_day(col(name), task) for name in ("at", "responded_at"))
    answered = (answered_on <= day).fill_null(False)  # noqa: FBT003
    request = comes_in & seen & (col("at") >= start)
    told = comes_in & seen
    return by_hand.Also(
        (*PLACES, "profile.born", "profile.income", *TRAITS),
        {
            **{f"bought_{name}": (bought & rule).sum() for name, rule in kinds.items()},
            "channels": (bought & col("channel").is_not_null()).sum(),
            "last_seen": when("seen").then(col("at")).max(),
        },
        {
            "last_channel": channel.filter(told).sort_by(col("at").filter(told), col("id").filter(told)).last(),
            "heard": when(seen & (~out.fill_null(False) | answered)).then(col("at")).max(),  # noqa: FBT003
            "waiting": (request & ~answered & (day - asked_on > 2)).sum(),
            "answer_days": (answered_on - asked_on).filter(request & answered).mean(),
        },
    )


def people() -> dict[str, pl.Expr]:
    """Return the five schemes of traits, party type, partnership and needs."""
    no_person = (col("kind").is_in(NO_PERSON).fill_null(False), 0)  # noqa: FBT003
    income = col("profile.income")
    found = {
        "profile.income_band": walk(
            no_person, (income.is_null(), -2), (income >= 100_000, 1), (income >= 30_000, 2), last=3
        ),
        "relationship.partnership": walk((col("kind") == "partner", 0), last=1),
        "party_type.type": walk(
            (col("kind").is_in(("person", "household")), 0),
            (col("kind").is_in(("organization", "department", "public_body")), 1),
            last=-1,
        ),
    }
    names = ("profile.sex_group", "profile.preference_group", "profile.temperament", "needs.need", "needs.requirement")
    for name, (field, choices) in zip(names, TRAITS.items(), strict=True):
        first = 1 if name.startswith("profile") else 0
        steps = [(col(field) == choice, place) for place, choice in enumerate(choices, first)]
        found[name] = walk(*((no_person,) if first else ()), *steps, last=-1 - first)
    return found


def places() -> dict[str, pl.Expr]:
    """Return region, level of the place, and lead source."""
    country, province = (col(name).str.to_lowercase() for name in ("country", "province"))
    outside = _folded(OUTSIDE)
    steps = [
        (~country.is_in(_folded((*CHINA, *OUTSIDE))), 0),
        ((country.is_in(outside) | province.is_in(outside)).fill_null(False), 1),  # noqa: FBT003
        (country.is_in(outside), 1),
        (province.is_null(), -3),
    ]
    for place, name in enumerate(REGIONS, 2):
        spelt = [text for each in PROVINCES if each.region == name != ISLANDS for text in each.spellings]
        steps.append((province.is_in(_folded(spelt)), place))
    source = col("source").str.to_lowercase()
    referral = has(source, REFERRAL) & ~has(source, SOCIAL)
    levels = ("district", "city", "province", "country")
    return {
        "geography.region": walk(*steps, last=9),
        "geography.located": walk(*((col(name).is_not_null(), at) for at, name in enumerate(levels)), last=4),
        "intent.source": walk(
            (source.is_null(), -1), (referral, 0), (has(source, SOCIAL), 1), (has(source, ADVERTISEMENT), 2), last=3
        ),
    }


def _folded(texts: Sequence[str]) -> list[str]:
    return [text.casefold() for text in texts]


def channels() -> dict[str, pl.Expr]:
    """Return sales channel, channel of contact and service response."""
    bought = {name: col(f"bought_{name}").fill_null(0) > 0 for name in ("online", "store", "telephone", "elsewhere")}
    kinds = pl.sum_horizontal(rule.cast(pl.Int8) for rule in bought.values())
    sales = [(col("purchases") <= 0, 0), (col("channels").fill_null(0) == 0, -2), (kinds >= 2, 1)]
    sales += [(bought[name], place) for place, name in enumerate(("online", "store", "telephone"), 2)]
    ways: list[tuple[Any, int]] = [(col("last_channel").is_null(), -1)]
    ways += [(has(col("last_channel"), words), place) for place, words in enumerate(WAYS.values())]
    return {
        "channels.sales_channel": walk(*sales, last=5),
        "channels.contact": walk(*ways, last=8),
        "channels.service": walk(
            (col("waiting").fill_null(0) > 0, 0),
            (col("answer_days").is_null(), 1),
            (col("answer_days") <= 1, 2),
            last=3,
        ),
    }


def rest(task: Task, layers: Sequence[Any]) -> dict[str, pl.Expr]:
    """Return age, frequency, layer and silence."""
    no_person = (col("kind").is_in(NO_PERSON).fill_null(False), 0)  # noqa: FBT003
    age = (task.number - col("profile.born").to_physical()) / 365.2425
    often, spend = col("purchases_12m"), col("spend_12m")
    top = [(col("buying") & (spend >= ceil(cut)), place) for place, cut in enumerate(layers)]
    said = pl.max_horizontal("last_seen", "heard")
    quiet = task.number - local_day(said, task)
    ages = [(age >= years, place) for place, years in enumerate((60, 45, 30, 18), 1)]
    return {
        "profile.age_band": walk(no_person, (age.is_null(), -2), *ages, last=5),
        "behaviour.frequency": walk(
            (col("purchases") <= 0, 0), (often >= 12, 1), (often >= 4, 2), (often >= 1, 3), last=4
        ),
        "customer_size.layer": walk((spend.is_null(), -1), *top, (col("buying"), 3), last=4),
        "retention.silence": walk((said.is_null(), 0), (quiet > 180, 1), last=2),
    }
