"""A plugin with a field of each privacy class."""

from decimal import Decimal

from crmcore import Customer, Field, Purchase, Scheme, Segment, hookimpl, rows, total

ILLNESS = Field("aviary.illness", str, on=Customer, privacy="sensitive", label={"en": "Illness", "zh": "疾病"})
INCOME = Field("aviary.income", int, on=Customer, privacy="personal", soft=True, label={"en": "Income", "zh": "收入"})
CAGE = Field("aviary.cage", str, on=Customer, label={"en": "Cage", "zh": "笼"})
SIZE = Scheme("aviary.size", Segment("large", when=total(rows(Purchase).amount) >= Decimal(500)), Segment("small"))


@hookimpl
def crm_fields():
    return [ILLNESS, INCOME, CAGE]


@hookimpl
def crm_schemes():
    return [SIZE]
