"""Say why a product's page, or a cart, suggests what it suggests."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from xsell.adapters import BaseAdapter, get_adapter
from xsell.exceptions import UnknownCustomer, UnknownPlacement, UnknownSegment
from xsell.models.fields import product_id_from
from xsell.selection.explaining import Explanation, explain, imagined_cart
from xsell.selection.placements import CART, PRODUCT_PAGE, RECOMMENDED
from xsell.selection.segment_reasons import explain_segment
from xsell.services.pricing import quote_for
from xsell.values import Cart, Decision, ProductId


class Command(BaseCommand):
    """`xsell_explain [PRODUCT] [--cart PRODUCT ...] [--placement SLUG] [--customer ID]`

    or `xsell_explain --segment NAME [--customer ID]`
    """

    help = (
        "Say for each candidate of a placement which step kept or dropped it, and why; and what "
        "the cart costs, with every saving that holds or does not. Or say whether a customer is in "
        "a segment, and which rules hold."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "product", nargs="?", help="Id or name; leave out to explain a placement of the cart."
        )
        parser.add_argument("--cart", nargs="+", default=[], help="Ids or names in the cart.")
        parser.add_argument("--placement", default="", help="Slug (product-page, or cart).")
        parser.add_argument("--customer", help="Explain for this customer's id.")
        parser.add_argument(
            "--declined",
            nargs="+",
            default=[],
            help="Ids or names: as if the shopper had said no to the steps to them just now.",
        )
        parser.add_argument("--segment", help="Say who is in it: the customer, or a guest.")

    def handle(self, *args: Any, **options: Any) -> None:
        adapter = get_adapter()
        if options["segment"] is not None:
            self._tell_segment(adapter, options)
            return
        named = options["product"]
        product_id = product_named(adapter, named) if named is not None else None
        in_cart = [product_named(adapter, name) for name in options["cart"]]
        if product_id is None and not in_cart and not options["customer"]:
            raise CommandError(
                "Name a product, put one into the cart with --cart, or name a --customer."
            )
        slug = options["placement"] or slug_for(product_id, in_cart)
        try:
            explanation = explain(
                adapter,
                slug,
                product_id=product_id,
                in_cart=in_cart,
                now=timezone.now(),
                customer_id=options["customer"],
                declined=[product_named(adapter, name) for name in options["declined"]],
            )
        except UnknownPlacement as error:
            raise CommandError(str(error)) from error
        where = "the cart" if in_cart else f"customer {options['customer']}"
        if product_id is not None:
            where = explanation.title(product_id)
        self._tell(explanation, where, in_cart)
        cart = imagined_cart(adapter, in_cart, options["customer"])
        if cart.lines:
            self._tell_price(adapter, cart, options["customer"])

    def _tell(self, explanation: Explanation, where: str, in_cart: Iterable[ProductId]) -> None:
        content = explanation.content
        self.stdout.write(f"{content.slug} for {where}: {len(content.suggestions)} shown")
        cart = ", ".join(explanation.title(it) for it in in_cart)
        self.stdout.write(f"In the cart: {cart or 'nothing'}")
        if not content.is_live:
            self.stdout.write("The placement is switched off.")
        elif content.withheld:
            self.stdout.write(f"It is empty: {content.withheld}.")
        elif not content.decisions:
            self.stdout.write("No source has a candidate.")
        for decision in content.decisions:
            self.stdout.write(line(explanation, decision))
        for source, reason in explanation.hidden_bundles.items():
            self.stdout.write(f"- {source} hidden: {reason}")

    def _tell_segment(self, adapter: BaseAdapter, options: dict[str, Any]) -> None:
        if options["product"] is not None or options["cart"] or options["placement"]:
            raise CommandError("--segment goes with --customer alone.")
        customer_id = options["customer"]
        try:
            told = explain_segment(adapter, options["segment"], customer_id, timezone.now())
        except (UnknownSegment, UnknownCustomer) as error:
            raise CommandError(str(error)) from error
        who = "a guest" if customer_id is None else f"customer {customer_id}"
        self.stdout.write(f"{told.name}: {who} is {'in' if told.is_in else 'not in'} it")
        if not told.groups:
            self.stdout.write("It has no rules: nobody is in it.")
        for number, group in enumerate(told.groups, 1):
            self.stdout.write(f"group {number}")
            for reason in group:
                mark = "+" if reason.holds else "-"
                self.stdout.write(f"{mark} {reason.wants} ({reason.found})")

    def _tell_price(self, adapter: BaseAdapter, cart: Cart, customer: str | None) -> None:
        context = adapter.context_for(customer)
        quote = quote_for(adapter=adapter, context=context, cart=cart, now=timezone.now())

        def money(amount: Decimal) -> str:
            return adapter.format_price(amount, quote.currency, context.language)

        total = money(quote.total)
        self.stdout.write(f"The cart costs {total}; it saves {money(quote.saving)}")
        for rule in quote.applied:
            times = "once" if rule.times == 1 else f"{rule.times} times"
            self.stdout.write(f"+ {rule.name} [{rule.source}] {times}: {money(rule.amount)} off")
        for withheld in quote.withheld:
            detail = f": {withheld.detail}" if withheld.detail else ""
            self.stdout.write(f"- {withheld.name} [{withheld.source}] {withheld.why}{detail}")


def slug_for(product_id: ProductId | None, in_cart: Sequence[ProductId]) -> str:
    """The placement to explain where none is named."""
    if product_id is not None:
        return PRODUCT_PAGE
    return CART if in_cart else RECOMMENDED


def line(explanation: Explanation, decision: Decision) -> str:
    """One decision as one line."""
    mark = "+" if decision.kept else "-"
    told = f"{mark} {explanation.title(decision.product_id)} [{decision.source}] "
    told += f"{decision.step}: {decision.reason}"
    evidence = explanation.evidence.get(decision.product_id)
    share = explanation.confidence(decision)
    if evidence is None or share is None:
        return told
    return (
        f"{told} (in {evidence.n_both} of {evidence.n_anchor} orders, "
        f"{share.lower:.1%} to {share.upper:.1%}; lift {evidence.lift:.1f}, "
        f"at least {evidence.lift_lower:.1f})"
    )


def product_named(adapter: BaseAdapter, name: str) -> ProductId:
    """The product with this id or, failing that, the best match of this name.

    Raise CommandError if there is none.
    """
    try:
        product_id = product_id_from(name)
    except ValidationError:
        pass
    else:
        if adapter.details([product_id], adapter.context_for()):
            return product_id
    found = adapter.search(name, limit=1)
    if not found:
        raise CommandError(f"There is no product with the id or name {name!r}.")
    return found[0]
