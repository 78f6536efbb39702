"""PostgreSQL and Redis of the tests' own: they can be stopped, and lose nobody else's rows."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

from tests import machine


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as wire:
        return wire.getsockname()[1]


class PostgreSQL:
    """A cluster in a folder of its own, below one that the user postgres can reach."""

    user = "xsell"
    host = "127.0.0.1"

    def __init__(self):
        self.commands = machine.postgresql_commands()
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="xsell-cluster-"))
        self.folder.chmod(0o755)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self._run(
            *("initdb", "-D", self.folder / "data", "-U", self.user, "--auth=trust"),
            *("-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
        )
        self.start()

    def _run(self, command, *arguments):
        subprocess.run(
            [*machine.as_postgres(), self.commands / command, *arguments],
            check=True,
            cwd=self.folder,
            # A server that inherited a pipe would keep its reader waiting for as long as it lives.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _control(self, verb, *arguments):
        self._run("pg_ctl", verb, "-D", self.folder / "data", "-w", "-t", "60", *arguments)

    def start(self):
        options = f"-p {self.port} -k {self.folder} -c listen_addresses={self.host} -c fsync=off"
        self._control("start", "-l", self.folder / "log", "-o", options)
        self.is_up = True

    def stop(self):
        """As by a power cut: connections die in the middle of what they do."""
        self._control("stop", "-m", "immediate")
        self.is_up = False

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder)

    def execute(self, statement):
        at = {"host": self.host, "port": self.port, "user": self.user}
        with psycopg.connect(**at, dbname="postgres", autocommit=True) as connection:
            return connection.execute(statement)

    def waiting(self):
        """How many connections wait for a lock that another one has."""
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        return self.execute(waits).fetchone()[0]

    def copy(self, database, copy):
        self.execute(f"CREATE DATABASE {copy} TEMPLATE {database}")
        # Until then a copied sequence counts without a word to the write-ahead log, and after a
        # crash it would give the same numbers again.
        self.execute("CHECKPOINT")

    def environment(self, name):
        """What points the demo shop at the database of this name."""
        return {
            "XSELL_DATABASE": "postgresql",
            "XSELL_DATABASE_NAME": name,
            "PGHOST": self.host,
            "PGPORT": str(self.port),
            "PGUSER": self.user,
            "PGPASSWORD": "",
        }


class Redis:
    """A broker that keeps nothing: what it holds when it stops is lost."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [
                *("redis-server", "--bind", "127.0.0.1", "--port", str(self.port)),
                *("--save", "", "--appendonly", "no", "--dir", str(self.folder)),
            ],
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 30
        while not self.answers():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def answers(self):
        with socket.socket() as wire:
            return wire.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)
