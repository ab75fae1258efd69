"""Random schemes and expressions on random customers: every cell is that of the row evaluator, on every engine."""

import pytest
from crm_bulk import compiling, days
from crm_bulk.compiling import Compiler
from crm_bulk.engines.backend import Backend
from crm_bulk.engines.polars_engine import PolarsBackend
from equality_kit import Batch, batches, differences, expected


def check(backend: Backend, found: list[Batch]) -> None:
    wrong = [told for batch in found for told in differences(expected(batch), backend)]
    assert not wrong, "\n".join(wrong[:10])


def test_every_cell_is_that_of_the_row_evaluator(quick_backend):
    check(quick_backend, list(batches(5, companies=40, schemes=6, roots=6)))


def test_spark_answers_the_same_over_several_partitions(backend):
    most = max(batches(11, companies=40, schemes=2, roots=2), key=lambda batch: len(batch.given.records))
    check(backend, [most])


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(100, 160))
def test_long_campaigns_find_no_difference(quick_backend, seed):
    check(quick_backend, list(batches(seed, companies=120, schemes=25, roots=25)))


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(200, 212))
def test_long_campaigns_on_spark_find_no_difference(backend, seed):
    check(backend, list(batches(seed, companies=80, schemes=12, roots=8)))


def closed_window(monkeypatch):
    """A window of n days counts the day before it as well."""
    right = compiling.on_days
    monkeypatch.setattr(compiling, "on_days", lambda moment, zone, first, last: right(moment, zone, first - 1, last))


def null_as_false(monkeypatch):
    """A rule that cannot be told does not hold."""
    right = Compiler._rule
    monkeypatch.setattr(Compiler, "_rule", lambda self, rule: right(self, rule).fill_null(False))


def days_in_utc(monkeypatch):
    """Days begin when they do in Greenwich."""
    monkeypatch.setattr(days, "_offsets", lambda zone, first, last: ((0, 0),))


FAULTS = {fault.__name__: fault for fault in (closed_window, null_as_false, days_in_utc)}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_seen(monkeypatch, fault):
    FAULTS[fault](monkeypatch)
    engine = PolarsBackend()
    found = (batch for seed in range(5, 9) for batch in batches(seed, companies=40, schemes=12, roots=12))
    assert any(differences(expected(batch), engine) for batch in found)
