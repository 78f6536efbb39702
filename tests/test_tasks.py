"""Celery's doorway: the jobs under their public names."""

import pytest

from demo_shop.celery import app
from tests import factories as make
from xsell import tasks
from xsell.exceptions import MiningFailed
from xsell.models import CoPurchase, MiningRun

pytestmark = pytest.mark.django_db


@pytest.fixture
def orders():
    bread, butter = make.ProductFactory.create_batch(2)
    for _ in range(6):
        order = make.OrderFactory()
        make.OrderLineFactory(order=order, product=bread)
        make.OrderLineFactory(order=order, product=butter)
        make.OrderLineFactory()


@pytest.mark.parametrize("name", ["xsell.run_job", "xsell.recompute_relations"])
def test_the_tasks_have_their_public_names_and_keep_no_results(name):
    assert app.tasks[name].ignore_result


def test_the_task_mines_and_says_who_started_it(orders):
    tasks.recompute_relations.apply(throw=True)
    assert MiningRun.objects.get(is_active=True).started_by == "celery"
    assert CoPurchase.objects.count() == 2


def test_a_job_can_be_run_by_its_name(orders):
    tasks.run_named_job.apply(args=["recompute_relations"], kwargs={"k": 1}, throw=True)
    assert MiningRun.objects.get(is_active=True).parameters["k"] == 1


def test_a_failing_job_fails_the_task(db):
    with pytest.raises(MiningFailed, match="gives no order lines"):
        tasks.recompute_relations.apply(throw=True)
