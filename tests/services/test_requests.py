"""Whoever asks for new relations is served by the first who picks the request up."""

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from tests import factories as make
from tests.services.locks import until_somebody_waits_for_us
from xsell.exceptions import RunnerUnavailable
from xsell.models import MiningRun
from xsell.services.requests import request_relations, waiting_request

pytestmark = pytest.mark.django_db

REQUESTED = MiningRun.Status.REQUESTED
taken = []


def runner(name, arguments):
    taken.append((name, arguments))


def runner_without_a_broker(name, arguments):
    raise RunnerUnavailable("Nobody listens at 127.0.0.1:6379.")


def here(function):
    return f"{__name__}.{function.__name__}"


@pytest.fixture(autouse=True)
def _nothing_taken():
    taken.clear()


def test_a_request_waits_and_says_who_asked():
    request = request_relations(requested_by="mara")
    assert (request.status, request.started_by, request.is_active) == (REQUESTED, "mara", False)
    assert waiting_request() == request


def test_two_who_ask_share_one_request():
    first = request_relations(requested_by="mara")
    second = request_relations(requested_by="otto")
    assert second == first
    assert MiningRun.objects.get().started_by == "mara"


@pytest.mark.parametrize("status", ["running", "ready", "failed"])
def test_what_was_picked_up_does_not_stand_for_a_new_request(status):
    picked_up = make.MiningRunFactory(status=status, is_active=False)
    assert request_relations(requested_by="mara") != picked_up


def test_a_long_login_name_is_cut():
    assert len(request_relations(requested_by="x" * 254).started_by) == 100


def test_without_a_runner_nobody_is_called(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as called:
        request_relations(requested_by="mara")
    assert called == []


def test_the_runner_hears_of_it_when_the_request_is_committed(
    settings, django_capture_on_commit_callbacks
):
    settings.XSELL_JOB_RUNNER = here(runner)
    with django_capture_on_commit_callbacks(execute=True):
        request_relations(requested_by="mara")
        assert taken == []
    assert taken == [("run_requested", {})]


@pytest.mark.django_db(transaction=True)
def test_the_runner_does_not_hear_of_what_was_rolled_back(settings):
    settings.XSELL_JOB_RUNNER = here(runner)
    with transaction.atomic():
        request_relations(requested_by="mara")
        transaction.set_rollback(True)
    assert (taken, waiting_request()) == ([], None)


def test_a_request_that_waits_is_handed_over_again(settings, django_capture_on_commit_callbacks):
    request_relations(requested_by="mara")
    settings.XSELL_JOB_RUNNER = here(runner)
    with django_capture_on_commit_callbacks(execute=True):
        request_relations(requested_by="otto")
    assert taken == [("run_requested", {})]


def test_a_runner_that_is_away_is_a_warning_and_the_request_waits(
    settings, django_capture_on_commit_callbacks, caplog
):
    settings.XSELL_JOB_RUNNER = here(runner_without_a_broker)
    with caplog.at_level(logging.WARNING), django_capture_on_commit_callbacks(execute=True):
        request_relations(requested_by="mara")
    (record,) = caplog.records
    assert (record.levelname, record.name) == ("WARNING", "xsell.services.requests")
    assert "Nobody listens" in record.getMessage()
    assert waiting_request() is not None


@pytest.mark.service("postgresql")
@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_request():
    make.MiningRunFactory()

    def click():
        try:
            return request_relations(requested_by="otto").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            first = request_relations(requested_by="mara")
            second = other.submit(click)
            until_somebody_waits_for_us()
        assert second.result(timeout=30) == first.pk
    assert MiningRun.objects.filter(status=REQUESTED).count() == 1
