"""The file into which a purge writes what it removes: JSON that `crm plugin restore` puts back."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from crmcore.errors import CrmError, UsageError
from crmcore.storage.safe_file import cause, write_file
from crmcore.store import Document
from crmcore.work.plugin_marks import PluginMark, mark_from

_VERSION: Final = 1
_KIND: Final = "crm_plugin_data"


@frozen
class Values:
    """Values of a plugin's fields in one record, and the names of all fields that it had, in their order."""

    table: str
    key: str
    fields: Mapping[str, Any]
    order: tuple[str, ...]


@frozen
class Purged:
    """Everything that a store held of a plugin at a commit: documents with table and key, and values in other records."""

    plugin: str
    commit: int
    mark: PluginMark | None
    documents: tuple[tuple[str, str, Document], ...]
    values: tuple[Values, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to remove or to put back."""
        return self.mark is None and not self.documents and not self.values


def check_free(target: Path) -> None:
    """Raise `CrmError` if ``target`` is there already, or if its folder is not."""
    if os.path.lexists(target):
        raise CrmError(f"{target} is there already; nothing was removed", todo="Choose another name for the file.")
    if not target.parent.is_dir():
        raise CrmError(f"there is no folder {target.parent}; nothing was removed", todo="Make it, or check the path.")


def write_purged(target: Path, purged: Purged) -> None:
    """Write what is removed into one new file, readable by its owner only; raises `CrmError`."""
    content = {
        _KIND: _VERSION,
        "plugin": purged.plugin,
        "commit": purged.commit,
        "mark": None if purged.mark is None else purged.mark.document(),
        "documents": purged.documents,
        "values": [[one.table, one.key, dict(one.fields), one.order] for one in purged.values],
    }
    try:
        write_file(target, [json.dumps(content, ensure_ascii=False, indent=1).encode(), b"\n"])
    except OSError as error:
        why, todo = cause(error)
        raise CrmError(f"{target} was not written: {why}; nothing was removed", todo=todo) from error


def read_purged(source: Path) -> Purged:
    """Return what a file holds after checking all of it; raises `UsageError` for any other file."""
    try:
        content = json.loads(source.read_bytes())
    except OSError as error:
        why, todo = cause(error)
        raise CrmError(f"{source} cannot be read: {why}", todo=todo) from error
    except (ValueError, RecursionError) as error:
        raise _not_ours(source, f"it is not JSON ({error})") from error
    if not isinstance(content, dict) or _KIND not in content:
        raise _not_ours(source, f"it has no {_KIND!r}")
    if content[_KIND] != _VERSION:
        raise _not_ours(source, "it was written by a newer crmcore")
    try:
        return _purged(content)
    except (KeyError, TypeError, ValueError, AttributeError, CrmError) as error:
        raise _not_ours(source, f"it is damaged ({error})") from error


def _not_ours(source: Path, why: str) -> UsageError:
    return UsageError(f"{source} is no file of `crm plugin purge`: {why}", todo="Name the file that --export wrote.")


def _purged(content: Mapping[str, Any]) -> Purged:
    plugin = _text(content["plugin"])
    mark = None if content["mark"] is None else mark_from(plugin, content["mark"])
    documents = tuple((_text(table), _text(key), _mapping(document)) for table, key, document in content["documents"])
    values = tuple(
        Values(_text(table), _text(key), _mapping(fields), tuple(map(_text, order)))
        for table, key, fields, order in content["values"]
    )
    if type(content["commit"]) is not int:
        raise TypeError("its commit is no number")
    return Purged(plugin, content["commit"], mark, documents, values)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"{value!r:.40} stands where a name belongs")
    return value


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r:.40} stands where a document belongs")
    return value
