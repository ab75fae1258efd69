"""SQL: stores in SQLite files, for more records and more people than one file serves."""

from crmcore import Store, StoreKind, hookimpl


def open_sqlite(url: str) -> Store:
    """Return the store at `sqlite:///relative.db` or `sqlite:////absolute.db`; it need not exist yet.

    Raises `UsageError` for any other address.
    """
    from crm_sql.sqlite import sqlite_store  # noqa: PLC0415 - SQLAlchemy is loaded only where such a store is used

    return sqlite_store(url)


@hookimpl
def crm_stores() -> list[StoreKind]:
    """Add stores in SQLite files."""
    return [StoreKind("sqlite", open_sqlite)]
