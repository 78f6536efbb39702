"""Customers whose orders are known, and what their likes do."""

from dataclasses import asdict
from datetime import timedelta

from django.utils import timezone

from tests import factories as make
from xsell.adapters import get_adapter
from xsell.engine import Habit
from xsell.models import BoughtOnce
from xsell.selection.pages import Page
from xsell.values import Source


class Regular:
    """A customer of the shop (see tests/shopfloor.py), whose run knows what customers do next."""

    def __init__(self, shop):
        self.shop = shop
        self.account = make.UserFactory()
        shop.run.model = {"habit": asdict(Habit())}
        shop.run.following = {"earliest_days": 30, "latest_days": 90, "n_windows": 1_000}
        shop.run.save()

    @property
    def customer_id(self):
        return str(self.account.pk)

    def bought(self, *names, days_ago):
        at = timezone.now() - timedelta(days=days_ago, hours=1)
        order = make.OrderFactory(customer=self.account, placed_at=at)
        for name in names:
            make.OrderLineFactory(order=order, product=self.shop[name])

    def viewed(self, *names, visit="today", customer_id="", days_ago=0):
        for minutes, name in enumerate(names):
            make.ProductViewFactory(
                visit=visit,
                customer_id=customer_id,
                product=self.shop[name],
                viewed_at=timezone.now() - timedelta(days=days_ago, minutes=minutes),
            )

    def shown(self, cart=(), slug="recommended", product="", **context):
        return self.shop.shown(slug, product, cart, customer_id=self.customer_id, **context)

    def content(self, cart=(), **context):
        return self.shop.content("recommended", "", cart, customer_id=self.customer_id, **context)

    def told(self, cart=(), **context):
        """The same with every reason."""
        page = self.shop.page(cart, customer_id=self.customer_id, **context)
        whole = Page(get_adapter(), page.context, page.cart, timezone.now(), tells_all=True)
        return whole.placement("recommended")

    def reasons(self, source: Source, cart=(), **context):
        """Name -> why it was kept or dropped."""
        return {
            self.shop.name_of(it.product_id): it.reason
            for it in self.told(cart, **context).decisions
            if it.source == source
        }


def goes_on(shop, anchor, suggested, **fields):
    make.NextPurchaseFactory(run=shop.run, anchor=shop[anchor], suggested=shop[suggested], **fields)


def bought_again(shop, name, days):
    make.RepurchaseGapFactory(run=shop.run, product=shop[name], median_days=days)


def bought_once(shop, *names, shelves=()):
    for name in names:
        BoughtOnce.objects.create(product=shop[name])
    for name in shelves:
        BoughtOnce.objects.create(category_id=str(shop[name].category_id))
