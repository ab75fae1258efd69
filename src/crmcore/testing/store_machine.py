"""Stores beside a model: any steps, in any order, leave in a store what they leave in a dictionary."""
# ruff: noqa: S101 - tests assert

from collections.abc import Callable, Mapping
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from crmcore.store import Change, Document, LogEntry, Store, Transaction

_LETTERS: Final = st.characters(exclude_categories=["Cs"])
_TEXTS: Final = st.text(_LETTERS, max_size=12)
_WHOLE: Final = st.integers(-(2**63), 2**63 - 1)
_VALUES: Final = st.recursive(
    st.none() | st.booleans() | _WHOLE | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=6,
)
_DOCUMENTS: Final = st.dictionaries(_TEXTS, _VALUES, max_size=4)
_TABLES: Final = st.sampled_from(("customer", "placement:a.b", "客户", "a'b\"c;--"))
_KEYS: Final = st.sampled_from(("c1", "C1", " c1", "1", "01")) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8
)

Tables = dict[str, dict[str, Document]]


def canonical(store: Store) -> tuple[Mapping[str, list[tuple[str, Document]]], list[LogEntry]]:
    """Return everything that two stores that lived the same life hold alike: documents in order, and the log."""
    reader = store.read()
    return {table: list(reader.items(table)) for table in reader.tables()}, list(store.log())


class StoreMachine(RuleBasedStateMachine):
    """A store and a dictionary, to which the same is done. Subclasses say which store."""

    store: Store
    again: Callable[[Store], Store]

    def __init__(self) -> None:
        super().__init__()
        self._empty()
        self.model: Tables = {}
        self.commits = self.store.read().commit
        self.steps: list[Callable[[Tables], None]] = []
        self.todo: list[Callable[[Transaction], Any]] = []

    def _empty(self) -> None:
        with self.store.write() as work:
            for table in work.tables():
                for key, _ in work.items(table):
                    work.delete(table, key)
            work.commit_as(LogEntry(0, "", "ada", "begin", ()))

    @rule(table=_TABLES, key=_KEYS, document=_DOCUMENTS)
    def put(self, table: str, key: str, document: Document) -> None:
        """Plan to put a document."""
        self.todo.append(lambda work: work.put(table, key, document))
        self.steps.append(lambda model: model.setdefault(table, {}).update({key: document}))

    @rule(table=_TABLES, key=_KEYS)
    def delete(self, table: str, key: str) -> None:
        """Plan to remove one."""
        self.todo.append(lambda work: work.delete(table, key))
        self.steps.append(lambda model: _drop(model, table, key))

    @precondition(lambda self: self.todo)
    @rule(why=_TEXTS)
    def commit(self, why: str) -> None:
        """Do what is planned, and commit it."""
        with self.store.write() as work:
            trial = self._carried_out(work)
            change = Change("customer", why or "none", None, {"why": why})
            self.commits += 1
            assert work.commit_as(LogEntry(0, "", "ada", why, (change,))) == self.commits
        self.model = trial
        *_, last = self.store.log(self.commits - 1)
        assert (last.commit, last.why, last.changes) == (self.commits, why, (change,))

    @precondition(lambda self: self.todo)
    @rule()
    def discard(self) -> None:
        """Do what is planned, and leave it at that."""
        with self.store.write() as work:
            self._carried_out(work)

    @rule()
    def reopen(self) -> None:
        """Go on with another handle."""
        self.store = type(self).again(type(self).store)

    def _carried_out(self, work: Transaction) -> Tables:
        """Do what is planned to a unit and to a copy of the model; both show the same."""
        trial = {table: dict(rows) for table, rows in self.model.items()}
        for do, note in zip(self.todo, self.steps, strict=True):
            do(work)
            note(trial)
        self.todo, self.steps = [], []
        _compare(work, trial)
        return trial

    @invariant()
    def agrees(self) -> None:
        """Make sure that the store holds what the model holds."""
        reader = self.store.read()
        assert reader.commit == self.commits
        _compare(reader, self.model)


def _drop(model: Tables, table: str, key: str) -> None:
    model.get(table, {}).pop(key, None)


def _compare(reader: Any, model: Tables) -> None:
    held = {table: list(rows.items()) for table, rows in model.items() if rows}
    assert reader.tables() == tuple(sorted(held))
    for table, rows in held.items():
        assert list(reader.items(table)) == rows
        assert reader.count(table) == len(rows)
        for key, document in rows[:2]:
            assert reader.get(table, key) == document
