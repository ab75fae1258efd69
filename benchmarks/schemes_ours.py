"""Thirty schemes of the bundled plugins at once, on the engine of plugin bulk."""

from typing import Final

import bulk_ours
from bulk_answers import Result, Task
from crm_behaviour.schemes import frequency
from crm_bulk.engines.polars_engine import PolarsBackend
from crm_channels.contact import contact
from crm_channels.sales import sales_channel
from crm_channels.service import service
from crm_customer_size.layer import layer
from crm_geography.region import located, region
from crm_intent.leads import source
from crm_needs.need import need
from crm_needs.requirement import requirement
from crm_party_type.schemes import party_type
from crm_profile.temperament import temperament
from crm_profile.traits import SCHEMES as TRAITS
from crm_relationship.relation import partnership
from crm_retention.silence import silence

from crmcore import Scheme

MORE: Final[tuple[Scheme, ...]] = (
    *(*TRAITS, temperament, region, located, sales_channel, contact, service, source),
    *(partnership, party_type, frequency, layer, silence, need, requirement),
)
"""Those that are not in the bulk benchmark."""


def schemes() -> tuple[Scheme, ...]:
    """Return the thirty."""
    return (*bulk_ours.schemes(), *MORE)


def run(task: Task) -> Result:
    """Answer on Polars."""
    return bulk_ours.Ours(PolarsBackend(), schemes()).run(task)
