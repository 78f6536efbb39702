"""Shoppers who click: requests of their own, tokens of their own, and what they hold."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.utils import timezone

from demo_shop.models import CartLine
from xsell.adapters import get_adapter
from xsell.models import Acceptance, Offer
from xsell.selection.pages import Page
from xsell.selection.terms import offer_record
from xsell.services.acceptances import take_once
from xsell.services.pricing import price_cart
from xsell.services.upgrades import undo, upgrade
from xsell.values import CartChange, Quote, Take, TakeKind


class Shopper:
    """One browser: a session, a user, and the cart that the session knows."""

    def __init__(self, user: Any = None, *, cart_ref: str = "") -> None:
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        self.request = RequestFactory().post("/")
        self.request.session, self.request.user = session, user or AnonymousUser()
        if cart_ref:
            session["cart_id"] = cart_ref

    @property
    def cart_ref(self) -> str:
        return get_adapter().cart(self.request).ref

    def comes_back(self) -> Shopper:
        """The next request: what the session heard is stored, as its middleware does."""
        self.request.session.save()
        return self

    def adds(self, product: Any, quantity: int = 1) -> CartChange:
        return get_adapter().add_to_cart(self.request, product.pk, quantity)

    def removes(self, product: Any, quantity: int = 0) -> None:
        (line,) = (
            it for it in get_adapter().cart(self.request).lines if it.product_id == product.pk
        )
        get_adapter().set_quantity(self.request, line.ref, quantity)

    def takes(self, offer: Offer, **fields: Any) -> tuple[CartChange, ...]:
        """One click on an offer; `key` for the same click again."""
        return self.clicks(
            kind="offer", product_ids=(offer.product_id,), offer_id=offer.pk, **fields
        )

    def took(self, offer: Offer, units: int) -> Acceptance:
        """The ledger's row of so many units of an offer, which are in the cart."""
        now = timezone.now()
        return Acceptance.objects.create(
            key=uuid4().hex,
            kind=Acceptance.Kind.OFFER,
            offer=offer,
            product_id=offer.product_id,
            quantity=units,
            cart_ref=self.cart_ref,
            terms=offer_record(offer),
            accepted_at=now,
            expires_at=now + timedelta(hours=2),
        )

    def upgrades(self, former: Any, better: Any) -> Acceptance:
        """One click on a step up; the ledger's row of it."""
        take = Take(TakeKind.UPGRADE, (better.pk,), former.pk, key=uuid4().hex)
        self.clicks(
            **{name: getattr(take, name) for name in ("kind", "key", "product_ids", "current_id")},
            act=lambda: upgrade(self.request, self.page(), take),
        )
        return Acceptance.objects.get(key=take.key)

    def undoes(self, key: str) -> CartChange:
        """One click that takes the upgrade with this key back."""
        take = Take(TakeKind.UNDO, source=key)
        (change,) = undo(self.request, self.page(), take, timezone.now())
        return change

    def page(self) -> Page:
        """What the shopper is looking at."""
        adapter, request = get_adapter(), self.request
        return Page(adapter, adapter.context(request), adapter.cart(request), timezone.now())

    def clicks(self, *, now: Any = None, act: Any = None, **fields: Any) -> tuple[CartChange, ...]:
        adapter, request = get_adapter(), self.request
        take = Take(**{"kind": "add", "key": uuid4().hex, **fields})

        def add() -> tuple[CartChange, ...]:
            return tuple(adapter.add_to_cart(request, it) for it in take.product_ids)

        return take_once(
            take=take,
            context=adapter.context(request),
            cart=adapter.cart(request),
            now=now or timezone.now(),
            act=act or add,
            afterwards=lambda: (adapter.context(request), adapter.cart(request)),
        )

    def holds(self) -> dict[str, int]:
        """The cart: product title -> quantity."""
        lines = CartLine.objects.filter(cart=self.cart_ref or None)
        return dict(lines.values_list("product__title", "quantity"))

    def quote(self) -> Quote:
        return price_cart(self.request)

    def taken(self) -> list[Acceptance]:
        """What the ledger has of this cart, the first click first."""
        return list(Acceptance.objects.filter(cart_ref=self.cart_ref).order_by("pk"))


def with_camera(shelves: Any, user: Any = None) -> Shopper:
    """Has a camera in the cart, and comes to look for more."""
    shopper = Shopper(user)
    shopper.adds(shelves["camera"])
    return shopper.comes_back()
