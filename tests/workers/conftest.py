"""One cluster for the session; for each test a database, a broker, and processes of its own."""

import itertools
import os
import subprocess
import sys

import pytest

from tests import factories as make
from tests.architecture.budget import ROOT
from tests.services import bakery
from tests.workers.branch import Branch, orm_at
from tests.workers.servers import PostgreSQL
from xsell.services.mining import recompute_relations

NUMBERS = itertools.count(1)


def a_wide_range():
    """Thirty pairs that are always bought together: rows enough for a run to die among them."""
    products = dict(enumerate(make.ProductFactory.create_batch(60)))
    for number in range(0, 60, 2):
        for _ in range(4):
            bakery.order(products, number, number + 1)


@pytest.fixture(scope="session")
def cluster():
    server = PostgreSQL()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def opening(cluster, django_db_blocker):
    """The database of a shop whose relations serve, for each test to copy."""
    cluster.execute("CREATE DATABASE opening")
    environment = cluster.environment("opening")
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=ROOT,
        env={**os.environ, **environment},
        check=True,
    )
    with django_db_blocker.unblock(), orm_at(environment):
        bakery.a_month_of_orders(bakery.shelves())
        a_wide_range()
        recompute_relations()
    return "opening"


@pytest.fixture
def branch(cluster, opening, django_db_blocker, tmp_path):
    database = f"branch_{next(NUMBERS)}"
    cluster.copy(opening, database)
    with django_db_blocker.unblock(), orm_at(cluster.environment(database)):
        one = Branch(cluster, database, tmp_path)
        yield one
        one.close()
    cluster.execute(f"DROP DATABASE {database} WITH (FORCE)")
