"""django-oscar as xsell sees it: Oscar's products, strategies, orders and baskets.

    INSTALLED_APPS += ["xsell", "xsell.contrib.oscar"]
    XSELL_PRODUCT_MODEL = "catalogue.Product"
    XSELL_ADAPTER = "xsell.contrib.oscar.adapter.OscarAdapter"

Prices and availability are those of Oscar's strategy for the shopper. Orders are mined by parent
product. A suggested parent is sold as the cheapest of its children that can be bought: the one
whose price the suggestion shows. Oscar's basket is xsell's cart.

There is no bar to free shipping: what Oscar's methods charge depends on the basket with Oscar's own
offers and on the address, which no cart before the checkout has. A shop whose rule is plainer says
it in a subclass, by `shipping_gap`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import checks
from django.http import HttpRequest
from django.utils.translation import get_language, override
from oscar.core.loading import get_class, get_model
from oscar.templatetags.currency_filters import currency as oscar_currency

from xsell.conf import conf
from xsell.contrib.oscar.baskets import BasketFromOscar
from xsell.contrib.oscar.orders import OrdersFromOscar
from xsell.contrib.oscar.products import STRATEGY
from xsell.pricing.sets import TAKES_OFF
from xsell.values import BenefitKind, ShopContext


class OscarAdapter(BasketFromOscar, OrdersFromOscar):
    """A django-oscar shop. Subclass it where your shop forks more than Oscar's models."""

    @property
    def honoured_benefits(self) -> frozenset[BenefitKind]:
        """Whatever lowers prices, once "xsell.contrib.oscar" is installed; nothing without it."""
        return TAKES_OFF if apps.is_installed("xsell.contrib.oscar") else frozenset()

    def context(self, request: HttpRequest) -> ShopContext:
        user = getattr(request, "user", None)
        strategy = getattr(request, "strategy", None) or get_class(
            "partner.strategy", "Selector"
        )().strategy(request=request, user=user)
        session = getattr(request, "session", None)
        placed = session.get("checkout_order_id") if session is not None else None
        if user is not None and user.is_authenticated:
            return self._context(strategy, str(user.pk), placed, is_staff=user.is_staff)
        key = session.session_key if session is not None else None
        return self._context(strategy, None, placed, shopper_key=key or "")

    def context_for(self, customer_id: str | None = None) -> ShopContext:
        user = None
        if customer_id is not None:
            user = get_user_model()._default_manager.filter(pk=customer_id).first()
        strategy = get_class("partner.strategy", "Selector")().strategy(user=user)
        return self._context(strategy, customer_id, None)

    def _context(
        self,
        strategy: Any,
        customer_id: str | None,
        placed: Any,
        *,
        shopper_key: str = "",
        is_staff: bool = False,
    ) -> ShopContext:
        return ShopContext(
            shopper_key=f"customer:{customer_id}" if customer_id else shopper_key,
            customer_id=customer_id,
            currency=self.currency,
            language=get_language() or "",
            # A strategy may look at anything in the request: prices need the same one again.
            facts={STRATEGY: strategy, "oscar.placed_order": placed},
            is_staff=is_staff,
        )

    def format_price(self, amount: Decimal, currency: str, language: str) -> str:
        with override(language or settings.LANGUAGE_CODE):
            return str(oscar_currency(amount, currency))

    def check(self) -> list[checks.CheckMessage]:
        product = get_model("catalogue", "Product")
        if apps.get_model(conf.PRODUCT_MODEL) is product:
            return []
        return [
            checks.Error(
                f"XSELL_PRODUCT_MODEL = {conf.PRODUCT_MODEL!r} is not Oscar's product model.",
                hint=f"XSELL_PRODUCT_MODEL = {product._meta.label!r}",
                id="xsell.E006",
            )
        ]
