"""What follows from a change of records, in the same transaction: placements, and the tasks of playbooks."""

from collections.abc import Sequence

from crmcore.evaluation.placements import Move
from crmcore.grammar.declare import Scheme
from crmcore.work.placing import RUNS, Placer, replace, table_of
from crmcore.work.plugin_marks import marks_in
from crmcore.work.rewinding import moves_back
from crmcore.work.tasks import Round, tasks_of_commit
from crmcore.work.touched import advance, followed, touched_customers


def follow_up(this: Round, schemes: Sequence[Scheme]) -> tuple[Move, ...]:
    """Place anew whom a unit's changes touch, carry out playbooks for them, and return who moved."""
    unit, state, transaction = this.unit, this.state, this.unit.transaction
    changes = tuple(unit.changes())
    touched = touched_customers(transaction, unit.classes, unit.before, followed(schemes))
    advance(transaction, (key for key in touched if ("customer", key) not in unit.before))
    number = max((int(key) for key, _ in transaction.items(RUNS)), default=0)
    placer = Placer(transaction, state.book, state.world, state.day, number)
    tables = {*unit.classes, *(name for mark in marks_in(transaction).values() for name in mark.records)}
    is_about_records = any(change.table in tables for change in changes)
    is_put_back = any(table.startswith(table_of("")) for table, _ in unit.before)
    changed = None if is_put_back else {table for table, _ in unit.before}
    moves = replace(placer, schemes, touched, changed, touches_records=is_about_records)
    put_back = (change.key for change in changes if change.table.startswith(table_of("")))
    tasks_of_commit(this, moves, (*touched, *put_back))
    return (*moves_back(changes, state.day), *moves)
