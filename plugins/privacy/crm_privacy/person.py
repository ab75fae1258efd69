"""Everything that a store holds of one person, as one object that another program can read."""

from typing import Any, Final

import crmcore

FORMAT: Final = 1


def everything_of(crm: crmcore.Crm, customer: str) -> dict[str, Any]:
    """Return the records that belong to a customer, its placements and what the log says of all of it.

    Records stand as they are stored, those of plugins that take no part included. Raises `crmcore.NotFound`.
    """
    reader = crm.store.read()
    places = crmcore.belongings_of(crm, customer)
    records: dict[str, list[Any]] = {}
    for table, key in places:
        document = reader.get(table, key)
        if document is not None:
            records.setdefault(table, []).append(dict(document))
    return {
        "format": FORMAT,
        "customer": customer,
        "erased": crmcore.erased_in(reader).get(customer),
        "records": records,
        "placements": {name: found for name in _placed(reader) if (found := reader.get(name, customer)) is not None},
        "log": list(_logged(crm, frozenset(places))),
    }


def _placed(reader: crmcore.Reader) -> tuple[str, ...]:
    return tuple(name for name in reader.tables() if name.startswith("placement:"))


def _logged(crm: crmcore.Crm, places: frozenset[tuple[str, str]]) -> Any:
    for entry in crm.store.log():
        for change in entry.changes:
            if (change.table, change.key) in places:
                yield {
                    "commit": entry.commit,
                    "at": entry.at,
                    "actor": entry.actor,
                    "why": entry.why,
                    "record": change.table,
                    "id": change.key,
                    "from": change.before,
                    "to": change.after,
                }
