"""Tables of who the customers are."""

from crmcore import View

from .temperament import temperament
from .traits import age, age_band, customer, income_band, preference_group, sex_group

people = View(
    "profile.people",
    ("id", "name", age, age_band, sex_group, income_band, preference_group, temperament),
    where=customer.kind.is_("person").or_else(True),
    sort="name",
    label={"en": "Traits of persons", "zh": "个人特征"},
    doc={
        "en": "What is known of each person; ? where nobody has entered it.",
        "zh": "每个人的已知特征，未录入者显示为?。",
    },
)
by_age = View(
    "profile.by_age",
    (),
    group=age_band,
    bar="count",
    label={"en": "Customers per age band", "zh": "各年龄段客户数"},
    doc={"en": "How many customers each band has.", "zh": "各年龄段的客户数。"},
)

VIEWS = (people, by_age)
