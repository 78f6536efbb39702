"""A branch of the shop: its database, its broker, and its worker and clock as real processes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager

import pytest
from django.db import connection, connections

from demo_shop.celery import app
from tests.architecture.budget import ROOT
from tests.workers.servers import Redis
from xsell.models import BestSeller, CoPurchase, MiningRun
from xsell.services.mining import recompute_relations

SECONDS_TO_WAIT = 90
APP = "tests.workers.shop_app"


@contextmanager
def orm_at(environment):
    """Django's default database is the one of this environment, whatever the suite runs on."""
    ours = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": environment["XSELL_DATABASE_NAME"],
        "HOST": environment["PGHOST"],
        "PORT": environment["PGPORT"],
        "USER": environment["PGUSER"],
    }
    suites, suites_settings = connections["default"], connections.settings["default"]
    connections.settings["default"] = connections.configure_settings({"default": ours})["default"]
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"], connections.settings["default"] = suites, suites_settings


def rows_of(run):
    """What of a run's relations the shop shows, and the evidence that stands beside it."""
    columns = ("anchor", "suggested", "n_both", "n_anchor", "n_suggested", "position")
    return sorted(CoPurchase.objects.filter(run=run).values_list(*columns))


def active_run():
    return MiningRun.objects.get(is_active=True)


class Process:
    """A process of Celery's with its children, and what it logs."""

    def __init__(self, name, arguments, environment, folder, *, is_supervised=False):
        self.command = [sys.executable, "-m", "celery", "-A", APP, name, "-l", "INFO", *arguments]
        self.environment = {**os.environ, **environment}
        self.path = folder / f"{name}.log"
        self.is_supervised, self.is_wanted = is_supervised, True
        self._start()

    def _start(self):
        with self.path.open("a") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def supervise(self):
        """Start it again if it has failed, as systemd does; without supervision the test fails."""
        if self.is_wanted and self.process.poll() is not None:
            if not self.is_supervised:
                pytest.fail(f"a process has ended:\n{self.log[-4000:]}")
            self._start()

    @property
    def log(self):
        return self.path.read_text()

    def counts(self, words):
        return self.log.count(words)

    def says(self, words, times=1):
        return lambda: self.counts(words) >= times

    def stop(self):
        """Let it end what it is at."""
        self.is_wanted = False
        self.process.terminate()
        self.process.wait(timeout=SECONDS_TO_WAIT)

    def kill(self):
        """kill -9, the children too."""
        self.is_wanted = False
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=30)


class Branch:
    """The processes are started by the test; `close` ends whatever it has left."""

    def __init__(self, cluster, database, folder):
        self.cluster, self.folder = cluster, folder
        self.broker = Redis(folder)
        self.store = folder / "store"
        self.environment = {
            **cluster.environment(database),
            "XSELL_BROKER_URL": self.broker.url,
            "XSELL_TEST_FOLDER": str(folder),
            "XSELL_TEST_STORE": str(self.store),
        }
        self.processes = []

    def start_worker(self, *, children=1, is_supervised=False, silent_seconds=600):
        """Prefork, as people run it: a child mines, and the parent watches it."""
        arguments = ("-P", "prefork", "-c", str(children), "--without-gossip", "--without-mingle")
        more = {"XSELL_TEST_SILENT_SECONDS": str(silent_seconds)}
        return self._start("worker", arguments, more, is_supervised=is_supervised)

    def start_beat(self, **seconds):
        """Beat sends each task every so many seconds; None stands for a nightly one, due now."""
        schedule = {f"xsell.{name}": every for name, every in seconds.items()}
        arguments = ("-s", str(self.folder / "beat"), "--pidfile=")
        return self._start("beat", arguments, {"XSELL_TEST_SCHEDULE": json.dumps(schedule)})

    def _start(self, name, arguments, more, **options):
        process = Process(name, arguments, {**self.environment, **more}, self.folder, **options)
        self.processes.append(process)
        return process

    def send(self, name, *arguments):
        """One tick of a clock that nobody has to wait for."""
        with app.connection_for_write(self.broker.url) as broker:
            app.send_task(f"xsell.{name}", arguments, connection=broker)

    def until(self, condition, what, *, serving=True):
        """Wait for it; meanwhile the shop serves all of one snapshot at every moment."""
        deadline = time.monotonic() + SECONDS_TO_WAIT
        while not condition():
            for process in self.processes:
                process.supervise()
            if serving:
                self.serves()
            if time.monotonic() > deadline:
                logs = "\n".join(process.log[-4000:] for process in self.processes)
                pytest.fail(f"{what}: not within {SECONDS_TO_WAIT} s\n{logs}")
            time.sleep(0.1)

    def serves(self):
        """One statement, for it sees one moment."""
        shown = CoPurchase.objects.filter(run__is_active=True).values_list("run", "run__n_pairs")
        assert len(shown) > 0
        assert {(run, len(shown)) for run, _ in shown} == set(shown)

    def halt_in(self, step):
        """The next run halts in the middle of this step."""
        (self.folder / f"halt-in-{step}").touch()

    def halted_pid(self):
        """Wait until the run halts; return the process that mines."""
        halted = self.folder / "halted"
        self.until(halted.exists, "the run halts")
        return int(halted.read_text())

    def go_on(self):
        (self.folder / "halted").unlink()

    def stop_database(self):
        connection.close()
        self.cluster.stop()

    def switched_from(self, run):
        return lambda: active_run().pk != run.pk

    def count_up(self):
        """Send everybody home; what serves is what a plain full run makes of the same orders."""
        for process in reversed(self.processes):
            if process.process.poll() is None:
                process.stop()
        served = active_run()
        nothing_is_left_or_doubled()
        assert rows_of(served) == rows_of(recompute_relations())
        return served

    def close(self):
        for process in self.processes:
            if process.process.poll() is None:
                process.kill()
        self.broker.stop()
        connection.close()
        if not self.cluster.is_up:
            self.cluster.start()


def nothing_is_left_or_doubled():
    """Every row belongs to a snapshot that is whole, and no run looks as if it were at work."""
    ready = MiningRun.objects.filter(status="ready")
    stored = Counter(CoPurchase.objects.values_list("run", "anchor", "suggested"))
    assert set(stored.values()) == {1}
    assert Counter(run for run, *_ in stored) == dict(ready.values_list("pk", "n_pairs"))
    assert not BestSeller.objects.exclude(run__in=ready).exists()
    assert not MiningRun.objects.filter(status="running").exists()
