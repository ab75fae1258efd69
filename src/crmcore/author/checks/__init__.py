"""What `crm plugin check` looks for: small validators, by what they look at."""

from typing import Final

from crmcore.author.checks import loading
from crmcore.author.findings import Validator

_EXEMPTIONS: Final = Validator(
    "exemptions",
    "bronze",
    "error",
    "Exemptions name a validator and a reason.",
    lambda _: (),  # found while they are read
    "project",
    firm=True,
)

VALIDATORS: Final[tuple[Validator, ...]] = (*loading.VALIDATORS, _EXEMPTIONS)
"""Every validator, in the order of tiers."""
