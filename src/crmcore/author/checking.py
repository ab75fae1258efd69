"""`crm plugin check`: every validator, and the tier that a plugin reaches by what they find."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Final

from attrs import frozen

from crmcore.author.checks import VALIDATORS
from crmcore.author.exemptions import Exemptions, exemptions_of
from crmcore.author.findings import TIERS, Finding, Flaw, Tier, Validator, is_at_least, reached
from crmcore.author.subject import Subject, subject_of
from crmcore.author.targets import Target, targets_of
from crmcore.plugging.isolation import Failure, apart

__all__ = ["TIERS", "VALIDATORS", "Checked", "Finding", "Tier", "Validator", "check", "is_at_least"]

_ORDER: Final = {"error": 0, "warning": 1}


@frozen
class Checked:
    """What a check found: ``findings`` count, ``exempt`` ones have the author's reason and do not.

    ``tier`` is the highest that nothing stands in the way of, None if there is something wrong in bronze already.
    """

    plugins: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    exempt: tuple[Finding, ...] = ()

    @property
    def tier(self) -> Tier | None:
        """The tier reached."""
        return reached(self.findings)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that are errors."""
        return tuple(finding for finding in self.findings if finding.level == "error")


def check(target: Path | str | ModuleType, *, validators: Iterable[Validator] = VALIDATORS) -> Checked:
    """Check a project folder, a one-file plugin, a module, or an installed plugin by its name.

    Nothing of the user's is written. Raises a `CrmError` where there is no plugin to check.
    """
    found: dict[Finding, None] = {}
    targets = targets_of(target)
    asked = tuple(validators)
    for one in targets:
        with one.apart():
            found.update(dict.fromkeys(_findings(one, asked)))
    ordered = sorted(found, key=lambda finding: (TIERS.index(finding.tier), _ORDER[finding.level], finding.id))
    return Checked(
        tuple(one.name for one in targets),
        tuple(finding for finding in ordered if not finding.reason),
        tuple(finding for finding in ordered if finding.reason),
    )


def _findings(target: Target, validators: tuple[Validator, ...]) -> Iterator[Finding]:
    subject = subject_of(target)
    exemptions = exemptions_of(target.project, VALIDATORS)
    for validator in validators:
        if _applies(validator, subject):
            for flaw in _flaws(validator, subject, exemptions):
                yield validator.finding(flaw, "" if validator.firm else exemptions.reason(validator.id, flaw.about))


def _applies(validator: Validator, subject: Subject) -> bool:
    if validator.scope == "plugin":
        return subject.works
    return validator.scope == "sources" or subject.target.project is not None


def _flaws(validator: Validator, subject: Subject, exemptions: Exemptions) -> tuple[Flaw, ...]:
    """Return what a validator finds; where the plugin's own code fails under it, that is what it finds."""
    if validator.id == "exemptions":
        return exemptions.flaws
    found = apart(lambda: tuple(validator.find(subject)))
    if isinstance(found, Failure):
        return (
            Flaw(subject.place(), f"this could not be checked: {found.reason}", "Mend what it names, and check again."),
        )
    return found
