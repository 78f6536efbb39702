# ruff: noqa: S101 - asserting is what this package is for
"""Who is shopping: the rules of `context`, `context_for`, `check` and `format_price`."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from xsell.testing.shop import ShopUnderTest, reads_only
from xsell.values import ShopContext


class ContextConformance(ShopUnderTest):
    """Contexts with and without a request, with and without a customer."""

    def test_it_finds_nothing_wrong_with_its_own_set_up(self) -> None:
        assert self.adapter().check() == [], "check() reports errors: see their messages"

    def test_it_knows_a_guest(self) -> None:
        context = self.adapter().context(self.request())
        assert isinstance(context, ShopContext), "context() gives a ShopContext"
        assert context.customer_id is None, "a guest has no customer_id"
        assert context.is_staff is False, "a guest is not staff"
        assert isinstance(context.facts, Mapping), "facts is a mapping"
        assert isinstance(context.consent, frozenset), "consent is a frozenset of purposes"

    def test_it_knows_a_customer(self) -> None:
        customer, other = self.make_customer(), self.make_customer()
        context = self.adapter().context(self.request(customer))
        assert context.customer_id == str(customer.pk), "customer_id is the user's key as text"
        assert context.shopper_key, "a customer has a shopper_key"
        assert context.is_staff is False, "a customer without rights is not staff"
        others = self.adapter().context(self.request(other))
        assert others.shopper_key != context.shopper_key, "two customers have two shopper_keys"

    def test_it_knows_the_same_customer_without_a_request(self) -> None:
        customer = self.make_customer()
        with_request = self.adapter().context(self.request(customer))
        without = self.adapter().context_for(str(customer.pk))
        assert without.customer_id == with_request.customer_id
        assert without.shopper_key == with_request.shopper_key, "experiments go by shopper_key"
        assert without.currency == with_request.currency

    def test_it_knows_many_customers_as_it_knows_each(self) -> None:
        ids = [str(self.make_customer().pk) for _ in range(3)]
        adapter = self.adapter()
        found = adapter.contexts_for(ids)
        assert set(found) == set(ids), "one context for each customer"
        for customer_id, context in found.items():
            alone = adapter.context_for(customer_id)
            # Facts may be objects of the shop's, which need not equal each other.
            assert replace(context, facts={}) == replace(alone, facts={})
            assert set(context.facts) == set(alone.facts), "the same facts are known"
        assert adapter.contexts_for([]) == {}

    def test_it_knows_nobody_without_a_request(self) -> None:
        context = self.adapter().context_for()
        assert isinstance(context, ShopContext)
        assert context.customer_id is None

    def test_it_names_one_currency_for_shoppers_products_and_carts(self) -> None:
        adapter, product_id, request = self.adapter(), self.make_product(), self.request()
        context = adapter.context(request)
        currencies = {
            "context": context.currency,
            "context_for": adapter.context_for().currency,
            "details": adapter.details([product_id], context)[product_id].currency,
        }
        assert adapter.add_to_cart(request, product_id).done
        currencies["cart"] = self.cart_of(request).currency
        assert len(set(currencies.values())) == 1, f"the currencies differ: {currencies}"
        assert len(context.currency) == 3, f"{context.currency!r} is no ISO 4217 code"
        assert context.currency.isupper(), f"{context.currency!r} is no ISO 4217 code"

    def test_it_asks_who_is_shopping_without_writing(self) -> None:
        customer = self.make_customer()
        for request in (self.request(), self.request(customer)):
            with reads_only(request):
                self.adapter().context(request)
                self.adapter().context_for(str(customer.pk))

    def test_it_writes_prices_for_every_language(self) -> None:
        adapter = self.adapter()
        currency = adapter.context_for().currency
        for language in ("", "en", "de", "ar", "pt-br", "zh-hans"):
            shown = adapter.format_price(Decimal(1234), currency, language)
            digits = "".join(str(unicodedata.digit(it)) for it in shown if it.isdigit())
            assert digits.startswith("1234"), f"1234 in {language!r} reads {shown!r}"
            cheaper = adapter.format_price(Decimal(1233), currency, language)
            assert cheaper != shown, f"1233 and 1234 in {language!r} both read {shown!r}"
