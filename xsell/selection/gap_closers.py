"""Products that just close the gap to free shipping."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from xsell.selection.prospects import MOST_PRICED, UNPRICED, Prospects
from xsell.selection.quotes import CartTerms
from xsell.values import Candidate, ProductDetails, ProductId, ShippingGap, Source

CLOSERS = (Source.PINNED, Source.MINED, Source.CATEGORY_BEST_SELLERS, Source.BEST_SELLERS)
"""Whose products may close the gap, those first that have most to do with the cart."""

HALF_AS_MUCH_AGAIN = Decimal("1.5")
A_TENTH = Decimal("0.1")
"""Of the threshold: where cents are missing, hardly any product costs just so many."""

TOO_CHEAP = "it does not close the gap to free shipping"
TOO_DEAR = "it costs far more than the gap to free shipping"
NOT_REACHED = "with it and its savings the cart would still lack something to free shipping"
NO_GAP = "the order ships free as it is, or nothing would make it"


def gap_closers(
    prospects: Prospects,
    sources: Mapping[Source, tuple[Candidate, ...]],
    is_out: Callable[[Candidate], str],
) -> list[Candidate]:
    """What is related to the cart, and what sells best, each with an objection unless it fits.

    A product fits whose price is the gap or not far above it, and with which the order then ships
    free: by the shop's own rule, after whatever xsell then takes off. `is_out` says why another
    step refuses a candidate: such a one is not priced.
    """
    gap = prospects.gap
    ranked = list(_ranked(sources))
    if gap is None or gap.is_reached:
        return [replace(it, objection=NO_GAP) for it in ranked]
    fits = {it.product_id: _out_of_reach(it, prospects.details, gap) for it in ranked}
    fitting = [it.product_id for it in ranked if not fits[it.product_id] and not is_out(it)]
    for product_id in fitting[MOST_PRICED:]:
        fits[product_id] = UNPRICED
    if fitting:
        terms = prospects.terms(fitting[:MOST_PRICED])
        for product_id in fitting[:MOST_PRICED]:
            fits[product_id] = _still_short(product_id, prospects, terms)
    return [replace(it, objection=fits[it.product_id]) for it in ranked]


def _ranked(sources: Mapping[Source, tuple[Candidate, ...]]) -> Iterator[Candidate]:
    """Each product once, as the first source tells it; evidence only where it may be told."""
    told: set[ProductId] = set()
    for source in CLOSERS:
        for it in sources.get(source, ()):
            if it.product_id not in told:
                told.add(it.product_id)
                may_tell = it.evidence is not None and it.evidence.is_beyond_chance
                evidence = it.evidence if may_tell else None
                yield replace(it, source=Source.SHIPPING_GAP, evidence=evidence)


def _out_of_reach(
    candidate: Candidate, details: Mapping[ProductId, ProductDetails], gap: ShippingGap
) -> str:
    """Why its price alone rules the product out; empty where it has none, which others tell."""
    product = details.get(candidate.product_id)
    if product is None or product.price is None:
        return ""
    if _with_tax(product, product.price) < gap.missing:
        return TOO_CHEAP
    most = gap.missing * HALF_AS_MUCH_AGAIN + gap.threshold * A_TENTH
    return TOO_DEAR if product.price > most else ""


def _with_tax(product: ProductDetails, price: Decimal) -> Decimal:
    """The most that a shop's rule can count: whether it counts tax, the rule itself says later."""
    if product.price_includes_tax or product.tax_rate is None:
        return price
    return price * (1 + product.tax_rate)


def _still_short(product_id: ProductId, prospects: Prospects, terms: CartTerms) -> str:
    cart = terms.with_one_more(prospects.cart, product_id)
    gap = prospects.gap_of(cart, terms.quote(cart))
    return "" if gap is not None and gap.is_reached else NOT_REACHED
