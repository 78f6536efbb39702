# ruff: noqa: S101 - asserting is what this package is for
"""The shop under test, as the conformance suite fills and visits it."""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from importlib import import_module
from typing import Any
from unittest import SkipTest

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db import connections
from django.db.models import Model
from django.http import HttpRequest
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from xsell.adapters import BaseAdapter, get_adapter
from xsell.conf import conf
from xsell.values import Cart, ProductId

WRITES = re.compile(
    r"\s*(INSERT|UPDATE|DELETE|REPLACE|MERGE|TRUNCATE|CREATE|ALTER|DROP|COPY)\b|.*\bFOR UPDATE\b",
    re.IGNORECASE | re.DOTALL,
)
NUMBERS = itertools.count(1)


class ShopUnderTest:
    """Override the `make_...` methods and `cancel_order`; the others where they do not fit."""

    def adapter(self) -> BaseAdapter:
        """The adapter under test: the one that XSELL_ADAPTER names."""
        return get_adapter()

    # ------------------------------------------------------------------ what there is in the shop

    def make_product(
        self, *, title: str = "Strap", price: Decimal = Decimal("9.90"), stock: int = 10
    ) -> ProductId:
        """Put a product on sale, in a category if the shop has any; return its primary key.

        `price` is for one unit, as a shopper without account reads it.
        """
        raise NotImplementedError

    def make_unavailable(self, product_id: ProductId) -> None:
        """Sell the product out, hide it, or take its price away."""
        raise NotImplementedError

    def make_variants(self) -> tuple[ProductId, ProductId]:
        """Put one product on sale in two variants; return the keys of both variants."""
        raise SkipTest("no variants in this shop; override make_variants if there are")

    def delete_product(self, product_id: ProductId) -> None:
        """Delete the product from the database, as happens after years."""
        self.product_model()._default_manager.filter(pk=product_id).delete()

    def make_customer(self) -> Any:
        """A user who can log in, without rights."""
        users: Any = get_user_model()
        name = f"shopper{next(NUMBERS)}@example.com"
        return users._default_manager.create_user(**{users.USERNAME_FIELD: name})

    def make_order(
        self,
        product_ids: Sequence[ProductId],
        *,
        customer: Any = None,
        placed_at: datetime | None = None,
        quantity: int = 1,
    ) -> str:
        """Place an order with so many units of each product; return what `order` takes as its ref.

        Without `customer` a guest's, without `placed_at` of this moment.
        """
        raise NotImplementedError

    def cancel_order(self, order_ref: str) -> None:
        """Cancel the order. Raise `unittest.SkipTest` if orders cannot be cancelled."""
        raise NotImplementedError

    def remember_order(self, request: HttpRequest, order_ref: str) -> None:
        """What the shop does at a guest's checkout, so that its thank-you page finds the order."""
        raise SkipTest("guests do not see their orders; override remember_order if they do")

    # --------------------------------------------------------------------- what shoppers do in it

    def request(self, customer: Any = None) -> HttpRequest:
        """A shopper's first request, after the shop's middleware: a fresh session and a user."""
        request = RequestFactory().get("/")
        request.session = import_module(settings.SESSION_ENGINE).SessionStore()
        request.user = customer or AnonymousUser()
        return request

    def next_request(self, request: HttpRequest) -> HttpRequest:
        """The same shopper's next request."""
        request.session.save()
        following = self.request(request.user if request.user.is_authenticated else None)
        following.session = type(request.session)(request.session.session_key)
        return following

    def add_with_options(self, request: HttpRequest, product_id: ProductId) -> str:
        """Add one unit with some option (engraved, gift-wrapped), the shop's own way.

        Return the line's ref, the same as in the lines of `adapter.cart`.
        """
        raise SkipTest("cart lines have no options; override add_with_options if they have")

    # -------------------------------------------------------------------------------- for the suite

    def product_model(self) -> type[Model]:
        """The model that `XSELL_PRODUCT_MODEL` names."""
        return apps.get_model(conf.PRODUCT_MODEL)

    def cart_of(self, request: HttpRequest) -> Cart:
        """What the shopper finds in the cart at the next request."""
        return self.adapter().cart(self.next_request(request))

    def vanished_product(self) -> ProductId:
        """The key of a product that has been deleted."""
        product_id = self.make_product(title="Gone")
        self.delete_product(product_id)
        return product_id


@contextlib.contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL that the block sends to any database; filled when the block ends."""
    sent: list[str] = []
    with contextlib.ExitStack() as stack:
        captures = [
            stack.enter_context(CaptureQueriesContext(connection))
            for connection in connections.all(initialized_only=True)
        ]
        yield sent
    sent.extend(query["sql"] for capture in captures for query in capture.captured_queries)


@contextlib.contextmanager
def reads_only(request: HttpRequest) -> Iterator[None]:
    """Assert that the block neither writes to a database nor touches the request's session."""
    key, before = request.session.session_key, dict(request.session.items())
    request.session.modified = False
    with statements() as sent:
        yield
    writes = [sql for sql in sent if WRITES.match(sql)]
    assert not writes, f"reading must not write, and this was sent: {writes}"
    assert not request.session.modified, "reading must not change the session"
    assert dict(request.session.items()) == before, "reading must not change the session"
    assert request.session.session_key == key, "reading must not start a session"
