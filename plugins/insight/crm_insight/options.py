"""What the options of several commands take."""

import re
from collections.abc import Mapping
from typing import Any

import click

from crmcore import State

DAY = click.DateTime(formats=["%Y-%m-%d"])


class Days(click.ParamType):  # type: ignore[type-arg]  # click 8.3 has no argument there
    """A number of days, as 180d or 180."""

    name = "days"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number, or say how it is written."""
        found = re.fullmatch(r"([1-9][0-9]{0,4})d?", str(value))
        if found is None:
            self.fail(f"{value!r} is no number of days; write it as 180d", param, ctx)
        return int(found[1])


def names_in(state: State) -> Mapping[str, str]:
    """Return the names of all customers that are not archived, by id."""
    return {customer.id: customer.name for customer in state.book.customers()}
