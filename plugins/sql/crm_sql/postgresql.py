"""PostgreSQL: a store in a schema of a server's database, for many people at once."""

import itertools
import re
import weakref
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from attrs import Factory, define, field
from sqlalchemy import Connection, Engine, bindparam, create_engine, func, select, text
from sqlalchemy.exc import DBAPIError

from crm_sql.databases import Cause, Failure, complaining
from crm_sql.options import options_of, patience
from crm_sql.store import SqlStore
from crm_sql.tables import facts, own, shapes
from crmcore import Promises, StoreError, UsageError

if TYPE_CHECKING:
    import psycopg

SCHEME: Final = "postgresql://"

_OURS: Final = frozenset({"schema", "timeout", "units"})
_UNITS: Final = {"alone": Promises(), "checked": Promises(one_writer=False)}
_SCHEMA: Final = re.compile(r"[a-z_][a-z0-9_]{0,39}")

_CAUSES: Final = {
    "55P03": Cause.LOCKED,
    "40001": Cause.PASSING,
    "40P01": Cause.PASSING,
    "57P": Cause.PASSING,
    "08": Cause.PASSING,
    "53100": Cause.FULL,
    "53": Cause.PASSING,
    "XX001": Cause.DAMAGED,
    "XX002": Cause.DAMAGED,
}
"""What errors mean, by how their codes begin: SQLSTATE, appendix A of PostgreSQL's manual."""

_LOST: Final = ("57P", "08")
"""The codes of a connection that ended, so that an answer may be missing."""

_RISKY: Final = {
    "fsync": "a power cut may lose or ruin everything",
    "full_page_writes": "a power cut may ruin everything",
    "synchronous_commit": "a crash of the server may lose the last commits",
}
_MARK: Final = "_before_restore_"
_LOCK: Final = select(facts.c.id).where(facts.c.id == 1).with_for_update()
_WAIT: Final = select(func.set_config("lock_timeout", bindparam("wait"), True))


def postgresql_store(url: str) -> SqlStore:
    """Return the store at an address such as `postgresql://ada@host/crm?schema=acme`; raises `UsageError`."""
    head, _, query = url.partition("?")
    options = options_of(query, shown(url))
    schema, units = options.get("schema", ""), options.get("units", "alone")
    if schema and (not _SCHEMA.fullmatch(schema) or schema == "information_schema"):
        raise UsageError(
            f"schema={schema!r} is no name of a schema that can be used", todo="Use small letters, digits and _."
        )
    if units not in _UNITS:
        raise UsageError(f"units={units!r} is not known", todo=f"Write units={' or units='.join(_UNITS)}.")
    rest = {name: value for name, value in options.items() if name not in _OURS}
    told = _told(f"{head}?{urlencode(rest)}" if rest else head, shown(url))
    return SqlStore(PostgresDatabase(shown(url), told, schema, patience(options, shown(url))), _UNITS[units])


def shown(url: str) -> str:
    """Return an address without its password."""
    return re.sub(r"([?&](?:ssl)?password=)[^&]*", r"\1***", re.sub(r"(://[^/@?]*?:)[^/@?]*@", r"\1***@", url))


def _told(address: str, url: str) -> Mapping[str, object]:
    """Return what an address tells psycopg; raises `UsageError`."""
    try:
        from psycopg import ProgrammingError  # noqa: PLC0415 - only where there is a server
        from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 - the same
    except ImportError as error:
        raise UsageError(
            f"{url} needs psycopg, which is not installed", todo='Install it: pip install "crm-sql[postgresql]"'
        ) from error
    try:
        told = conninfo_to_dict(address)
    except ProgrammingError as error:
        why = "" if "***" in url else f": {error}"  # it may quote the password
        raise UsageError(f"{url!r} is not the address of a database{why}", todo="See crm-sql's README.") from None
    if "options" in told:
        raise UsageError(f"{url!r}: `options` cannot be given here", todo="`schema=NAME` chooses the schema.")
    return told


def _connected(told: Mapping[str, object], schema: str) -> "psycopg.Connection":
    """Connect, with transactions as we begin them; raises `StoreError` for a database that cannot hold every text."""
    import psycopg  # noqa: PLC0415 - only where there is a server

    path = {"options": f"-c search_path={schema}"} if schema else {}
    made = psycopg.connect(**{"application_name": "crm", **told, **path}, autocommit=True)  # type: ignore[arg-type]  # libpq checks them
    encoding = made.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        made.close()
        raise StoreError(f"the database keeps texts as {encoding}", todo="Make one with ENCODING 'UTF8'.")
    return made


