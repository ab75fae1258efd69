"""SQL: stores in SQLite files and on PostgreSQL servers, for more records and more people than one file serves."""

from crmcore import Store, StoreKind, hookimpl


def open_sqlite(url: str) -> Store:
    """Return the store at `sqlite:///relative.db` or `sqlite:////absolute.db`; it need not exist yet.

    Raises `UsageError` for any other address.
    """
    from crm_sql.sqlite import sqlite_store  # noqa: PLC0415 - SQLAlchemy is loaded only where such a store is used

    return sqlite_store(url)


def open_postgresql(url: str) -> Store:
    """Return the store at `postgresql://user@host/database?schema=name`; it need not exist yet.

    Raises `UsageError` for any other address, and where psycopg is not installed.
    """
    from crm_sql.postgresql import postgresql_store  # noqa: PLC0415 - the same

    return postgresql_store(url)


@hookimpl
def crm_stores() -> list[StoreKind]:
    """Add both kinds of stores."""
    return [StoreKind("sqlite", open_sqlite), StoreKind("postgresql", open_postgresql)]
