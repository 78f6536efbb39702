"""One more unit, and a bundle is whole."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from xsell.pricing.nearness import completing, gain_of
from xsell.pricing.sets import TAKES_OFF, price_of_set
from xsell.selection.bundle_sets import default_set
from xsell.selection.prospects import MOST_PRICED, UNPRICED, Prospects
from xsell.selection.terms import BUNDLE, key_of, source_of
from xsell.values import (
    BenefitKind,
    Candidate,
    NearDiscount,
    PriceContext,
    PriceRule,
    ProductId,
    Quote,
    Source,
)

NO_MORE_SAVED = "with one more of it the cart would save nothing more"
ANOTHER_DOES = "another product that makes the bundle whole has more to do with the cart"

Nearly = tuple[PriceRule, list[ProductId]]
"""A bundle that lacks one unit, and the products of which one would do."""


def nearly_bundles(
    prospects: Prospects,
    related: Mapping[Source, tuple[Candidate, ...]],
    honoured: Collection[BenefitKind],
    is_out: Callable[[Candidate], str],
) -> list[Candidate]:
    """For each bundle that lacks one unit a product that makes it whole, the best saving first.

    Of several that would do it is the one that has most to do with the cart; the others, and what
    saves nothing, have an objection. `is_out` says why another step refuses a candidate: such a one
    is not priced.
    """
    nearly = _nearly_whole(prospects, honoured)
    if not nearly:
        return []
    ranks = _ranks(related)
    closest = [
        (rule, sorted(products, key=lambda it: ranks.get(it, len(ranks))))
        for rule, products in nearly
    ]
    pricing = _Pricing(prospects, _worth_pricing(closest, is_out))
    found: list[Candidate] = []
    for rule, products in closest:
        is_found = False
        for product_id in products:
            candidate = _candidate(product_id, len(found) + 1)
            if not is_out(candidate):
                candidate = pricing.told(candidate, rule, is_found=is_found)
                is_found = is_found or not candidate.objection
            found.append(candidate)
    return sorted(found, key=lambda it: -it.discount.saving if it.discount else Decimal(0))


def completes(prospects: Prospects, bundle_id: int, product_id: ProductId) -> bool:
    """Whether one more unit makes the bundle whole at this moment, and something is then saved."""
    source = source_of(BUNDLE, bundle_id)
    near = (rule for rule in prospects.bundles_near() if rule.source == source)
    rule = next((it for it in near if product_id in completing(it, prospects.cart.units)), None)
    if rule is None:
        return False
    prospects.learn([product_id])
    product = prospects.details.get(product_id)
    if product is None or product.price is None:
        return False
    return _Pricing(prospects, [product_id]).gain(rule, product_id) > 0


def _candidate(product_id: ProductId, position: int = 0) -> Candidate:
    return Candidate(product_id, Source.NEARLY_BUNDLE, None, position)


def _worth_pricing(
    closest: Sequence[Nearly], is_out: Callable[[Candidate], str]
) -> list[ProductId]:
    """The first product of each bundle, then the second of each, and so on: so many and no more."""
    rounds = itertools.zip_longest(*(products for _, products in closest))
    wanted = dict.fromkeys(it for each in rounds for it in each if it is not None)
    may = (it for it in wanted if not is_out(_candidate(it)))
    return list(itertools.islice(may, MOST_PRICED))


def _nearly_whole(prospects: Prospects, honoured: Collection[BenefitKind]) -> list[Nearly]:
    """Bundles that lack one unit, those first that promise most."""
    if not prospects.cart.lines:
        return []
    nearly = [
        (rule, list(products))
        for rule in prospects.bundles_near()
        if rule.benefit.kind in TAKES_OFF and rule.benefit.kind in honoured
        if (products := completing(rule, prospects.cart.units))
    ]
    prospects.learn([it for _, products in nearly for it in products])
    return sorted(nearly, key=lambda it: (-_promised(it[0], prospects), key_of(it[0].source)))


def _promised(rule: PriceRule, prospects: Prospects) -> Decimal:
    """What a set saves by itself: enough to say which bundles are looked at first."""
    currency, details = prospects.cart.currency, prospects.details
    chosen = default_set(rule, details, currency)
    if chosen is None:
        return Decimal(0)
    return price_of_set(rule, chosen, PriceContext(details), currency).saving


def _ranks(related: Mapping[Source, tuple[Candidate, ...]]) -> dict[ProductId, int]:
    """How much products have to do with the cart, the closest first."""
    ids = (it.product_id for source in (Source.PINNED, Source.MINED) for it in _of(related, source))
    return {product_id: rank for rank, product_id in enumerate(dict.fromkeys(ids))}


def _of(related: Mapping[Source, tuple[Candidate, ...]], source: Source) -> Iterator[Candidate]:
    yield from related.get(source, ())


class _Pricing:
    """Asks the quote what one more unit saves, for so many products and no more."""

    def __init__(self, prospects: Prospects, wanted: Collection[ProductId]) -> None:
        self._cart = prospects.cart
        self._wanted = frozenset(wanted)
        self._terms = prospects.terms(wanted)
        self._before = self._terms.quote(prospects.cart)
        self._after: dict[ProductId, Quote] = {}

    def told(self, candidate: Candidate, rule: PriceRule, *, is_found: bool) -> Candidate:
        """The candidate with what it saves, or with an objection."""
        if is_found:
            return replace(candidate, objection=ANOTHER_DOES)
        if candidate.product_id not in self._wanted:
            return replace(candidate, objection=UNPRICED)
        saving = self.gain(rule, candidate.product_id)
        if saving <= 0:
            return replace(candidate, objection=NO_MORE_SAVED)
        discount = NearDiscount(key_of(rule.source), rule.name, saving)
        return replace(candidate, discount=discount)

    def gain(self, rule: PriceRule, product_id: ProductId) -> Decimal:
        """What the cart saves more with one more unit, if that makes the rule hold once more."""
        after = self._after.get(product_id)
        if after is None:
            cart = self._terms.with_one_more(self._cart, product_id)
            after = self._after[product_id] = self._terms.quote(cart)
        return gain_of(self._before, after, rule.source)