@define(eq=False)
class PostgresDatabase:
    """A database, in which the store has a schema of its own if the address names one."""

    url: str
    told: Mapping[str, object]
    schema: str
    patience: float
    engine: Engine = field(init=False, default=Factory(lambda self: self._engine(), takes_self=True))

    def __attrs_post_init__(self) -> None:
        weakref.finalize(self, self.engine.dispose)

    def _engine(self) -> Engine:
        connect = partial(_connected, self.told, self.schema)
        return create_engine("postgresql+psycopg://", creator=connect, pool_pre_ping=True, max_overflow=-1)

    @property
    def identity(self) -> str:
        """The server, the database and the schema."""
        return " ".join(str(self.told.get(name, "")) for name in ("host", "port", "dbname")) + f" {self.schema}"

    def source(self) -> Path:
        """Return the address."""
        return Path(self.url)

    def is_there(self) -> bool:
        """Whatever the address names must be there; only its tables may not be."""
        return True

    def prepare(self) -> None:
        """Make the schema."""
        if self.schema:
            with complaining(self, f"{self.url} cannot be made"), self.engine.connect() as connection:
                connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{self.schema}"'))

    def begin_reading(self, connection: Connection) -> None:
        """Begin; the first read fixes what is seen."""
        connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def begin_writing(self, connection: Connection) -> None:
        """Begin, and lock the row that every commit changes."""
        connection.exec_driver_sql("BEGIN ISOLATION LEVEL READ COMMITTED")
        connection.execute(_WAIT, {"wait": f"{max(1, round(self.patience * 1000))}ms"})
        connection.execute(_LOCK)

    def failure(self, error: DBAPIError) -> Failure:
        """Say what an error means by its code; one without a code came from the connection."""
        code = getattr(error.orig, "sqlstate", None) or "08"
        cause = next((cause for start, cause in _CAUSES.items() if code.startswith(start)), Cause.OTHER)
        said = cause.value if cause in {Cause.LOCKED, Cause.FULL} else str(error.orig).partition("\n")[0]
        return Failure(cause, said, is_sure=not code.startswith(_LOST))

    def size(self, connection: Connection) -> int:
        """Return what the tables take, with their indexes."""
        sizes = [func.coalesce(func.pg_total_relation_size(func.to_regclass(name)), 0) for name in own.tables]
        return sum(connection.execute(select(*sizes)).one())

    def check(self, connection: Connection) -> Iterator[str]:
        """Look at the settings on which commits rely; the server looks after its pages itself."""
        for name, danger in _RISKY.items():
            if connection.exec_driver_sql(f"SHOW {name}").scalar() == "off":
                yield f"{self.url}: {name} is off on the server: {danger}"

    def forget(self, connection: Connection) -> None:
        """Free what was replaced; the server overwrites it, and its logs, in time."""
        connection.exec_driver_sql("VACUUM crm_document, crm_log")

    def learn(self, connection: Connection) -> None:
        """Do at once what the server would do by itself in a minute."""
        connection.exec_driver_sql("ANALYZE")

    def keep(self, connection: Connection) -> str:
        """Copy the tables, in the transaction that is open, to a schema `<schema>_before_restore_<n>`.

        Typed columns stay behind, which can always be made again: so does what says which there are.
        """
        now, taken = _schemas(connection)
        name = next(name for n in itertools.count(1) if (name := f"{now}{_MARK}{n}") not in taken)
        quoted = connection.dialect.identifier_preparer.quote(name)
        connection.exec_driver_sql(f"CREATE SCHEMA {quoted}")
        for table in own.tables:
            connection.exec_driver_sql(f"CREATE TABLE {quoted}.{table} (LIKE {table} INCLUDING ALL)")
            if table != shapes.name:
                connection.exec_driver_sql(f"INSERT INTO {quoted}.{table} SELECT * FROM {table}")  # noqa: S608 - names of ours
        return name

    def copies(self) -> "list[PostgresDatabase]":
        """Return the schemas that were kept beside it."""
        with self.engine.connect() as connection:
            now, taken = _schemas(connection)
        marked = sorted(name for name in taken if name.startswith(f"{now}{_MARK}"))
        kept = [name for name in marked if name.removeprefix(f"{now}{_MARK}").isdigit()]
        return [PostgresDatabase(f"{self.url} (schema {name})", self.told, name, self.patience) for name in kept]


def _schemas(connection: Connection) -> tuple[str, set[str]]:
    """Return the schema that is in use, and all of them."""
    now = connection.exec_driver_sql("SELECT current_schema()").scalar()
    return str(now), set(connection.exec_driver_sql("SELECT nspname FROM pg_namespace").scalars())
