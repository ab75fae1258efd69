"""``crm explain``: why customers are in their segments, why not in another, and what would move them."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import click

from crmcore.cli.banners import framed
from crmcore.cli.completing import names_of
from crmcore.cli.context import opened, read, shown
from crmcore.cli.options import FOR_PEOPLE, dated, formatted
from crmcore.cli.output import print_objects, print_page, print_table
from crmcore.errors import UnknownName
from crmcore.view import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crmcore.app import Crm
    from crmcore.cli.page import Frame
    from crmcore.grammar.declare import Scheme
    from crmcore.records import Customer
    from crmcore.work.state import State

_AHEAD: Final = timedelta(days=3653)
"""How far it is looked for what time alone does: ten years."""

_COLUMNS: Final = (
    "customer",
    "scheme",
    "as_of",
    "segment",
    "missing",
    "since",
    "stored_segment",
    "cause",
    "run",
    "review_on",
    "held_since",
    "held_until",
)


@click.command(epilog="Example: crm explain ALFKI value_tier.abc --why-not A")
@click.argument("customer")
@click.argument("schemes", nargs=-1, metavar="[SCHEME]...", shell_complete=names_of("scheme"))
@click.option("--why-not", metavar="SEGMENT", help="Say why it is not in this segment, and what would bring it there.")
@click.option("--changes", is_flag=True, help="Say which single change would bring it into each other segment.")
@dated
@formatted
@click.pass_context
def explain(ctx: click.Context, /, customer: str, schemes: tuple[str, ...], form: str, **how: Any) -> None:
    """Say why CUSTOMER is in its segments: each condition with value, bound, margin and source.

    A change is another value of one field or column, or one more purchase on the date; the smallest that leads there
    is said, with population values held, and when time alone moves the customer.
    """
    crm, as_of = opened(ctx), how["as_of"]
    state = read(ctx, as_of)
    found = state.customer(customer)
    asked = _Asked(crm, state, found, how["why_not"], how["changes"])
    named = [crm.catalogue.scheme(name) for name in schemes]
    chosen = shown(crm, asked.schemes(named or list(crm.schemes)), named=bool(named), facts=True)
    if form in FOR_PEOPLE:
        blocks = ["\n".join(asked.told(scheme)) for scheme in chosen]
        if form == "html":
            _print_told(blocks, chosen, framed(ctx, state, as_of, found.name or customer))
            return
        click.echo("\n\n".join(f"```\n{block}\n```" for block in blocks) if form == "md" else "\n\n".join(blocks))
    elif form in {"json", "jsonl"}:
        print_objects([asked.facts(scheme) for scheme in chosen], form)
    else:
        facts = (asked.facts(scheme) for scheme in chosen)
        print_table(Table(_COLUMNS, tuple(tuple(one[name] for name in _COLUMNS) for one in facts)), form)


class _Asked:
    """What is asked of a customer, answered for one scheme at a time."""

    def __init__(self, crm: "Crm", state: "State", customer: "Customer", why_not: str | None, changes: bool) -> None:
        self.state, self.customer, self.why_not, self.changes = state, customer, why_not, changes
        self.reader = state.listener(crm.language)

    def schemes(self, named: "Sequence[Scheme]") -> "list[Scheme]":
        """Return the schemes that count: those with the segment that is asked for, if one is."""
        segments = {one.name for scheme in named for one in scheme.segments}
        if self.why_not is None:
            return list(named)
        if self.why_not not in segments:
            raise UnknownName("segment", self.why_not, segments)
        return [scheme for scheme in named if self.why_not in {one.name for one in scheme.segments}]

    def told(self, scheme: "Scheme") -> "Iterator[str]":
        """Yield lines for people."""
        from crmcore.speech.telling import tell  # noqa: PLC0415 - only for people
        from crmcore.speech.telling_changes import tell_changes, tell_why_not  # noqa: PLC0415 - the same

        found = self.state.explained(scheme, self.customer)
        if self.why_not is None:
            yield from tell(found.explanation, found.stored, found.review_on, self.reader)
        else:
            reason = self.state.why_not(scheme, self.why_not, self.customer)
            yield from tell_why_not(found.explanation, reason, self.reader)
        if self._asks_for_changes:
            yield from tell_changes(scheme, self._changes(scheme), self._ahead(scheme), self.state.day, self.reader)

    def facts(self, scheme: "Scheme") -> dict[str, Any]:
        """Return plain data."""
        from crmcore.speech.telling_changes import ahead_data, changes_data, why_not_data  # noqa: PLC0415 - the same
        from crmcore.speech.telling_data import to_data  # noqa: PLC0415 - only as data

        found = self.state.explained(scheme, self.customer)
        facts = to_data(found.explanation, found.stored, found.review_on, self.reader)
        if self.why_not is not None:
            facts["why_not"] = why_not_data(self.state.why_not(scheme, self.why_not, self.customer), self.reader)
        if self._asks_for_changes:
            facts["changes"] = changes_data(self._changes(scheme))
            facts["next"] = ahead_data(self._ahead(scheme))
        return facts

    @property
    def _asks_for_changes(self) -> bool:
        return self.changes or self.why_not is not None

    def _changes(self, scheme: "Scheme") -> Any:
        found = self.state.counterfactuals(scheme, self.customer)
        return {name: each for name, each in found.items() if self.why_not in {None, name}}

    def _ahead(self, scheme: "Scheme") -> Any:
        from crmcore.speech.telling_changes import Ahead  # noqa: PLC0415 - only where it is asked for

        until = min(self.state.day, date.max - _AHEAD) + _AHEAD
        return Ahead(self.state.next_move(scheme, self.customer, until), until)


def _print_told(blocks: list[str], schemes: "Sequence[Scheme]", frame: "Frame") -> None:
    from crmcore.cli.page import Passage  # noqa: PLC0415 - only for a page

    titles = (scheme.label(frame.language, scheme.name) for scheme in schemes)
    print_page([Passage(text, title) for text, title in zip(blocks, titles, strict=True)], frame)
