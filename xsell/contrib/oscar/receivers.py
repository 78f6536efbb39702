"""What Oscar tells: that its tables are there, and that an order was placed."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models.signals import post_migrate
from oscar.apps.order.signals import order_placed
from oscar.core.loading import get_model

from xsell.contrib.oscar.discounts import QuoteBenefit, QuoteCondition, path_of, write_down
from xsell.storefront.guard import guarded

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
    """Tell the ledger of an order of which xsell took nothing off, but suggested something.

    Oscar has committed the order by now: an error would show its shopper a full basket again.
    """
    guarded("order", lambda: write_down(order.basket, order), None)
