"""A Spark cluster of two workers on this machine places everybody as Polars does, also when a worker dies on the way.

    python benchmarks/bulk_cluster.py [--customers 50000]

Starts a master and two workers of one core each, as on two machines; then one run undisturbed and one in which a worker,
its executor and everything that it held is killed while a stage after the first runs. Fails if any answer differs.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any
from zoneinfo import ZoneInfo

import pyspark
from bulk_answers import Result, Task, differences
from bulk_ours import Ours
from crm_bulk.engines import pyspark_engine
from crm_bulk.engines.polars_engine import PolarsBackend
from generate import AS_OF, ZONE, generate

HOST = "127.0.0.1"
CLASS = Path(pyspark.__file__).parent / "bin" / "spark-class"
DEPLOY = "org.apache.spark.deploy"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--customers", type=int, default=50_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        generate(folder / "data", given.customers, piece=max(given.customers // 8, 1))
        task = Task(folder / "data", AS_OF, ZoneInfo(ZONE))
        expected = Ours(PolarsBackend()).run(task)
        for is_killed in (False, True):
            with cluster(folder / f"{is_killed}") as (master, workers):
                said, found, seconds = answered(task, master, workers[1] if is_killed else None)
            wrong = differences(expected, found)
            print(f"{said}: {seconds:.0f} s, {wrong or 'the same answers as Polars'}", flush=True)
            if wrong:
                sys.exit(1)


def answered(task: Task, master: str, victim: Any) -> tuple[str, Result, float]:
    """Run on the cluster, and kill ``victim`` on the way if there is one."""
    options = {
        "master": master,
        "spark.sql.shuffle.partitions": "16",
        "spark.driver.host": HOST,
        "spark.executor.memory": "1g",
        "spark.network.timeout": "60s",
    }
    backend = pyspark_engine.opened(options)
    killer = Killer(backend.session, victim)
    started = time.perf_counter()
    try:
        killer.start()
        result = Ours(backend).run(task)
    finally:
        killer.done.set()
        killer.join()
        backend.close()
    if victim is not None and not killer.said:
        raise SystemExit("the run was over before a worker could be killed: give it more --customers")
    return killer.said or "two workers", result, time.perf_counter() - started


class Killer(Thread):
    """Waits until some stages are done and another one has done some of its tasks; then kills a worker."""

    def __init__(self, session: Any, victim: Any) -> None:
        super().__init__()
        self.tracker, self.victim = session.sparkContext.statusTracker(), victim
        self.done, self.said = Event(), ""

    def run(self) -> None:
        while self.victim is not None and not self.done.wait(0.02):
            for number in self.tracker.getActiveStageIds():
                stage = self.tracker.getStageInfo(number)
                if stage and number > 3 and 0 < stage.numCompletedTasks < stage.numTasks:
                    os.killpg(self.victim.pid, signal.SIGKILL)
                    self.said = f"one of two workers killed in stage {number} after {stage.numCompletedTasks} of {stage.numTasks} tasks"
                    return


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[Any]]]:
    """Start a master and two workers, and stop them in the end."""
    folder.mkdir()
    port = free_port()
    master = f"spark://{HOST}:{port}"
    started = [
        spark(f"{DEPLOY}.master.Master", folder, "--host", HOST, "--port", str(port), "--webui-port", str(free_port()))
    ]
    try:
        wait_for(port)
        for name in ("one", "two"):
            given = ("--cores", "1", "--memory", "1g", "--host", HOST, "--webui-port", str(free_port()))
            started.append(spark(f"{DEPLOY}.worker.Worker", folder, *given, "--work-dir", str(folder / name), master))
        wait_for_workers(folder / "log", 2)
        yield master, started[1:]
    finally:
        for process in reversed(started):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def spark(name: str, folder: Path, *given: str) -> Any:
    """Start a part of the cluster in a process group of its own, to which its executors will belong."""
    environ = {**os.environ, "SPARK_LOCAL_IP": HOST, "SPARK_DAEMON_MEMORY": "256m"}
    with (folder / "log").open("ab") as log:
        return subprocess.Popen([CLASS, name, *given], env=environ, stdout=log, stderr=log, start_new_session=True)


def free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])


def wait_for(port: int) -> None:
    for _ in range(600):
        with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.1)
    raise SystemExit("the master did not start")


def wait_for_workers(log: Path, number: int) -> None:
    for _ in range(600):
        if log.read_text(errors="replace").count("Registering worker") >= number:
            return
        time.sleep(0.1)
    raise SystemExit("the workers did not start:\n" + log.read_text(errors="replace")[-2000:])


if __name__ == "__main__":
    main()
