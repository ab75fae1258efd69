"""Whether every segment of a scheme can be reached, and every customer gets an answer."""

from collections.abc import Iterator
from typing import Final

from crmcore.author.census import census
from crmcore.author.findings import Flaw, Level, Validator
from crmcore.author.proofs import Proof, Proofs, prove
from crmcore.author.subject import Subject
from crmcore.grammar.declare import Scheme

_DEFAULTS: Final = " as long as the settings have their defaults"


def total(subject: Subject) -> Iterator[Flaw]:
    """Yield each scheme that may have no answer although nothing is unknown."""
    for scheme in subject.schemes:
        if scheme.segments[-1].when is not None and not prove(scheme).total:
            yield Flaw(
                subject.place(scheme),
                f"the scheme {scheme.name!r} ends in a segment with a rule, so customers may belong nowhere",
                "End it in a segment without a rule, or say why not: "
                f'"scheme-total:{scheme.name}" = "why" under [tool.crm.check.exempt].',
                scheme.name,
            )


def contradiction(subject: Subject) -> Iterator[Flaw]:
    """Yield each segment whose rule nobody can meet."""
    for scheme, proof, level in _proved(subject):
        if not proof.alone:
            yield Flaw(
                subject.place(scheme),
                f"nobody can meet the rule of {proof.segment.name!r} in {scheme.name}{_ending(level)}: "
                "its parts contradict each other",
                "Mend the rule, or remove the segment.",
                f"{scheme.name}.{proof.segment.name}",
                level,
            )


def shadowed(subject: Subject) -> Iterator[Flaw]:
    """Yield each segment of which everybody belongs to an earlier one already."""
    for scheme, proof, level in _proved(subject):
        if proof.alone and not proof.reached:
            names = [segment.name for segment in scheme.segments]
            before = ", ".join(repr(name) for name in names[: names.index(proof.segment.name)])
            yield Flaw(
                subject.place(scheme),
                f"nobody is left for {proof.segment.name!r} in {scheme.name}{_ending(level)}: {before} before it take "
                "everybody, or cannot tell",
                "Move it before the segment that overlaps it, narrow that one's rule, or remove it.",
                f"{scheme.name}.{proof.segment.name}",
                level,
            )


def _proved(subject: Subject) -> Iterator[tuple[Scheme, Proof, Level]]:
    """Yield what is proved of segments: an error whatever the settings, a warning for the defaults alone."""
    for scheme in subject.schemes:
        sure = prove(scheme)
        default = prove(scheme, defaults=True)
        for one, other in zip(sure.segments, default.segments, strict=True):
            if _unreachable(one):
                yield scheme, one, "error"
            elif _unreachable(other):
                yield scheme, other, "warning"


def _unreachable(proof: Proof) -> bool:
    return not (proof.alone and proof.reached)


def _ending(level: Level) -> str:
    return _DEFAULTS if level == "warning" else ""


def unseen(subject: Subject) -> Iterator[Flaw]:
    """Yield each segment into which no generated customer came, unless that is proved to be impossible."""
    for scheme in subject.schemes:
        proved = _without(prove(scheme)) | _without(prove(scheme, defaults=True))
        seen = census(scheme)
        for name, number in seen.meant.items():
            if name not in proved:
                yield Flaw(
                    subject.place(scheme),
                    f"none of {seen.customers} generated customers comes into {name!r} of {scheme.name}"
                    + _why(number, seen.takers[name]),
                    "Compare its rule with those before it. If there are such customers, show one in a test and say so: "
                    f'"segment-unseen:{scheme.name}.{name}" = "why" under [tool.crm.check.exempt].',
                    f"{scheme.name}.{name}",
                )


def _without(proofs: Proofs) -> set[str]:
    return {proof.segment.name for proof in proofs.segments if _unreachable(proof)}


def _why(number: int, takers: tuple[str, ...]) -> str:
    if not number:
        return ": none meets its rule"
    named = " or ".join(map(repr, takers))
    return f": {number} meet its rule, " + (f"and {named} takes them before" if takers else "and cannot be told apart")


VALIDATORS: Final = (
    Validator(
        "segment-contradiction", "bronze", "error", "Every segment's rule can be met by somebody.", contradiction
    ),
    Validator("segment-shadowed", "bronze", "error", "No segment is taken whole by those before it.", shadowed),
    Validator("scheme-total", "gold", "warning", "Every scheme has an answer for every customer.", total),
    Validator("segment-unseen", "gold", "warning", "Generated customers come into every segment.", unseen),
)
