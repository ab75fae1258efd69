"""Explanations as plain data: names, exact numbers, and the sentence of each rule."""

from datetime import date
from fractions import Fraction
from typing import Any

from crmcore.evaluation.explain import Clause, Explanation, Source
from crmcore.evaluation.grace import held_until
from crmcore.evaluation.placements import Placement
from crmcore.speech.spoken import Reader
from crmcore.speech.wording import describe


def to_data(
    explanation: Explanation, stored: Placement | None, review_on: date | None, reader: Reader
) -> dict[str, Any]:
    """Return an explanation as plain data: names, exact numbers, and the sentence of each rule."""
    return {
        "customer": explanation.customer,
        "scheme": explanation.scheme.name,
        "as_of": explanation.as_of,
        "segment": explanation.segment,
        "missing": list(explanation.missing),
        "since": stored.since if stored else None,
        "stored_segment": stored.segment if stored else None,
        "cause": stored.cause if stored else None,
        "run": stored.run if stored else None,
        "review_on": review_on,
        "held_since": stored.held.since if stored and stored.held else None,
        "held_until": held_until(explanation.scheme, stored, reader.settings) if stored else None,
        "reasons": [
            {"segment": reason.segment, "holds": reason.holds, "clause": clause_data(reason.clause, reader)}
            for reason in explanation.reasons
        ],
    }


def clause_data(clause: Clause | None, reader: Reader) -> dict[str, Any] | None:
    """Return a clause with its parts as plain data."""
    if clause is None:
        return None
    return {
        "rule": describe(clause.rule, reader),
        "holds": clause.holds,
        "value": _exact(clause.value),
        "bound": _exact(clause.bound),
        "margin": _exact(clause.margin),
        "unit": clause.unit,
        "settings": {name: _exact(value) for name, value in clause.settings},
        "missing": list(clause.missing),
        "sources": [_source_data(source) for source in clause.sources],
        "parts": [clause_data(part, reader) for part in clause.parts],
    }


def _exact(value: Any) -> Any:
    return str(value) if isinstance(value, Fraction) else value


def _source_data(source: Source) -> dict[str, Any]:
    found = {
        "of": source.of,
        "rows": source.rows,
        "first": source.first,
        "last": source.last,
        "unknown": source.unknown or None,
        "default": source.default or None,
        "is_record": source.is_record or None,
        "actor": source.actor or None,
        "on": source.on,
    }
    return {name: value for name, value in found.items() if value is not None}
