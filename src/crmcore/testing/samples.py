"""A small company made up from what is declared, for tests that only need something to be there."""

from collections.abc import Iterable
from typing import Final

from crmcore.author.samples import in_order, record_of
from crmcore.entities import Record
from crmcore.errors import Invalid
from crmcore.testing.trial import Trial

_EACH: Final = 3
"""Records of each type; the last one has no value that it can do without."""


def fill(trial: Trial) -> None:
    """Enter a few records of every type, with values in every column and field; what rules refuse stays out."""
    for record_class in in_order(trial.crm.catalogue):
        for number in range(_EACH):
            full = record_of(record_class, number, trial.as_of, trial.crm.catalogue)
            bare = record_of(record_class, number, trial.as_of, trial.crm.catalogue, is_bare=True)
            _enter(trial, [bare] if number == _EACH - 1 else [full, bare])


def _enter(trial: Trial, attempts: Iterable[Record]) -> None:
    for record in attempts:
        try:
            trial.add(record)
        except Invalid:
            continue
        return
