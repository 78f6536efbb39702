"""What is remembered of what shoppers look at, of whom, and for how long."""

from datetime import timedelta
from itertools import product as combinations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.db import SessionStore
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from demo_shop.xsell_adapter import ShopAdapter
from tests import factories as make
from tests.queries import reads_and_writes
from xsell.adapters import get_adapter
from xsell.adapters.visits import PERSONAL, context_of
from xsell.exceptions import TokenRefused
from xsell.models import ProductView
from xsell.services import seen, seen_tokens
from xsell.services.jobs import run_job
from xsell.values import Seen, SeenKind, ShopContext

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreed(monkeypatch):
    """Whether shoppers agree to being remembered: change it."""
    purposes = {PERSONAL}
    monkeypatch.setattr(ShopAdapter, "consent", lambda self, request: frozenset(purposes))
    return purposes


@pytest.fixture
def browser(rf, agreed):
    """A guest's browser, which has been here before."""

    def request(user=None, session=None):
        sent = rf.post("/xsell/seen/")
        sent.user = user or AnonymousUser()
        sent.session = session or SessionStore()
        if session is None:
            sent.session.create()
        return sent

    return request


def token_for(request, *products):
    context = context_of(get_adapter(), request)
    return seen_tokens.issue(Seen(SeenKind.PRODUCT, tuple(it.pk for it in products)), context)


def looks_at(request, *products):
    return seen.record_seen(request=request, tokens=[token_for(request, it) for it in products])


def remembered():
    """(title, times viewed, customer) of all rows."""
    rows = ProductView.objects.order_by("pk")
    return list(rows.values_list("product__title", "n_views", "customer_id"))


def test_a_product_is_remembered_once_with_how_often_it_was_viewed(browser, shop):
    request = browser()
    assert looks_at(request, shop["camera"], shop["strap"]) == 2
    looks_at(request, shop["camera"])
    assert remembered() == [("camera", 2, ""), ("strap", 1, "")]
    assert (
        ProductView.objects.values("visit").distinct().get()["visit"]
        == request.session["xsell_visit"]
    )


@pytest.mark.parametrize(
    ("has_agreed", "is_staff", "is_bot"), list(combinations([True, False], repeat=3))
)
def test_only_people_who_agreed_are_remembered(
    browser, shop, agreed, monkeypatch, has_agreed, is_staff, is_bot
):
    if not has_agreed:
        agreed.clear()
    request = browser(make.UserFactory(is_staff=is_staff))
    whole = ShopAdapter.context
    if is_bot:
        monkeypatch.setattr(
            ShopAdapter,
            "context",
            lambda self, request: (
                ShopContext(shopper_key="bot", is_bot=True, consent=agreed)
                if request
                else whole(self, request)
            ),
        )
    looks_at(request, shop["camera"])
    is_remembered = has_agreed and not is_staff and not is_bot
    assert ProductView.objects.exists() is is_remembered
    assert ("xsell_visit" in request.session) is is_remembered


def test_a_visit_keeps_its_last_fifty_products(browser, shop):
    request = browser()
    shelf = make.ProductFactory.create_batch(60)
    for page in range(0, 60, 20):
        looks_at(request, *shelf[page : page + 20])
    kept = ProductView.objects.order_by("pk").values_list("product_id", flat=True)
    assert list(kept) == [it.pk for it in shelf[10:]]


@pytest.mark.parametrize("n_seen", [1, 30])
def test_what_was_viewed_before_costs_three_queries_however_much_it_is(browser, shop, n_seen):
    shelf = make.ProductFactory.create_batch(n_seen)
    request = browser()
    looks_at(request, *shelf)
    tokens = [token_for(request, it) for it in shelf]
    with CaptureQueriesContext(connection) as queries:
        seen.record_seen(request=request, tokens=tokens)
    # Which are known, that they are counted, and that none is one too many.
    assert reads_and_writes(queries) == (2, 1)


def test_who_logs_in_takes_along_what_they_viewed(browser, shop):
    customer = make.UserFactory()
    request, other = browser(), browser()
    looks_at(request, shop["camera"])
    looks_at(other, shop["strap"])
    request.user = customer
    user_logged_in.send(sender=type(customer), request=request, user=customer)
    assert remembered() == [("camera", 1, str(customer.pk)), ("strap", 1, "")]
    looks_at(request, shop["lens"])
    assert remembered()[2] == ("lens", 1, str(customer.pk))


def test_without_consent_nothing_is_taken_along(browser, shop, agreed):
    customer = make.UserFactory()
    request = browser()
    looks_at(request, shop["camera"])
    agreed.clear()
    request.user = customer
    user_logged_in.send(sender=type(customer), request=request, user=customer)
    assert remembered() == [("camera", 1, "")]


def test_a_log_in_never_fails_for_it(browser, shop, monkeypatch, settings):
    settings.XSELL_FAIL_LOUDLY = False
    monkeypatch.setattr(seen, "adopt_views", lambda **kwargs: 1 / 0)
    customer = make.UserFactory()
    user_logged_in.send(sender=type(customer), request=browser(customer), user=customer)
    user_logged_in.send(sender=type(customer), request=None, user=customer)


def test_who_takes_consent_back_is_forgotten(browser, shop):
    customer = make.UserFactory()
    request, other = browser(customer), browser()
    looks_at(request, shop["camera"])
    looks_at(other, shop["strap"])
    make.ProductViewFactory(visit="last week", customer_id=str(customer.pk))
    assert seen.forget_views(request=request) == 2
    assert remembered() == [("strap", 1, "")]
    assert seen.forget_views(request=browser()) == 0


@pytest.mark.parametrize(("days", "left"), [(None, 2), (7, 1), (0, 0)])
def test_old_views_are_forgotten(shop, monkeypatch, days, left):
    monkeypatch.setattr(seen, "PRUNED_AT_ONCE", 2)
    for days_ago in (1, 80, 91, 92, 300):
        make.ProductViewFactory(viewed_at=timezone.now() - timedelta(days=days_ago))
    asked = {} if days is None else {"days": days}
    assert run_job("prune_views", **asked) == 5 - left
    assert ProductView.objects.count() == left


@pytest.mark.parametrize("trouble", ["forged", "another's", "old", "half a character"])
def test_tokens_of_others_and_of_yesterday_are_refused(browser, shop, monkeypatch, trouble):
    request = browser()
    token, sender = token_for(request, shop["camera"]), request
    if trouble == "forged":
        token = token.swapcase()
    elif trouble == "another's":
        sender = browser()
    elif trouble == "half a character":
        token = "\ud800"
    else:
        later = timezone.now() + timedelta(hours=25)
        monkeypatch.setattr(signing.time, "time", later.timestamp)
    with pytest.raises(TokenRefused):
        seen.record_seen(request=sender, tokens=[token])
    assert not ProductView.objects.exists()


def test_a_first_page_s_token_is_good_for_the_guest_and_for_no_customer(browser, shop):
    stranger = ShopContext()
    token = seen_tokens.issue(Seen(SeenKind.PRODUCT, (shop["camera"].pk,)), stranger)
    assert seen.record_seen(request=browser(), tokens=[token]) == 1
    with pytest.raises(TokenRefused):
        seen.record_seen(request=browser(make.UserFactory()), tokens=[token])


def test_a_shop_without_sessions_remembers_nothing(browser, shop):
    token = seen_tokens.issue(Seen(SeenKind.PRODUCT, (shop["camera"].pk,)), ShopContext())
    request = browser()
    del request.session
    assert seen.record_seen(request=request, tokens=[token]) == 0
    assert not ProductView.objects.exists()
