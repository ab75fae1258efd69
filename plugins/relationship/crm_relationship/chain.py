"""The internal service chain: who serves whom, from one department to the next and in the end the customers outside."""

from crmcore import TEXT, Customer, Metric, Record, Rule, column, count, record, rows


@record(
    "internal_service",
    links={"provider": "provider", "receiver": "receiver"},
    label={"en": "Internal service", "zh": "内部服务"},
)
class InternalService(Record):
    """A service that one party gives another: purchasing serves production, production serves sales."""

    provider: str = column(TEXT, required=True, refers_to=Customer, label={"en": "Provider", "zh": "服务方"})
    receiver: str = column(TEXT, required=True, refers_to=Customer, label={"en": "Receiver", "zh": "被服务方"})
    service: str | None = column(TEXT, default=None, label={"en": "Service", "zh": "服务内容"})


services = rows(InternalService, by="provider")

no_service_to_itself = Rule(
    "relationship.no_service_to_itself",
    InternalService,
    ~services.provider.is_(services.receiver),
    message={"en": "Nobody is its own internal customer", "zh": "任何部门都不是自己的内部客户"},
)
serves = Metric(
    "relationship.serves",
    count(services),
    unit="services",
    label={"en": "Services given", "zh": "提供的服务数"},
    doc={"en": "How many services it gives others of the chain.", "zh": "在服务链中向他方提供的服务数。"},
)
served_by = Metric(
    "relationship.served_by",
    count(rows(InternalService, by="receiver")),
    unit="services",
    label={"en": "Services received", "zh": "获得的服务数"},
    doc={"en": "How many services it gets from others of the chain.", "zh": "在服务链中获得的服务数。"},
)
