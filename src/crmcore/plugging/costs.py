"""What it costs to load a plugin: the time, and the modules that nobody had imported before."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Final

from attrs import define

SLOW: Final = 0.5
"""Seconds from which on loading a plugin is slow; the number is ours."""


@define
class Cost:
    """Seconds and modules; zeros until it has been measured."""

    seconds: float = 0.0
    modules: int = 0


@contextmanager
def measured() -> Iterator[Cost]:
    """Measure what is done inside. What two plugins share counts for the one that is loaded first."""
    cost, before, start = Cost(), len(sys.modules), perf_counter()
    yield cost
    cost.seconds, cost.modules = perf_counter() - start, max(0, len(sys.modules) - before)
