"""Columns that are computed on the way: what is used more than once, or grows large, gets a column of its own."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import narwhals.stable.v2 as nw
from attrs import define, evolve, field, frozen

from crm_bulk.vectors import Vector

LARGE: Final = 12
"""Parts of an expression beyond which it becomes a column: engines are given trees, in which nothing is shared."""

Made = TypeVar("Made")


@frozen
class Cost:
    """How many layers of columns an expression stands on, and of how many parts it is."""

    depth: int = 0
    size: int = 1


@define(eq=False)
class Columns:
    """Named columns in layers, each made from what is below it."""

    prefix: str
    layers: list[dict[str, Any]] = field(factory=list)
    _kept: dict[Any, tuple[Vector, Cost]] = field(factory=dict, init=False)
    _open: list[Cost] = field(factory=lambda: [Cost()], init=False)
    _count: int = field(default=0, init=False)
    _columns: dict[int, tuple[Any, Cost]] = field(factory=dict, init=False)
    """The columns by what they are made of, which needs none twice, and by themselves."""
    _held: list[Any] = field(factory=list, init=False)

    def measured(self, make: Callable[[], Made]) -> tuple[Made, Cost]:
        """Return what ``make`` returns, with its cost."""
        self._open.append(Cost())
        made = make()
        return made, self._open.pop()

    def needing(self, made: Made, cost: Cost) -> Made:
        """Return what was made; what is being made around it costs as much more."""
        around = self._open[-1]
        self._open[-1] = Cost(max(around.depth, cost.depth), around.size + cost.size)
        return made

    def vector(self, key: Any, make: Callable[[], Vector], *, always: bool = False) -> Vector:
        """Return the vector of a key, which is made on the first call; a large one, or ``always``, as a column."""
        if key not in self._kept:
            vector, cost = self.measured(make)
            if always or cost.size > LARGE:
                vector, cost = self._placed(key, vector, cost)
            self._kept[key] = (vector, cost)
        return self.needing(*self._kept[key])

    def expr(self, key: Any, make: Callable[[], Any], *, always: bool = False) -> Any:
        """Return the expression of a key in the same way; None stays None."""
        return self.vector(key, lambda: Vector("fixed", make()), always=always).expr

    def _placed(self, key: Any, vector: Vector, cost: Cost) -> tuple[Vector, Cost]:
        if vector.moment is not None and vector.day is not None:
            moment, day = vector.moment, vector.day
            forms = {
                "moment": lambda: self.expr((key, "moment"), lambda: self.needing(moment(), cost), always=True),
                "day": lambda: self.expr((key, "day"), lambda: self.needing(day(), cost), always=True),
            }
            first = forms["moment" if vector.shape == "instant" else "day"]
            placed, own = self.measured(first)
            return evolve(vector, expr=placed, moment=forms["moment"], day=forms["day"]), own
        if vector.expr is None:
            return vector, cost
        if id(vector.expr) not in self._columns:
            while len(self.layers) <= cost.depth:
                self.layers.append({})
            name = f"{self.prefix}{self._count}"
            self._count += 1
            self.layers[cost.depth][name] = vector.expr
            column = nw.col(name), Cost(cost.depth + 1)
            self._columns |= {id(vector.expr): column, id(column[0]): column}
            self._held.append(vector.expr)
        column, cost = self._columns[id(vector.expr)]
        return evolve(vector, expr=column), cost

    def added_to(self, frame: Any) -> Any:
        """Return a frame with all columns."""
        for layer in self.layers:
            if layer:
                frame = frame.with_columns(**layer)
        return frame
