"""What a plain shop tells of its customers, and what it asks the database for it."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore

from demo_shop.xsell_adapter import ShopAdapter
from tests import factories as make

pytestmark = pytest.mark.django_db


class TellingAdapter(ShopAdapter):
    """Tells how a customer is called."""

    def facts(self, customer):
        return {} if customer is None else {"name": customer.username}


class SpeakingAdapter(TellingAdapter):
    """Builds its contexts in a way of its own."""

    def context_for(self, customer_id=None):
        return super().context_for(customer_id)


@pytest.fixture
def people():
    return make.UserFactory.create_batch(3)


@pytest.mark.parametrize(
    ("adapter", "n_queries"), [(ShopAdapter, 0), (TellingAdapter, 1), (SpeakingAdapter, 4)]
)
def test_many_customers_are_told_of_at_one_go(
    people, adapter, n_queries, django_assert_num_queries
):
    ids = [*(str(it.pk) for it in people), "999999"]
    with django_assert_num_queries(n_queries):
        known = adapter().contexts_for(ids)
    assert {it: known[it].customer_id for it in ids} == {it: it for it in ids}
    names = [known[it].facts.get("name") for it in ids]
    assert names == ([None] * 4 if n_queries == 0 else [*(it.username for it in people), None])


@pytest.mark.parametrize("is_known", [True, False])
def test_the_one_who_asks_is_told_of_without_a_query(rf, people, is_known):
    request = rf.get("/")
    request.user, request.session = people[0] if is_known else AnonymousUser(), SessionStore()
    facts = TellingAdapter().context(request).facts
    assert facts.get("name") == (people[0].username if is_known else None)
    assert facts["order_refs"] == ()


def test_who_is_nobody_has_no_facts(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert TellingAdapter().context_for().facts == {}


def test_nobody_has_agreed_unless_the_shop_says_so(rf, people):
    request = rf.get("/")
    request.user, request.session = people[0], SessionStore()
    assert ShopAdapter().consent(request) == frozenset()
    request.session["is_remembered"] = True
    assert ShopAdapter().context(request).consent == {"personal"}
