"""The change log: one line of JSON per commit, in the same transaction as what it tells of."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import bindparam, select

from crm_sql.reading import SqlReader
from crm_sql.tables import log
from crmcore import LogEntry, StoreBroken, read_log_line

PIECE: Final = 1000
"""Lines that are fetched at once."""

_TODO: Final = "The data can be used as before; only `crm log` and `crm undo` miss these commits."
_MORE: Final = (
    select(log.c.number, log.c.line).where(log.c.number > bindparam("after")).order_by(log.c.number).limit(PIECE)
)


def entries(reader: SqlReader, since: int) -> Iterator[LogEntry]:
    """Yield the logged commits after `since`, oldest first; raises `StoreBroken`, at once if the log begins later."""
    found = reader.facts
    if since < found.log_after > found.log_accepted:
        raise StoreBroken(f"the change log begins after commit {found.log_after}", todo=_TODO)
    lines = enumerate(log_lines(reader, since), max(since, found.log_after) + 1)
    return (read_log_line(line, number, reader.source) for number, line in lines)


def log_lines(reader: SqlReader, since: int = 0) -> Iterator[bytes]:
    """Yield the lines of the commits after `since` as they are; raises `StoreBroken` where one is missing."""
    last = max(since, reader.facts.log_after)
    while last < reader.commit:
        found = reader.asked(_MORE, {"after": last})
        for row in found:
            last += 1
            if row.number != last:
                raise StoreBroken(f"the change log lacks commit {last}", todo=_TODO)
            yield str(row.line).encode()
        if not found:
            raise StoreBroken(f"the change log lacks commit {last + 1}", todo=_TODO)
