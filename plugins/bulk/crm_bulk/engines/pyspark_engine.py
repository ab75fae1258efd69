"""Spark: the columns of a cluster, or of one machine for trying things out."""

import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import environ
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import pyspark
from attrs import define, field
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import functions as sql

from crm_bulk.engines.backend import EngineFailed, Frame, Natural, Table
from crm_bulk.scopes import SEPARATOR

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.caseSensitive": "true",
}
"""What plans count on, in a session of their own."""


@define(eq=False)
class SparkBackend:
    """Frames are data frames of a session; what is kept is persisted, so that a lost worker's part is made again."""

    session: Any
    is_own: bool = False
    name: str = "pyspark"
    _kept: list[Any] = field(factory=list, init=False)

    def __attrs_post_init__(self) -> None:
        for key, value in SETTINGS.items():
            self.session.conf.set(key, value)

    def frame(self, table: Table, *, is_small: bool = False) -> Frame:
        """Return an Arrow table as a frame."""
        with _told():
            found = self.session.createDataFrame(table)
        return nw.from_native(sql.broadcast(found) if is_small else found)

    def keep(self, frame: Frame) -> Frame:
        """Have a frame computed once, when it is first used."""
        with _told():
            kept = frame.to_native().persist()
        self._kept.append(kept)
        return nw.from_native(kept)

    def collect(self, frame: Frame) -> Table:
        """Return a frame's content."""
        with _told():
            return frame.to_native().toArrow()

    def files(self, paths: Sequence[str]) -> Frame:
        """Return Parquet files."""
        with _told():
            return nw.from_native(self.session.read.parquet(*paths))

    def physical(self, files: Frame, columns: Sequence[Natural]) -> Frame:
        """Return physical columns of files."""
        made = [sql.expr(_made(each)).alias(each.name) for each in columns]
        return nw.from_native(files.to_native().select(*made))

    def unfit(self, files: Frame, columns: Sequence[Natural]) -> Mapping[str, int]:
        """Count values without a physical form."""
        counts = [sql.expr(f"count_if(NOT ({_fits(each)}))").alias(each.name) for each in columns]
        with _told():
            row = files.to_native().agg(*counts).first()
        return {each.name: row[each.name] for each in columns} if row else {}

    def close(self) -> None:
        """Forget what was kept; stop the session if it was started for this."""
        for kept in self._kept:
            kept.unpersist()
        self._kept.clear()
        if self.is_own:
            self.session.stop()


def opened(options: Mapping[str, str]) -> SparkBackend:
    """Return the engine on the cluster of ``master``; Spark's own settings may be given as well."""
    version()
    running = SparkSession.getActiveSession()
    if running is not None:
        return SparkBackend(running.newSession())
    master = options.get("master", "local[*]")
    builder = SparkSession.builder.appName("crm")
    builder = builder.remote(master) if master.startswith("sc://") else builder.master(master)
    given = {key: value for key, value in options.items() if key.startswith("spark.")}
    for key, value in (_defaults(master) | given).items():
        builder = builder.config(key, value)
    with _told():
        return SparkBackend(builder.getOrCreate(), is_own=True)


def _defaults(master: str) -> dict[str, str]:
    """Return settings for where Spark knows less than we do."""
    if master.startswith("sc://"):
        return {}
    quiet = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
    quiet["spark.python.sql.dataFrameDebugging.enabled"] = "false"  # else each part of an expression notes its caller
    quiet["spark.driver.extraJavaOptions"] = f"-Dlog4j2.configurationFile={_LOGGING.as_uri()}"
    if not master.startswith("local"):
        return quiet
    return quiet | {
        "spark.sql.shuffle.partitions": "8",
        "spark.driver.host": "localhost",
        "spark.driver.bindAddress": "127.0.0.1",
    }


_LOGGING = Path(__file__).with_name("log4j2.properties")


def version() -> str:
    """Return the library's name and version; raises `CrmError` without Java."""
    home = environ.get("JAVA_HOME", "")
    if not shutil.which("java") and not shutil.which("java", path=f"{home}/bin") and "SPARK_REMOTE" not in environ:
        raise EngineFailed(
            "Spark runs on Java, and there is none here",
            todo="Install Java 17 or newer (apt-get install openjdk-17-jre-headless) or set JAVA_HOME.",
        )
    return f"pyspark {pyspark.__version__}"


# Spark would print what it raises as well.
for _name in ("DataFrameQueryContextLogger", "SQLQueryContextLogger"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


@contextmanager
def _told() -> Iterator[None]:
    from py4j.protocol import Py4JError  # noqa: PLC0415 - a part of pyspark that has no types

    try:
        yield
    except (PySparkException, Py4JError, RuntimeError) as error:
        raise EngineFailed(f"pyspark: {str(error).splitlines()[0]}") from error


def _made(each: Natural) -> str:  # noqa: PLR0911 - one case per form
    found = _quoted(each.column)
    match each.form:
        case "whole":
            return f"CAST({found} AS BIGINT) * {10**each.digits}L"
        case "decimal":
            kept = min(each.scale, each.digits)
            narrow = f"CAST({found} AS DECIMAL({min(38, 19 + kept)}, {kept}))"
            return f"CAST({narrow} * CAST({10**each.digits} AS DECIMAL({each.digits + 1}, 0)) AS BIGINT)"
        case "float":
            return f"CAST(round({found} * 1e{each.digits}D) AS BIGINT)"
        case "days":
            return f"CAST(unix_date({found}) AS BIGINT)"
        case "moment":
            return f"unix_micros({found})"
        case "text":
            return f"CAST({found} AS STRING)"
        case "texts":
            parts = _parts(found)
            joined = f"concat({_MARK}, array_join({parts}, {_MARK}), {_MARK})"
            return f"CASE WHEN {found} IS NULL THEN NULL WHEN size({parts}) = 0 THEN {_MARK} ELSE {joined} END"
        case _:
            return found


def _fits(each: Natural) -> str:
    found = _quoted(each.column)
    match each.form:
        case "decimal":
            surplus = each.scale - each.digits  # a comparison of decimals would round them first
            return f"right(CAST({found} AS STRING), {surplus}) = repeat('0', {surplus})"
        case "float":
            finite = f"NOT isnan({found}) AND abs({found}) < double('infinity')"
            return f"{finite} AND round({found} * 1e{each.digits}D) / 1e{each.digits}D = {found}"
        case _:
            made = _made(each)
            return f"length({made}) - length(replace({made}, {_MARK}, '')) = size({_parts(found)}) + 1"


_MARK = f"chr({ord(SEPARATOR)})"


def _parts(found: str) -> str:
    return f"filter({found}, each -> each IS NOT NULL)"


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
