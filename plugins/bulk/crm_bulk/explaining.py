"""What a plan does, in words: the passes, what each reads of which record type, and what several schemes share."""

from collections.abc import Iterable, Sequence

from crm_bulk.plan import Plan, levels
from crm_bulk.scopes import Wanted
from crmcore import Customer, Scheme
from crmcore.engines import Aggregate, Node, Question, Step, canonical, name_of, reached, rules_of, type_of


def explained(plan: Plan, question: Question, roots: Sequence[Node]) -> tuple[Step, ...]:
    """Compile what ``roots`` need, run nothing, and return the steps."""
    _compile(plan, roots, question.schemes)
    customers = plan.database.rows(Customer)
    columns = dict.fromkeys((*_read(plan.scope.wanted.values()), "archived_at"))
    steps = [Step("read customer", tuple(columns), customers, ())]
    made = _aggregates(question, roots)
    for source, done in plan.passes.items():
        facts = type_of(source.record_class)
        role = "" if source.role == "customer" else f" by {source.role}"
        shared = made.get(source, ())
        steps.append(Step(f"add up {facts.name}{role}", _read(done.compiler.scope.wanted.values()), done.rows, shared))
    for number, level in enumerate(levels(question.fit, question.world), 1):
        steps.append(Step(f"fit, level {number}", (), customers, tuple(dict.fromkeys(map(name_of, level)))))
    return (*steps, Step("place", (), customers, tuple(scheme.name for scheme in question.schemes)))


def _compile(plan: Plan, roots: Iterable[Node], schemes: Iterable[Scheme]) -> None:
    compiler = plan.compiler({})
    plan.compile_all(compiler, roots)
    horizon = plan.horizon(compiler)
    for scheme in schemes:
        plan.compile_all(compiler, rules_of(scheme))
        horizon.of_scheme(scheme)


def _read(wanted: Iterable[Wanted]) -> tuple[str, ...]:
    """Return the columns and fields that are read, each once whatever its form."""
    return tuple(dict.fromkeys(_stands(one) for one in wanted))


def _stands(wanted: Wanted) -> str:
    return wanted.field.name if wanted.field is not None else ".".join(step.name for step in wanted.path)


def _aggregates(question: Question, roots: Sequence[Node]) -> dict[object, tuple[str, ...]]:
    """Return what is added up from each source: equal aggregates once, with the number of schemes that share them."""
    users: dict[tuple[object, str], set[str]] = {}
    names: dict[tuple[object, str], str] = {}
    parts = [(scheme.name, rules_of(scheme)) for scheme in question.schemes]
    for user, rules in (*parts, ("", tuple(roots))):
        for node in reached(*rules, into_rows=False):
            if isinstance(node, Aggregate):
                key = node.source, canonical(node, question.world.settings)
                names.setdefault(key, f"{name_of(node)} where ..." if node.where is not None else name_of(node))
                users.setdefault(key, set()).update({user} - {""})
    found: dict[object, tuple[str, ...]] = {}
    for (source, text), name in names.items():
        count = len(users[source, text])
        found[source] = (*found.get(source, ()), f"{name} for {count} schemes" if count > 1 else name)
    return found
