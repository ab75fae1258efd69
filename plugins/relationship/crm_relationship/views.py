"""Tables of who serves whom, of internal customers whom nobody serves, and of what intermediaries take from us."""

from crmcore import View

from .chain import InternalService, served_by, serves
from .facts import cooperates, inside, proportion, provides_resources, public_interest, purpose
from .relation import partnership, relation, side

service_chain = View(
    "relationship.service_chain",
    ("provider.name", "service", "receiver.name"),
    on=InternalService,
    sort="provider.name",
    label={"en": "Who serves whom", "zh": "内部服务链"},
    doc={
        "en": "Each department with those whom it serves, the customers outside among them.",
        "zh": "各部门及其服务对象，含外部客户。",
    },
)
overlooked = View(
    "relationship.overlooked",
    ("id", "name", "owner", "parent.name", serves, served_by),
    where=relation.is_("internal") & (served_by <= 0),
    sort="name",
    label={"en": "Internal customers whom nobody serves", "zh": "无人服务的内部客户"},
    doc={
        "en": "Internal customers who receive no service in the chain; the kind that is most easily overlooked.",
        "zh": "服务链中未获得任何服务的内部客户，也是最容易被忽略的一类。",
    },
)
overview = View(
    "relationship.overview",
    (
        "id",
        "name",
        "kind",
        relation,
        side,
        partnership,
        purpose,
        inside,
        public_interest,
        provides_resources,
        proportion,
        cooperates,
    ),
    sort="name",
    label={"en": "Relations", "zh": "客户关系一览"},
    doc={
        "en": "Every party with its relation to the company, and what is known that decides it.",
        "zh": "每位客户与企业的关系，以及据以判断的事实。",
    },
)

VIEWS = (service_chain, overlooked, overview)
