"""Association rules between two products: who has bought one has often bought the other."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from itertools import combinations

from attrs import frozen


@frozen
class Association:
    """Baskets that hold ``bought`` often hold ``related`` too.

    With n baskets, of which a hold ``bought``, b hold ``related`` and ``together`` hold both: support is together / n,
    confidence is together / a, lift is confidence / (b / n). A lift above 1 says that they occur together more often
    than by chance. (Agrawal, Imielinski and Swami, 1993; lift after Brin and others, 1997.)
    """

    bought: str
    related: str
    together: int
    support: float
    confidence: float
    lift: float


@frozen
class Least:
    """What a rule must reach to be one: baskets that hold both, confidence, and lift."""

    together: int = 1
    confidence: float = 0
    lift: float = 0

    def holds(self, rule: Association) -> bool:
        """Whether a rule reaches all three."""
        return rule.together >= self.together and rule.confidence >= self.confidence and rule.lift >= self.lift


def associations(baskets: Iterable[Collection[str]], least: Least) -> tuple[Association, ...]:
    """Return all rules from one product to another, the highest lift first, then confidence, then by name."""
    sets = [frozenset(basket) for basket in baskets if basket]
    single = Counter(item for basket in sets for item in basket)
    # No pair occurs more often than either of its products: what is rare alone needs no counting in pairs.
    frequent = {item for item, number in single.items() if number >= least.together}
    pairs = Counter(pair for basket in sets for pair in combinations(sorted(basket & frequent), 2))
    made = (
        _rule(one, other, together, single, len(sets))
        for pair, together in pairs.items()
        for one, other in (pair, pair[::-1])
    )
    return tuple(
        sorted(filter(least.holds, made), key=lambda rule: (-rule.lift, -rule.confidence, rule.bought, rule.related))
    )


def _rule(bought: str, related: str, together: int, single: Mapping[str, int], baskets: int) -> Association:
    confidence = together / single[bought]
    # One division of whole numbers, so that a lift of exactly 1 is 1.
    lift = together * baskets / (single[bought] * single[related])
    return Association(bought, related, together, together / baskets, confidence, lift)


def suggestions(owned: Collection[str], rules: Iterable[Association], most: int) -> tuple[Association, ...]:
    """Return the best rules that lead from what somebody has to what it does not have; one per product."""
    best: dict[str, Association] = {}
    for rule in rules:
        if rule.bought in owned and rule.related not in owned:
            known = best.get(rule.related)
            if known is None or (rule.confidence, rule.lift) > (known.confidence, known.lift):
                best[rule.related] = rule
    return tuple(sorted(best.values(), key=lambda rule: (-rule.confidence, -rule.lift, rule.related))[:most])
