"""A plugin that is one file beside the store, named in crm.toml."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from attrs import frozen

from crmcore.author.new_toml import line_for, with_local
from crmcore.errors import CrmError
from crmcore.plugging.config import COMPANY_FILE, LOCAL_PLUGINS, Config
from crmcore.storage.building_blocks import replace_file

_MARK: Final = b"\xef\xbb\xbf"


@frozen
class LocalPlan:
    """What will be written: a new file, and crm.toml with its new content."""

    file: Path
    source: str
    company_file: Path
    content: bytes


def plan_local(config: Config, name: str, source: str) -> LocalPlan:
    """Return what has to be written for a local plugin; raises `CrmError` if anything is in the way."""
    file, company_file = config.folder / LOCAL_PLUGINS / f"{name}.py", config.folder / COMPANY_FILE
    if os.path.lexists(file):
        raise CrmError(f"{file} is there already, and nothing is overwritten", todo="Choose another name.")
    if name in config.disabled:
        raise CrmError(f"{config.disabled[name]} disables the plugin {name!r}", todo="Take it out there first.")
    old = company_file.read_bytes() if company_file.exists() else b""
    return LocalPlan(file, source, company_file, old if name in config.local else _enabled(company_file, old, name))


def _enabled(file: Path, old: bytes, name: str) -> bytes:
    """Return the content of crm.toml with the plugin named in it; it was read as configuration before, so it is sound."""
    mark = _MARK if old.startswith(_MARK) else b""
    text = old.removeprefix(_MARK).decode("utf-8")
    changed = with_local(text, name)
    if changed is None:
        raise CrmError(
            f"{file} cannot be changed safely, so nothing was written",
            todo=f"Write there under [plugins], in place of any other local, and repeat the command:\n"
            f"    {line_for(text, name)}",
        )
    return mark + changed.encode()


def write_local(plan: LocalPlan) -> None:
    """Write the plugin, then crm.toml; where that fails nothing remains. Raises `OSError`."""
    plan.file.parent.mkdir(exist_ok=True)
    with plan.file.open("x", encoding="utf-8", newline="\n") as file:
        file.write(plan.source)
    try:
        _replace(plan.company_file, plan.content)
    except BaseException:
        with suppress(OSError):
            plan.file.unlink()
            plan.file.parent.rmdir()  # only if nothing else is in it
        raise


def _replace(file: Path, content: bytes) -> None:
    """Put new content in place, with the old file's rights; behind a link, where the link leads."""
    place = Path(os.path.realpath(file))
    mode = place.stat().st_mode & 0o777 if place.exists() else 0o666 & ~_umask()
    replace_file(place, content)
    place.chmod(mode)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
