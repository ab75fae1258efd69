"""What a plugin imports: heavy libraries where they cost every command, and what is private in crmcore."""

import ast
from collections.abc import Iterator, Sequence
from typing import Final

from crmcore.author.findings import Flaw, Validator
from crmcore.author.subject import Source, Subject
from crmcore.deprecations import NAMES

HEAVY: Final = frozenset(
    {
        *("altair", "bokeh", "dask", "duckdb", "fastapi", "flask", "httpx", "ibis", "jinja2", "matplotlib", "narwhals"),
        *("numpy", "openpyxl", "pandas", "plotly", "polars", "pyarrow", "pydantic", "pyspark", "requests", "rich"),
        *("scipy", "sklearn", "sqlalchemy", "starlette", "statsmodels", "tensorflow", "torch", "uvicorn"),
    }
)
"""Libraries that take longer to import than crmcore."""

PUBLIC: Final = frozenset({"crmcore", "crmcore.engines", "crmcore.testing"})
"""What plugins may import from crmcore."""


def heavy_imports(subject: Subject) -> Iterator[Flaw]:
    """Yield each import of a heavy library that is done whenever the plugin is loaded."""
    for source in _loaded(subject.sources):
        for node in _at_import(source.tree):
            for name in _modules(node):
                top = name.partition(".")[0]
                if top in HEAVY:
                    text = f"{top} is imported whenever the plugin is loaded, so every command waits for it"
                    yield Flaw(source.where(node), text, "Import it inside the function that needs it.", top)


def _loaded(sources: Sequence[Source]) -> list[Source]:
    """Return the files that are imported with the plugin: the first one, and what those import that are."""
    left = {_module_of(source): source for source in sources}
    top = min(left, key=len, default="")
    found, pending = [], [top]
    while pending:
        source = left.pop(pending.pop(), None)
        if source is not None:
            found.append(source)
            pending += [name for node in _at_import(source.tree) for name in _reached(node, source)]
    return found


def _module_of(source: Source) -> str:
    """Return the name under which a file of a package, or a file alone, is imported."""
    parts = [source.path.stem] if source.path.stem != "__init__" else []
    folder = source.path.parent
    while (folder / "__init__.py").exists():
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts)


def _reached(node: ast.AST, source: Source) -> Iterator[str]:
    """Yield every module that an import may load: what is named in packages as well."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        inside = [*_module_of(source).split("."), *(["__init__"] if source.path.stem == "__init__" else [])]
        package = inside[: len(inside) - node.level] if node.level else []
        base = ".".join([*package, *([node.module] if node.module else [])])
        yield base
        yield from (f"{base}.{alias.name}" for alias in node.names)


def private_imports(subject: Subject) -> Iterator[Flaw]:
    """Yield each import of what is not public in crmcore."""
    for source in subject.sources:
        for node in ast.walk(source.tree) if source.tree else ():
            for name in _modules(node):
                if name.partition(".")[0] == "crmcore" and name not in PUBLIC:
                    text = f"{name} is private to crmcore and may change with any version"
                    yield Flaw(source.where(node), text, "Import public names: `from crmcore import ...`.", name)
            for name in _private_names(node):
                text = f"crmcore.{name} is not public"
                yield Flaw(source.where(node), text, "Use the names in `crmcore.__all__`.", name)


def _private_names(node: ast.AST) -> Iterator[str]:
    import crmcore  # noqa: PLC0415 - its list of names only

    if isinstance(node, ast.ImportFrom) and node.module == "crmcore" and not node.level:
        public = {*crmcore.__all__, *NAMES, "open", "testing", "*"}
        yield from (alias.name for alias in node.names if alias.name not in public)


def _modules(node: ast.AST) -> tuple[str, ...]:
    if isinstance(node, ast.Import):
        return tuple(alias.name for alias in node.names)
    return (node.module,) if isinstance(node, ast.ImportFrom) and node.module and not node.level else ()


def _at_import(tree: ast.AST | None) -> Iterator[ast.AST]:
    """Yield every node that runs when the module is imported: not the bodies of functions, nor what only types need."""
    if tree is None:
        return
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        yield node
        yield from _at_import(node)


VALIDATORS: Final = (
    Validator(
        "private-import", "bronze", "error", "It imports only what is public in crmcore.", private_imports, "sources"
    ),
    Validator(
        "heavy-import",
        "gold",
        "warning",
        "It imports heavy libraries only where it needs them.",
        heavy_imports,
        "sources",
    ),
)
