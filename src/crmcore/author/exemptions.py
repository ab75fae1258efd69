"""What an author exempts from the check, each with a reason: ``[tool.crm.check.exempt]`` in pyproject.toml."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from attrs import frozen

from crmcore.author.findings import Flaw, Validator
from crmcore.author.targets import table_at
from crmcore.errors import UnknownName
from crmcore.plugging.tomlfile import TomlFile

_TABLE: Final = ("tool", "crm", "check", "exempt")


@frozen
class Exemptions:
    """Reasons by validator (``scheme-total``), or by validator and name (``scheme-total:acme.tier``)."""

    reasons: Mapping[str, str]
    flaws: tuple[Flaw, ...] = ()

    def reason(self, id_: str, about: str) -> str:
        """Return why a finding is exempt; empty if it is not."""
        return self.reasons.get(f"{id_}:{about}") or self.reasons.get(id_) or ""


def exemptions_of(project: TomlFile | None, validators: Iterable[Validator]) -> Exemptions:
    """Return what a project exempts; entries that cannot be used are flaws."""
    if project is None:
        return Exemptions({})
    known = {validator.id: validator for validator in validators}
    given = table_at(project.data, *_TABLE)
    flaws = tuple(_flaws(given, known, project))
    wrong = {flaw.about for flaw in flaws}
    return Exemptions({key: str(given[key]).strip() for key in given if key not in wrong}, flaws)


def _flaws(given: Mapping[str, object], known: Mapping[str, Validator], project: TomlFile) -> Iterator[Flaw]:
    for key, reason in given.items():
        line = project.line(*_TABLE, key)
        where = f"{project.name}:{line}" if line else project.name
        id_ = key.partition(":")[0]
        if id_ not in known:
            yield Flaw(where, UnknownName("validator", id_, known).message, "Remove the line, or mend the id.", key)
        elif known[id_].firm:
            yield Flaw(where, f"{id_} cannot be exempted", "Remove the line, and mend what it finds.", key)
        elif not isinstance(reason, str) or not reason.strip():
            yield Flaw(where, f"the exemption of {key} has no reason", "Say why in a sentence.", key)
