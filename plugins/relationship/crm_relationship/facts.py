"""What the relationship schemes look at: what a party is, what it buys for, and what it takes from our gains.

Most of it no purchase tells: people find it out and enter it, and it is kept with source and date.
"""

import enum
from decimal import Decimal

from crmcore import Choices, Customer, Field, Predicate, Rule, rows


class Purpose(enum.Enum):
    """What a party buys for."""

    OWN_USE = "own_use"
    RESALE = "resale"
    OWN_PRODUCTS = "own_products"


purpose = Field(
    "relationship.purpose",
    Purpose,
    on=Customer,
    choices=Choices(Purpose, zh=("自用", "转售", "用于自有产品")),
    soft=True,
    label={"en": "Buys for", "zh": "购买用途"},
    doc={
        "en": "own_use: uses it itself; resale: sells it on; own_products: adds it to its own products, which it sells.",
        "zh": "own_use：自用；resale：转售；own_products：附加到自己的产品或服务上再销售。",
    },
)
inside = Field(
    "relationship.inside",
    bool,
    on=Customer,
    soft=True,
    label={"en": "Inside the company", "zh": "属于本企业内部"},
    doc={
        "en": "Whether it is one of our own people or departments. Of the kind `department` it need not be entered.",
        "zh": "是否为本企业的员工或部门。类别为 department 者无须录入。",
    },
)
public_interest = Field(
    "relationship.public_interest",
    bool,
    on=Customer,
    soft=True,
    label={"en": "Represents the public interest", "zh": "代表公众利益"},
    doc={
        "en": "Whether it acts for the public, as authorities and trade associations do. Of the kind `public_body` it need "
        "not be entered.",
        "zh": "是否代表公众利益，如政府、行业协会。类别为 public_body 者无须录入。",
    },
)
provides_resources = Field(
    "relationship.provides_resources",
    bool,
    on=Customer,
    soft=True,
    label={"en": "Provides resources", "zh": "提供资源"},
    doc={
        "en": "Whether it provides the company with resources, such as land, licences, standards or contacts.",
        "zh": "是否向本企业提供资源，如土地、许可、标准或人脉。",
    },
)
proportion = Field(
    "relationship.proportion",
    Decimal,
    on=Customer,
    soft=True,
    unit="%",
    label={"en": "Proportion taken", "zh": "收取比例"},
    doc={
        "en": "The proportion of our gains that it takes as a fee, directly or indirectly, in percent; 0 for none.",
        "zh": "直接或间接从本企业获利中收取的费用比例，以百分数计；0表示不收取。",
    },
)
cooperates = Field(
    "relationship.cooperates",
    bool,
    on=Customer,
    soft=True,
    label={"en": "Works together with us", "zh": "与本企业合作"},
    doc={
        "en": "Whether it is a partner of the company, whatever its kind. Of the kind `partner` it need not be entered.",
        "zh": "是否为本企业的合作伙伴，不论其类别。类别为 partner 者无须录入。",
    },
)

a_proportion = Rule(
    "relationship.a_proportion",
    Customer,
    proportion.between(0, 100),
    message={
        "en": "The proportion taken lies between 0 and 100 %",
        "zh": "收取比例应在0%与100%之间",
    },
)

customer = rows(Customer)

# Nobody is taken for one of our own, for a public body or for a partner unless somebody has entered it.
is_inside = (customer.kind.is_("department") | inside.is_(True)).or_else(False)
is_public = (customer.kind.is_("public_body") | public_interest.is_(True)).or_else(False)
is_partner = (customer.kind.is_("partner") | cooperates.is_(True)).or_else(False)

# A body that takes its share of our gains does so for something: what it gives is taken for granted until somebody
# has entered the contrary. The share itself is never assumed.
takes_a_proportion = is_public & provides_resources.is_(True).or_else(True) & (proportion > 0)

# The sources say that consumers are usually persons or households, so these buy for themselves until somebody has
# entered another purpose. What an organization buys for has to be known.
is_private = customer.kind.is_in("person", "household")


def buys_for(purposes: tuple[Purpose, ...]) -> Predicate:
    """Hold where a party buys for one of the purposes; persons and households buy for their own use unless entered."""
    entered = purpose.is_in(*purposes)
    return entered.or_else(False) | (entered & ~is_private)


FIELDS = (purpose, inside, public_interest, provides_resources, proportion, cooperates)
