"""What must hold of a store that somebody changed by other means before it is accepted as it stands."""

from collections.abc import Iterator

from crmcore.app import Crm
from crmcore.errors import Invalid, Problem
from crmcore.store import Reader


def check_records(crm: Crm) -> None:
    """Raise `Invalid` with every record that cannot be read, or does not have the id under which it stands."""
    wrong = tuple(_wrong(crm, crm.store.read()))
    if wrong:
        todo = "Mend these in the file, or restore a backup with `crm store restore FILE`."
        raise Invalid(wrong, heading="the store cannot be accepted as it stands:", todo=todo)


def _wrong(crm: Crm, reader: Reader) -> Iterator[Problem]:
    for name, record_class in crm.classes.items():
        for key, document in reader.items(name):
            place = f"{name} {key}"
            if document.get("id") != key:
                yield Problem(f"has the id {document.get('id')!r}", file=place, column="id")
            try:
                crm.codec.decode(record_class, document)
            except Invalid as error:
                yield from (Problem(one.reason, place, column=one.column, value=one.value) for one in error.problems)
