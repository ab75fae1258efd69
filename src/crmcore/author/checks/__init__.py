"""What `crm plugin check` looks for: small validators, by what they look at."""

from typing import Final

from crmcore.author.checks import company, cost, loading, project, rules, schemes, sources, wheel, words
from crmcore.author.findings import TIERS, Validator

_EXEMPTIONS: Final = Validator(
    "exemptions",
    "bronze",
    "error",
    "Exemptions name a validator and a reason.",
    lambda _: (),  # found while they are read
    "project",
    firm=True,
)

VALIDATORS: Final[tuple[Validator, ...]] = tuple(
    sorted(
        (
            *loading.VALIDATORS,
            _EXEMPTIONS,
            *rules.VALIDATORS,
            *company.VALIDATORS,
            *schemes.VALIDATORS,
            *words.VALIDATORS,
            *sources.VALIDATORS,
            *project.VALIDATORS,
            *cost.VALIDATORS,
            *wheel.VALIDATORS,
        ),
        key=lambda one: TIERS.index(one.tier),
    )
)
"""Every validator, in the order of tiers."""
