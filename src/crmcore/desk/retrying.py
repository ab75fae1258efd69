"""Units of work that are done again when others were faster."""

import random
from collections.abc import Callable
from time import sleep
from typing import Final, TypeVar

from crmcore.app import Crm
from crmcore.errors import CommitUnknown, NotCommitted, Overtaken
from crmcore.store import outcome
from crmcore.work.unit import Unit

Answer = TypeVar("Answer")

TRIES: Final = 10
"""So often is a unit begun; our default."""

_FIRST: Final = 0.01
"""Seconds up to which the first pause is; each may be twice as long as the one before."""

_LONGEST: Final = 1.0


def retried(
    crm: Crm, work: Callable[[Unit], Answer], why: str = "", *, key: str = "", serializable: bool = False
) -> Answer:
    """Do ``work`` in a unit of its own, and again from the start if others came first; returns what it returns.

    It may be called several times, so all that it does must be in the unit. A commit that was not confirmed is looked up
    before anything is repeated. Raises what the last of `TRIES` attempts raised; ``key`` and ``serializable`` are those of
    `Crm.unit`.
    """
    for attempt in range(TRIES):
        try:
            with crm.unit(why, key=key, serializable=serializable) as unit:
                answer = work(unit)
        except (Overtaken, NotCommitted, CommitUnknown) as error:
            if isinstance(error, CommitUnknown) and outcome(crm.store, error.token, error.since):
                return answer
            if attempt == TRIES - 1 or (isinstance(error, NotCommitted) and not error.is_passing):
                raise
            longest = min(_LONGEST, _FIRST * 2**attempt)
            sleep(random.uniform(0, longest))  # noqa: S311 - so that those who collided do not do so again
        else:
            return answer
    raise AssertionError("unreachable")  # pragma: no cover - the last attempt returns or raises
