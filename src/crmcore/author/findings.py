"""What a check finds, and what a validator is; a validator is a value, so that it can be listed and tested by itself."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, Literal

from attrs import frozen

if TYPE_CHECKING:
    from crmcore.author.subject import Subject

Tier = Literal["bronze", "silver", "gold"]
Level = Literal["error", "warning"]
Scope = Literal["sources", "plugin", "project"]

TIERS: Final[tuple[Tier, ...]] = ("bronze", "silver", "gold")
"""From the least to the most that is asked of a plugin."""


@frozen
class Flaw:
    """One thing that a validator does not like: where, what is wrong, and what to do.

    ``about`` is the name of what it is declared under; ``level`` differs from the validator's own where that is given.
    """

    where: str
    message: str
    todo: str
    about: str = ""
    level: Level | None = None


@frozen
class Finding:
    """A flaw with the validator that found it; ``reason`` is why the author exempts it, empty if nobody did."""

    id: str
    tier: Tier
    level: Level
    where: str
    message: str
    todo: str
    about: str = ""
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.level} {self.id}: {self.message} {self.todo}"


@frozen
class Validator:
    """One small check: its stable id, the tier that it belongs to, and the function that finds what is wrong.

    ``scope`` says what it needs: only the sources, a plugin that loads, or a project with a pyproject.toml. A ``firm``
    one cannot be exempted.
    """

    id: str
    tier: Tier
    level: Level
    doc: str
    find: "Callable[[Subject], Iterable[Flaw]]"
    scope: Scope = "plugin"
    firm: bool = False

    def finding(self, flaw: Flaw, reason: str = "") -> Finding:
        """Return a flaw as a finding of this validator."""
        level = flaw.level or self.level
        return Finding(self.id, self.tier, level, flaw.where, flaw.message, flaw.todo, flaw.about, reason)


def reached(findings: Iterable[Finding]) -> Tier | None:
    """Return the highest tier that nothing stands in the way of; None if there are findings in bronze already."""
    blocked = {finding.tier for finding in findings if not finding.reason}
    reached: Tier | None = None
    for tier in TIERS:
        if tier in blocked:
            return reached
        reached = tier
    return reached


def is_at_least(tier: Tier | None, wanted: Tier) -> bool:
    """Whether a tier that was reached is the one that is wanted, or above it."""
    return tier is not None and TIERS.index(tier) >= TIERS.index(wanted)
