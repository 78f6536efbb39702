"""Mining runs: what they give account of, and how new ones are asked for."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories as make
from tests.admin.accounts import a_full_run
from tests.queries import reads_and_writes
from xsell.models import MiningRun

BUTTON = "Recompute now"
ASK = "/admin/xsell/miningrun/request/"
LIST = "/admin/xsell/miningrun/"
Status = MiningRun.Status
EARLY, LATE = (datetime(2026, 11, day, 12, tzinfo=UTC) for day in (1, 20))


def rows_of(page):
    """Each row of each table as its cells' texts."""
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]


def run(status, **fields):
    return make.MiningRunFactory(is_active=False, status=status, n_baskets=0, **fields)


def a_clerk(*permissions):
    user = make.UserFactory(username="otto", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


# ------------------------------------------------------------------------------------- the account


def test_the_list_says_what_a_run_read_found_and_took(desk, db):
    full = a_full_run()
    page = desk.list("miningrun").content.decode()
    assert "Serves the shop" in page
    assert f'<a href="/admin/xsell/copurchase/?run={full.pk}">822,133</a>' in page
    assert ">20.3<" in page
    assert "All orders" in page


def test_a_run_gives_account_of_what_it_read_found_and_took(desk, db):
    page = desk.open("miningrun", a_full_run().pk).content.decode()
    for words in ("1,469,307", "155,848", "without product: 4,836", "relations of a product"):
        assert words in page
    for words in ("weighs half", "chosen anew", "without order", "last sign of life", "since"):
        assert words not in page
    rows = rows_of(page)
    assert ["reading", "7.0", "410"] in rows
    assert ["mining", "13.3", "1,904"] in rows
    assert ["in all", "20.3", "1,904"] in rows


def test_a_run_names_its_model_and_what_else_was_tried_best_first(desk, db):
    page = desk.open("miningrun", a_full_run().pk).content.decode()
    assert "ridge, chosen on 11/19/2026" in page  # the shop is in New York
    assert "3 candidates" in page
    tried = [row for row in rows_of(page) if row[0] in {"ridge", "walk", "bm25 k1=2"}]
    assert tried == [["ridge", "0.1234"], ["walk", "0.1012"], ["bm25 k1=2", "0.0900"]]
    for words in ("lam: 50<", "keeps_repeats: yes", "habit, retention: 0.97"):
        assert words in page


def test_a_run_that_was_evaluated_shows_every_contestant(desk, db):
    page = desk.open("miningrun", a_full_run().pk).content.decode()
    rows = rows_of(page)
    assert ["auto", "0.0500", "23.2%", "", "5.0%", "5.0%", "1.0%", "1.5"] in rows
    assert [
        "&lt;b&gt;popularity&lt;/b&gt;",
        "",
        "5.0%",
        "5.0%",
        "5.0%",
        "5.0%",
        "5.0%",
        "1.5",
    ] in rows
    assert "From each of 1,000 orders" in page
    assert "154,000 earlier orders" in page


def test_a_run_from_before_says_what_it_can(desk, db):
    old = make.MiningRunFactory(seconds={"reading": 7.0})
    page = desk.open("miningrun", old.pk).content.decode()
    assert ["reading", "7.0", ""] in rows_of(page)
    for words in ("Evaluation", "candidate"):
        assert words not in page


def test_the_link_from_a_run_leads_to_its_pairs(desk, shop):
    shop.bought_with("camera", "strap")
    page = desk.list("miningrun").content.decode()
    address = page.split('<a href="/admin/xsell/copurchase/')[1].split('"')[0]
    assert desk.client.get(f"/admin/xsell/copurchase/{address}").status_code == 200


def test_a_run_that_failed_says_why_and_links_to_nothing(desk, db):
    failed = run(Status.FAILED, error="<b>No</b> order line counts.")
    assert "copurchase/?run=" not in desk.list("miningrun").content.decode()
    page = desk.open("miningrun", failed.pk).content.decode()
    assert "&lt;b&gt;No&lt;/b&gt; order line counts." in page


@pytest.mark.parametrize(
    ("minutes", "state"),
    [(1, "Running"), (11, "Running, silent since")],
    ids=["alive", "silent"],
)
def test_a_run_at_work_shows_who_works_and_the_last_sign_of_life(desk, db, minutes, state):
    seen_at = timezone.now() - timedelta(minutes=minutes)
    running = run(Status.RUNNING, seen_at=seen_at, holder="shop-3/812:40211")
    page = desk.open("miningrun", running.pk).content.decode()
    for words in (state, "process 812 on shop-3", "Last sign of life"):
        assert words in page
    assert ("silent since" in page) == (minutes > 10)


@pytest.mark.parametrize(
    ("fields", "window"),
    [
        ({}, "all time"),
        ({"parameters": {"window_days": 730.0}}, "the last 730 days"),
        ({"since": EARLY, "until": LATE}, "11/01/2026 – 11/20/2026"),
        ({"since": EARLY, "parameters": {"window_days": 730.0}}, "since 11/01/2026"),
        ({"until": LATE}, "until 11/20/2026"),
    ],
)
def test_a_run_says_which_orders_it_is_about(desk, db, fields, window):
    run(Status.FAILED, **fields)
    assert f">{window}<" in desk.list("miningrun").content.decode()


def test_a_request_is_shown_as_what_it_is(desk, db):
    request = run(Status.REQUESTED, started_by="mara")
    assert "Requested by mara, waits" in desk.list("miningrun").content.decode()
    page = desk.open("miningrun", request.pk).content.decode()
    assert "Requested by mara, waits" in page
    for words in ("What it read", "Finished at", "Orders of", "Parameters"):
        assert words not in page


@pytest.mark.parametrize("status", Status.values)
def test_runs_are_found_by_their_state(desk, db, status):
    for each in Status.values:
        run(each)
    assert [row.status for row in desk.rows("miningrun", status__exact=status)] == [status]


def test_a_list_of_many_runs_costs_as_many_queries_as_a_short_one(desk, db):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            desk.list("miningrun")
        return reads_and_writes(queries)

    a_full_run()
    desk.list("miningrun")
    few = asked()
    for status in [Status.READY, Status.FAILED, Status.RUNNING, Status.REQUESTED] * 5:
        run(status)
    assert asked() == few == (7, 0)


def test_a_run_is_opened_in_a_fixed_number_of_queries(desk, db):
    pk = a_full_run().pk
    desk.open("miningrun", pk)
    with CaptureQueriesContext(connection) as queries:
        desk.open("miningrun", pk)
    assert reads_and_writes(queries) == (5, 0)


# -------------------------------------------------------------------------------------- the button


def test_a_click_asks_for_new_relations_and_says_so(desk, db):
    page = desk.list("miningrun").content.decode()
    assert BUTTON in page
    assert f'<form method="post" action="{ASK}">' in page
    with CaptureQueriesContext(connection) as queries:
        response = desk.client.post(ASK)
    # The session, the user and two kinds of permission; the waiting one, the newest, the waiting.
    assert reads_and_writes(queries) == (7, 1)
    assert (response.status_code, response.url) == (302, LIST)
    request = MiningRun.objects.get()
    assert (request.status, request.started_by) == (Status.REQUESTED, "mara")
    page = desk.list("miningrun").content.decode()
    assert "They are made when the scheduler next looks for requests." in page
    assert "Requested by mara, waits" in page


@pytest.mark.parametrize(
    ("runner", "waiting", "said"),
    [
        ("", False, "made when the scheduler next looks"),
        ("xsell.services.jobs.run_job", False, "as soon as the job runner is free"),
        ("", True, "already, by mara at .* still waits for the scheduler"),
        (
            "xsell.services.jobs.run_job",
            True,
            "already, by mara at .* waits, and the job runner was told",
        ),
    ],
)
def test_the_message_says_what_becomes_of_a_request(desk, settings, db, runner, waiting, said):
    if waiting:
        run(Status.REQUESTED, started_by="mara")
    settings.XSELL_JOB_RUNNER = runner
    response = desk.client.post(ASK)
    (message,) = get_messages(response.wsgi_request)
    assert re.search(said, str(message))
    assert MiningRun.objects.count() == 1


@pytest.mark.parametrize(
    ("permissions", "is_shown", "status"),
    [
        (["view_miningrun", "request_miningrun"], True, 302),
        (["view_miningrun"], False, 403),
        (["request_miningrun"], None, 403),
        (["view_miningrun", "change_miningrun", "add_miningrun"], False, 403),
    ],
)
def test_only_who_may_ask_sees_the_button(db, permissions, is_shown, status):
    client = a_clerk(*permissions)
    response = client.get(LIST)
    if is_shown is None:
        assert response.status_code == 403
    else:
        assert (BUTTON in response.content.decode()) == is_shown
    assert client.post(ASK).status_code == status
    assert MiningRun.objects.exists() == (status == 302)


def test_a_superuser_may_ask(admin_client):
    assert BUTTON in admin_client.get(LIST).content.decode()
    assert admin_client.post(ASK).status_code == 302


def test_a_shopper_is_sent_to_the_log_in(client, db):
    assert client.post(ASK).url.startswith("/admin/login/")


def test_nobody_asks_by_following_a_link(desk, db):
    assert desk.client.get(ASK).status_code == 405


def test_another_site_cannot_make_a_merchandiser_ask(merchandiser):
    client = Client(enforce_csrf_checks=True)
    client.force_login(merchandiser)
    assert client.post(ASK).status_code == 403
    assert not MiningRun.objects.exists()
