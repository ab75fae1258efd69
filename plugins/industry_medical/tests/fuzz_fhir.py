"""FHIR bundles that nobody would write: every element taken away, doubled, put elsewhere or given an odd value."""

import copy
import json
import tempfile
from contextlib import suppress
from pathlib import Path

from crm_industry_medical.fhir_import import entries_in, take_in

import crmcore

ODD = (
    *(None, True, 5, -1, 1e308, 10**40, "", [], {}, [None], [[]], {"a": 1}, "x" * 300, "\x00", "\ud800", "#"),
    *("9999-12-31", "0001-01-01T00:00:00Z", "2020-02-30", "urn:uuid:p1", "Patient/p1", "1e999"),
)


class Abandoned(Exception):
    """Ends a unit of work, so that nothing of it is kept."""


def reader():
    """Return what imports a file into a unit that is then abandoned."""
    crm = crmcore.open(f"tinydb:///{tempfile.mkdtemp()}/crm.json", plugins=["medical"])
    crmcore.create(crm, crmcore.company("EUR", "Europe/Berlin"))

    def read(path):
        entries = entries_in(path)
        with suppress(Abandoned), crm.unit("import") as unit:
            take_in(unit, crm, entries, path.name)
            raise Abandoned

    return read


def bundle():
    """Return a small bundle with a resource of each type that becomes records."""
    return json.loads(Path(__file__).with_name("data").joinpath("small_bundle.json").read_text("utf-8"))


def twisted(rng):
    """Return the bytes of the bundle with up to three of its elements made odd."""
    made = bundle()
    for _ in range(rng.randrange(1, 4)):
        places = [place for place in places_in(made) if place]
        if not places:
            break
        *way, last = rng.choice(places)
        holder = at(made, way)
        match rng.randrange(4):
            case 0:
                del holder[last]
            case 1:
                holder[last] = rng.choice(ODD)
            case 2:
                holder[last] = [holder[last]]
            case _:
                holder[last] = copy.deepcopy(at(made, rng.choice([(), *places])))
    return json.dumps(made).encode()


def places_in(part, way=()):
    """Yield the way to every element."""
    yield way
    pairs = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for name, inner in pairs:
        yield from places_in(inner, (*way, name))


def at(part, way):
    """Return what stands at the end of a way."""
    for step in way:
        part = part[step]
    return part
