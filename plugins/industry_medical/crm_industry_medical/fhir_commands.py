"""`crm fhir`: import bundles of FHIR R4, and export what was imported."""

import json
from pathlib import Path

import click

from crmcore import CrmError, opened

from .command_kit import desk, done, group
from .fhir_export import bundle
from .fhir_import import entries_in, take_in

fhir = group("fhir", "Import and export patients as FHIR R4 bundles.", "import ada.json")


@desk(fhir, "import", "patients/*.json")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def import_(ctx: click.Context, files: tuple[Path, ...], *, dry_run: bool) -> None:
    """Import bundles, all of them or nothing; what no column holds is kept word for word."""
    crm = opened(ctx)
    read = [(str(path), entries_in(path)) for path in files]
    with crm.unit(f"FHIR import of {len(files)} files", dry_run=dry_run) as unit:
        found = [take_in(unit, crm, entries, name) for name, entries in read]
    resources, records = (sum(getattr(one, what) for one in found) for what in ("resources", "records"))
    done("", f"{resources} resources became {records} records", dry_run=dry_run)


@fhir.command("export", epilog="Example: crm --sensitive fhir export ada > ada.json")
@click.argument("patient", required=False)
@click.pass_context
def export(ctx: click.Context, patient: str | None) -> None:
    """Print what was imported of a patient, or of all, as a bundle with what the columns hold now."""
    crm = opened(ctx)
    if not crm.sensitive:
        raise CrmError(
            "a bundle holds sensitive values", todo="`crm --sensitive fhir export` writes them, to who may see them."
        )
    state = crm.state()
    if patient is not None:
        state.customer(patient)
    click.echo(json.dumps(bundle(state, patient), ensure_ascii=False))
