"""Segments the slow and plain way: each rule goes through all purchases anew, day by day."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from django.conf import settings


def naive_segments_of(segments, context, history, details, now):
    shopper = Shopper(context, history, details, now)
    return {
        it.segment_id
        for it in segments
        if any(all(map(shopper.holds, group)) for group in it.groups)
    }


class Shopper:
    def __init__(self, context, history, details, now):
        self.context, self.history, self.details, self.now = context, history, details, now
        self.zone = ZoneInfo(settings.TIME_ZONE)

    def holds(self, rule):
        found = getattr(self, rule.kind)(rule)
        return (not found) if found is not None and rule.is_negated else bool(found)

    def days_ago(self, purchase):
        dates = [it.astimezone(self.zone).date() for it in (self.now, purchase.placed_at)]
        return (dates[0] - dates[1]).days

    def lines(self, rule):
        within = rule.within_days
        every = self.history.purchases
        return [it for it in every if within is None or self.days_ago(it) < within]

    def products(self, rule):
        bought = [it.product_id for it in self.lines(rule)]
        return [self.details[it] for it in bought if it in self.details]

    def fact(self, rule):
        found = self.context.facts.get(rule.fact, getattr(self.context, rule.fact, None))
        return None if found in (None, "") else str(found)

    def fact_is(self, rule):
        found = self.fact(rule)
        return None if found is None else found.lower() == rule.value.lower()

    def fact_at_least(self, rule):
        try:
            return Decimal(self.fact(rule)) >= rule.amount
        except (TypeError, InvalidOperation):
            return None

    def orders_at_least(self, rule):
        return len({it.order_ref for it in self.lines(rule)}) >= rule.amount

    def spent(self, rule):
        return sum((it.unit_price * it.quantity for it in self.lines(rule)), Decimal(0))

    def spent_at_least(self, rule):
        return self.spent(rule) >= rule.amount

    def average_at_least(self, rule):
        n_orders = len({it.order_ref for it in self.lines(rule)})
        return self.spent(rule) >= rule.amount * n_orders if n_orders else None

    def bought_product(self, rule):
        bought = {it.product_id for it in self.lines(rule)}
        bought |= {it.family for it in self.products(rule)}
        return rule.product_id in bought

    def bought_category(self, rule):
        return any(rule.category_id in it.category_ids for it in self.products(rule))

    def bought_with(self, rule):
        return any(it.attributes.get(rule.fact) == rule.value for it in self.products(rule))

    def last_order_before(self, rule):
        ages = [self.days_ago(it) for it in self.lines(rule)]
        return min(ages) >= rule.days if ages else None

    def first_order_before(self, rule):
        ages = [self.days_ago(it) for it in self.lines(rule)]
        return max(ages) >= rule.days if ages else None
