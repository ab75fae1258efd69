"""The pages that are made from the code, at build time: a comment `<!-- generated: hooks -->` is replaced by its text."""

import re
from typing import TYPE_CHECKING, Final

import reference_commands
import reference_hooks
import reference_names
import reference_schemes
import reference_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sphinx.application import Sphinx

MARK: Final = re.compile(r"^<!-- generated: (\w+) -->$", re.MULTILINE)

MAKERS: "Final[Mapping[str, Callable[[], str]]]" = {
    "hooks": reference_hooks.hooks,
    "commands": reference_commands.commands,
    "settings": reference_settings.settings,
    "checks": reference_settings.checks,
    "names": reference_names.names,
    "testing": reference_names.testing,
    "schemes": reference_schemes.schemes,
    "facts": reference_schemes.facts,
}


def filled(text: str) -> str:
    """Return a page with every mark replaced by what it stands for."""
    return MARK.sub(lambda found: MAKERS[found[1]](), text)


def setup(app: "Sphinx") -> dict[str, bool]:
    """Replace the marks of each page as Sphinx reads it."""
    app.connect("source-read", lambda _app, _name, content: content.__setitem__(0, filled(content[0])))
    return {"parallel_read_safe": True}
