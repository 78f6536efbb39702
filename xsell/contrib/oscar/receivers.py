"""What Oscar tells: that its tables are there, and that an order was placed."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models.signals import post_migrate
from oscar.apps.order.signals import order_placed
from oscar.core.loading import get_model

from xsell.contrib.oscar.discounts import QUOTE_ATTRIBUTE, QuoteBenefit, QuoteCondition, path_of
from xsell.services.orders import record_order

NAME = "xsell: bundles and offers"


def listen() -> None:
    """Connect the receivers; the offer is made once Oscar's own tables are there."""
    post_migrate.connect(
        make_the_offer, sender=apps.get_app_config("offer"), dispatch_uid="xsell.oscar.offer"
    )
    order_placed.connect(write_order_down, dispatch_uid="xsell.oscar.order")


def make_the_offer(using: str, **kwargs: Any) -> None:
    """Have the one offer of Oscar's that takes off whatever a quote says.

    One for all bundles, not one for each: Oscar asks every offer at every look at a basket, and
    300 of them cost it 314 queries. What people change of it in Oscar's dashboard stays.
    """
    benefits = get_model("offer", "Benefit").objects.using(using)
    benefit, _ = benefits.get_or_create(proxy_class=path_of(QuoteBenefit))
    conditions = get_model("offer", "Condition").objects.using(using)
    condition, _ = conditions.get_or_create(proxy_class=path_of(QuoteCondition))
    offer = get_model("offer", "ConditionalOffer")
    if not offer.objects.using(using).filter(benefit=benefit).exists():
        offer.objects.using(using).create(
            name=NAME,
            offer_type=offer.SITE,
            benefit=benefit,
            condition=condition,
            max_basket_applications=1,
            exclusive=False,
        )


def write_order_down(order: Any, **kwargs: Any) -> None:
    """Tell the ledger what was ordered, by the quote that the basket's totals rest on.

    Inside Oscar's own transaction. An offer whose last unit went to somebody else meanwhile raises
    OfferExpired, and the order is not placed.
    """
    quote = getattr(order.basket, QUOTE_ATTRIBUTE, None)
    if quote is not None:
        record_order(order_ref=str(order.number), quote=quote)
