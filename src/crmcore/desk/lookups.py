"""Whether everything that a list or a view names is there, so that looking it up cannot fail."""

from collections.abc import Iterable
from contextlib import suppress

from crmcore.desk.filters import split_filter
from crmcore.desk.listed_columns import column_of, listed_column
from crmcore.entities import Record
from crmcore.errors import UnknownName, UsageError
from crmcore.plugging.catalogue import Catalogue
from crmcore.view import View


def knows_list(record_class: type[Record], names: Iterable[str], filters: Iterable[str], catalogue: Catalogue) -> bool:
    """Whether ``names``, perhaps several with commas and ``-`` before them, and those of ``filters`` are columns."""
    with suppress(UnknownName, UsageError):
        wanted = (name.strip().removeprefix("-") for text in names for name in text.split(","))
        for name in (*wanted, *(split_filter(text)[0] for text in filters)):
            if name:
                listed_column(name, record_class, catalogue)
        return True
    return False


def knows_view(view: View, catalogue: Catalogue) -> bool:
    """Whether all columns of a view are there."""
    with suppress(UnknownName):
        for listed in (*view.columns, *view.sums, *((view.group,) if view.group is not None else ())):
            column_of(listed, view.on, catalogue)
        return knows_list(view.on, () if view.group is not None else (view.sort,), (), catalogue)
    return False
