"""What can be wrong between plugins and the data that a store holds of them."""

from collections.abc import Iterator, Mapping

from crmcore.errors import Invalid, counted
from crmcore.plugging.catalogue import Catalogue
from crmcore.plugging.config import LOCAL_PLUGINS, Config
from crmcore.plugging.setting_values import checked_settings
from crmcore.store import Reader
from crmcore.upkeep.checks_data import Patient
from crmcore.upkeep.findings import Finding, some
from crmcore.upkeep.holdings import Holdings, holdings_of
from crmcore.work.outbox import TABLE as OUTBOX
from crmcore.work.placing import SCHEMES, is_behind, state_of
from crmcore.work.plugin_marks import PluginMark
from crmcore.work.plugin_schemas import Mismatch
from crmcore.work.settings import settings_in


def absent_plugins(patient: Patient, misfits: tuple[Mismatch, ...]) -> Iterator[Finding]:
    """Find plugins that take no part and have data here; those that do not fit their data are told apart."""
    unfit = {each.code.name: each for each in misfits}
    for each in misfits:
        if each.is_newer:
            yield Finding("data-newer", "error", f"plugin {each.code.name}: {each.reason}", each.code.name, each.todo)
        else:
            yield Finding(
                "migration-pending", "warning", f"plugin {each.code.name}: {each.reason}", each.code.name, each.todo
            )
    for name, mark in patient.marks.items():
        status = patient.absent.status(name)
        held = _said(holdings_of(patient.reader, patient.catalogue, name)) if status != "active" else ""
        if held and name not in unfit:
            yield _waiting(mark, status, held)


def broken_plugins(catalogue: Catalogue) -> Iterator[Finding]:
    """Find plugins that were found and do not work, whether or not they have data."""
    for one in catalogue.plugins.records:
        if one.status not in {"active", "disabled"}:
            what = f"the plugin {one.name!r} does not work ({one.status}): {one.reason.strip().partition(chr(10))[0]}"
            yield Finding(f"plugin-{one.status}", "error", what, one.file, f"See `crm plugin show {one.name}`.")


def _waiting(mark: PluginMark, status: str, held: str) -> Finding:
    name, known_as = mark.name, f"{mark.distribution} {mark.version}".strip() or mark.name
    what = f"the plugin {name!r} is {status}; the store holds {held} of it"
    if status != "not installed":
        return Finding(
            "data-waiting", "warning", what, name, f"`crm plugin show {name}` says why; it is kept until then."
        )
    todo = f"Install {known_as} again, or remove its data with `crm plugin purge {name} --export FILE`."
    return Finding("plugin-missing", "warning", what, name, todo)


def _said(held: Holdings) -> str:
    records, values = sum(map(len, held.records.values())), sum(map(len, held.values.values()))
    counts = {"record": records, "value": values, "setting": len(held.settings), "scheme": len(held.schemes)}
    return ", ".join(counted(count, what) for what, count in counts.items() if count)


def stale_schemes(patient: Patient) -> Iterator[Finding]:
    """Find schemes in which customers were not placed since something changed."""
    for name, state in patient.reader.items(SCHEMES):
        if state.get("stale_since"):
            what = f"the scheme {name} is not placed since commit {state['stale_since']}"
            here = name in patient.catalogue.names("scheme")
            todo = (
                "Run `crm classify`."
                if here
                else f"Run `crm classify` when the plugin {name.partition('.')[0]!r} is back."
            )
            yield Finding("stale-scheme", "warning", what, name, todo)
    settings = settings_in(patient.reader, patient.catalogue.values("setting"))
    for scheme in patient.catalogue.values("scheme"):
        known = state_of(patient.reader, scheme.name)
        if known and not known.stale_since and is_behind(known, scheme, settings):
            what = f"the scheme {scheme.name} is not placed since its rule or a setting of it changed"
            yield Finding("stale-scheme", "warning", what, scheme.name, "Run `crm classify`.")


def waiting_events(reader: Reader) -> Iterator[Finding]:
    """Find events that plugins could not be told of."""
    waiting: dict[str, list[str]] = {}
    reasons: dict[str, str] = {}
    for key, document in reader.items(OUTBOX):
        for names in document["waiting"].values():
            for name in names:
                waiting.setdefault(name, []).append(str(int(key)))
        reasons.update(document.get("failed", {}))
    for name, commits in waiting.items():
        why = f": {reasons[name]}" if name in reasons else ""
        what = f"the plugin {name!r} was not told of {counted(len(set(commits)), 'commit')}{why}"
        todo = (
            f"Mend the plugin (`crm plugin show {name}` says where it stands); it is told again after the next commit."
        )
        yield Finding("undelivered-event", "warning", what, f"commit {some(commits)}", todo)


def proposals(patient: Patient, config: Config) -> Iterator[Finding]:
    """Find settings that crm.toml proposes and nobody applied, or that cannot be applied."""
    known = {name: patient.catalogue.setting(name) for name in patient.catalogue.rule_settings}
    given = {name: one for name, one in config.sources.company.items() if name in known}
    try:
        proposed = checked_settings(given, known)
    except Invalid as error:
        for problem in error.problems:
            yield Finding("broken-configuration", "error", str(problem), problem.file, "Correct crm.toml.")
        return
    in_force: Mapping[str, object] = settings_in(patient.reader, tuple(known.values()))
    for name, said in proposed.items():
        if in_force.get(name, known[name].default) != said.value:
            what = f"crm.toml proposes {name} = {said.value}, and {in_force.get(name, known[name].default)} is in force"
            yield Finding(
                "setting-not-applied", "warning", what, said.origin, "Run `crm config apply`, or take it out."
            )


def idle_files(config: Config) -> Iterator[Finding]:
    """Find one-file plugins that nobody switched on."""
    folder = config.folder / LOCAL_PLUGINS
    for path in sorted(folder.glob("*.py")) if folder.is_dir() else ():
        if path.stem not in config.local and path.stem not in config.disabled and not path.stem.startswith("_"):
            todo = f'Put local = ["{path.stem}"] under [plugins] in crm.toml, or move the file away.'
            yield Finding(
                "plugin-not-enabled", "warning", f"{path} is a plugin that is not switched on", str(path), todo
            )
