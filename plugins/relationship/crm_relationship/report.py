"""The internal service chains from their first department to the customers in the end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from crmcore import Customer, Report, ReportContext, Table

from .chain import InternalService

MOST_CHAINS = 1_000
"""Chains that are shown: where everybody serves everybody there would be no end of them."""


def paths(links: Iterable[tuple[str, str]]) -> Iterator[tuple[str, ...]]:
    """Yield every chain of providers and receivers, from those whom nobody serves to those who serve nobody.

    A chain that comes back to where it was ends there, with the repeated name.
    """
    after: dict[str, list[str]] = {}
    for provider, receiver in sorted(set(links)):
        after.setdefault(provider, []).append(receiver)
    served = {receiver for receivers in after.values() for receiver in receivers}
    seen: set[str] = set()
    for start in (*(one for one in after if one not in served), *after):
        if start not in seen:
            for path in _onward((start,), after):
                seen.update(path)
                yield path


def _onward(path: tuple[str, ...], after: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """Yield the chains that begin with ``path``, without recursion: a chain may be long."""
    waiting = [path]
    while waiting:
        path = waiting.pop()
        onward = after.get(path[-1], ())
        if not onward or path[-1] in path[:-1]:
            yield path
        else:
            waiting += [(*path, each) for each in reversed(onward)]


def _tables(company: ReportContext) -> Iterator[Table]:
    names = {each.id: each.name for each in company.rows(Customer)}
    links = ((each.provider, each.receiver) for each in company.rows(InternalService))
    found = (" → ".join(names.get(each, each) for each in path) for path in islice(paths(links), MOST_CHAINS))
    yield Table(
        ("chain",),
        tuple((one,) for one in found),
        "Service chains",
        label=chains.label,
        labels={"chain": {"en": "Who serves whom, from first to last", "zh": "由首至尾的服务关系"}},
    )


chains = Report(
    "relationship.chains",
    _tables,
    label={"en": "Service chains", "zh": "内部服务链条"},
    doc={
        "en": "Every chain of internal services, from whom nobody serves to whoever serves nobody.",
        "zh": "每条内部服务链，从无人为其服务者到不再服务他人者。",
    },
)
