"""``crm store check --repair``: what a damaged file is made good from, said and noted."""

from click import Context

from crmcore.cli.context import note, opened, store_of
from crmcore.errors import CrmError, counted
from crmcore.storage.tinydb_store import TinyDBStore
from crmcore.store import LogEntry
from crmcore.work.closing import leave_stale


def repair(ctx: Context) -> None:
    """Repair a file store, and let the next classification place everybody anew, since placements are not logged.

    Of other stores, what they keep beside the documents is made anew, where there is such.
    """
    store = store_of(ctx)
    if not isinstance(store, TinyDBStore):
        rebuild = getattr(store, "rebuild", None)
        if rebuild is None:
            raise CrmError(f"{store.url} is no store that can be repaired here", todo="Restore a backup.")
        rebuild()
        note("what stands beside the documents was made anew from them; what is wrong in them, a backup brings back")
        return
    found = store.repair()
    if found is None:
        note("the file itself is sound")
        return
    note(
        f"made good from {found.base} and {counted(found.again, 'logged commit')} since; "
        f"the damaged file is kept as {found.kept.name}"
    )
    crm = opened(ctx)
    with crm.store.write() as work:
        leave_stale(work, ())
        at = crm.clock().isoformat().replace("+00:00", "Z")
        work.commit_as(LogEntry(0, at, crm.actor, f"repaired from {found.base}", ()))
    if crm.schemes:
        note("run `crm classify`: everybody is placed anew")
