"""The task in a real worker: Redis between the processes, one database server under both."""

import os
import subprocess
import sys
import time
import uuid

import pytest
from django.db import connection

from demo_shop.celery import app
from tests import factories as make
from xsell.models import CoPurchase, MiningRun

pytestmark = [
    pytest.mark.service("database-server", "redis"),
    pytest.mark.django_db(transaction=True),
]

SECONDS_TO_WAIT = 90


def wait_until(condition, worker):
    """Wait for the worker's work; a worker that died is said with its last words."""
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while not condition():
        if worker.poll() is not None or time.monotonic() > deadline:
            worker.kill()
            pytest.fail(worker.communicate()[0])
        time.sleep(0.1)


@pytest.fixture
def queue():
    """A queue of this test's own: other workers on this Redis must not take its tasks."""
    return f"xsell-test-{uuid.uuid4().hex}"


@pytest.fixture
def worker(queue, redis_url):
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "celery", "-A", "demo_shop", "-b", redis_url, "worker"),
            *("-P", "solo", "-Q", queue, "--without-gossip", "--without-mingle"),
        ],
        env={**os.environ, "XSELL_DATABASE_NAME": connection.settings_dict["NAME"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    yield process
    process.terminate()
    process.communicate(timeout=30)


def test_a_worker_mines_the_shops_orders_and_the_relations_serve(worker, queue, redis_url):
    bread, butter = make.ProductFactory.create_batch(2)
    for _ in range(6):
        order = make.OrderFactory()
        make.OrderLineFactory(order=order, product=bread)
        make.OrderLineFactory(order=order, product=butter)
        make.OrderLineFactory()
    with app.connection_for_write(redis_url) as broker:
        app.send_task("xsell.recompute_relations", queue=queue, connection=broker)
    wait_until(MiningRun.objects.filter(is_active=True).exists, worker)
    pairs = set(CoPurchase.objects.values_list("anchor", "suggested"))
    assert pairs == {(bread.pk, butter.pk), (butter.pk, bread.pk)}
