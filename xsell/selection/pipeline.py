"""From candidates to suggestions: eligible, once, varied, few. Pure; explains every decision."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace

from xsell.models import Offer, Placement
from xsell.selection.attention import Attention
from xsell.selection.bought_once import NOTHING, Spent
from xsell.selection.related import Related
from xsell.selection.standing import Standing
from xsell.selection.terms import OFFER, source_of
from xsell.values import (
    FALLBACK_SOURCES,
    FEWEST_TOGETHER,
    Candidate,
    Cart,
    Decision,
    PlacementContent,
    ProductDetails,
    ProductId,
    Source,
    Suggestion,
)

IN_TURN = frozenset({Source.DUE, Source.NEXT_STEP})
"""Sources that fill a third of a placement each: a regular has a cupboard full of what is due."""

PEOPLES_OWN = frozenset({Source.PINNED, Source.TIERS, Source.NEARLY_BUNDLE})
"""Sources in which a person says what shows with what."""

OF_THE_CART = frozenset({Source.NEARLY_BUNDLE})
"""Sources that may ask for one more of what is in the cart, or for another variant of it."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known where a placement is filled."""

    anchors: Set[ProductId]
    cart: Cart
    currency: str
    details: Mapping[ProductId, ProductDetails]
    related: Related
    attention: Attention
    standing: Standing
    shown: Set[ProductId] = frozenset()
    spent: Spent = NOTHING


def fill_placement(
    placement: Placement, scene: Scene, sources: Mapping[Source, Iterable[Candidate]]
) -> PlacementContent:
    """Fill the placement from its sources in order; below its minimum it stays empty."""
    chosen = _Chosen(placement, scene, categories=_held_categories(scene))
    asked = [Source(name) for name in placement.sources]
    for source in asked:
        if source in FALLBACK_SOURCES:
            chosen.fill_up()
        for candidate in sources.get(source, ()):
            chosen.consider(candidate)
    chosen.fill_up()
    chosen.leave_the_rest()
    suggestions = tuple(chosen.suggestions)
    if len(suggestions) < placement.min_items:
        reason = f"only {len(suggestions)} left, the placement wants {placement.min_items}"
        chosen.decisions += [
            Decision(it.product.product_id, it.source, "minimum", kept=False, reason=reason)
            for it in suggestions
        ]
        suggestions = ()
    content = PlacementContent(
        placement.slug, placement.heading, suggestions, tuple(chosen.decisions)
    )
    if content.has_fallback and placement.fallback_heading:
        return replace(content, heading=placement.fallback_heading)
    return content


def _held_categories(scene: Scene) -> Counter[str]:
    """How often each category is on the page and in the cart: more of the same adds little."""
    held = {*scene.anchors, *scene.cart.product_ids} & scene.details.keys()
    return Counter(category_id for it in held for category_id in scene.details[it].category_ids[:1])


@dataclass(slots=True)
class _Chosen:
    """The suggestions taken so far, and why."""

    placement: Placement
    scene: Scene
    suggestions: list[Suggestion] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    families: set[ProductId] = field(default_factory=set)
    categories: Counter[str] = field(default_factory=Counter)
    held_back: list[tuple[Candidate, str]] = field(default_factory=list)

    def fill_up(self) -> None:
        """Below the minimum, what was held back for variety is better than nothing."""
        while self.held_back and len(self.suggestions) < self.placement.min_items:
            candidate, _ = self.held_back.pop(0)
            if reason := self._repeats(candidate):
                self._decide(candidate, "once", kept=False, reason=reason)
            else:
                self._take(candidate)

    def leave_the_rest(self) -> None:
        """Write down what variety left out in the end."""
        for candidate, reason in self.held_back:
            self._decide(candidate, "variety", kept=False, reason=reason)

    def consider(self, candidate: Candidate) -> None:
        """Take the candidate or write down which step dropped it, and why."""
        for step, objection in (
            ("eligible", self._not_eligible),
            ("once", self._repeats),
            ("cut", self._is_full),
            ("turn", self._had_its_turn),
            ("attention", self._asks_too_much),
        ):
            if reason := objection(candidate):
                self._decide(candidate, step, kept=False, reason=reason)
                return
        if candidate.is_shadow:
            place = f"in shadow: would be number {len(self.suggestions) + 1}"
            self._decide(candidate, "shadow", kept=False, reason=place)
        elif reason := self._crowds(candidate):
            self.held_back.append((candidate, reason))
        else:
            self._take(candidate)

    def _take(self, candidate: Candidate) -> None:
        if is_pushy(candidate):
            self.scene.attention.took(_source_of(candidate))
        product = self.scene.details[candidate.product_id]
        self.families.add(product.family)
        self.categories.update(product.category_ids[:1])
        self.suggestions.append(
            Suggestion(
                product=product,
                source=candidate.source,
                anchor_id=candidate.anchor_id,
                score=candidate.score,
                evidence=candidate.evidence,
                offer=candidate.offer,
                discount=candidate.discount,
                because=candidate.because,
            )
        )
        place = f"number {len(self.suggestions)} of {self.placement.slug}"
        self._decide(candidate, "shown", kept=True, reason=place)

    def _not_eligible(self, candidate: Candidate) -> str:
        return why_not_eligible(candidate, self.scene)

    def _asks_too_much(self, candidate: Candidate) -> str:
        if not is_pushy(candidate):
            return ""
        return self.scene.attention.why_no_room(
            _source_of(candidate), self.scene.standing.encounters
        )

    def _repeats(self, candidate: Candidate) -> str:
        if self.scene.details[candidate.product_id].family in self.families:
            return "the product or a variant of it is suggested already"
        return ""

    def _crowds(self, candidate: Candidate) -> str:
        most = self.placement.max_per_category
        for category_id in self.scene.details[candidate.product_id].category_ids[:1]:
            if most is not None and self.categories[category_id] >= most:
                return f"category {category_id} is there {self.categories[category_id]} times"
        return ""

    def _is_full(self, candidate: Candidate) -> str:
        is_fallback = candidate.source in FALLBACK_SOURCES
        most = self.placement.min_items if is_fallback else self.placement.max_items
        if len(self.suggestions) < most:
            return ""
        if is_fallback:
            return f"best sellers only fill up to the minimum of {most}"
        return f"the placement shows {most} at most"

    def _had_its_turn(self, candidate: Candidate) -> str:
        if candidate.source not in IN_TURN:
            return ""
        most = math.ceil(self.placement.max_items / 3)
        if [it.source for it in self.suggestions].count(candidate.source) < most:
            return ""
        return f"{most} from this source at most"

    def _decide(self, candidate: Candidate, step: str, *, kept: bool, reason: str) -> None:
        self.decisions.append(Decision(candidate.product_id, candidate.source, step, kept, reason))


def is_pushy(candidate: Candidate) -> bool:
    """Whether it asks for attention of its own: an offer, unless it is a part of what is bought."""
    return candidate.offer is not None and candidate.offer.kind != Offer.Kind.ADD_ON


def _source_of(candidate: Candidate) -> str:
    return source_of(OFFER, candidate.offer.offer_id) if candidate.offer is not None else ""


def why_not_eligible(candidate: Candidate, scene: Scene) -> str:
    """Why the candidate must not be suggested here; empty if it may."""
    product_id = candidate.product_id
    product = scene.details.get(product_id)
    if product is None:
        return "the shop does not know this product any more"
    if product_id in scene.cart.product_ids and candidate.source not in OF_THE_CART:
        return "already in the cart"
    if product_id in scene.anchors and candidate.source not in OF_THE_CART:
        return "it is the product itself"
    if product_id in scene.shown:
        return "another placement of this page shows it"
    if scene.spent.has(product):
        return "the customer has it, and nobody buys it twice"
    if reason := candidate.objection or _why_not_from(candidate, scene.related):
        return reason
    if candidate.source not in OF_THE_CART and _is_variant_of_held(candidate, product, scene):
        return "a variant of it is on the page or in the cart"
    return why_not_buyable(product, scene)


def _why_not_from(candidate: Candidate, related: Related) -> str:
    """Why the candidate's source must not suggest it; empty if it may."""
    if candidate.product_id in related.banned_from(candidate.source):
        return "banned by a curated relation"
    # Mining and offers do not know what replaces what; whoever pins a pair does.
    is_own = candidate.source in PEOPLES_OWN or candidate.replaced_id is not None
    if not is_own and candidate.product_id in related.instead:
        return "it replaces the product instead of adding to it"
    evidence = candidate.evidence
    if candidate.source is not Source.MINED or evidence is None or evidence.is_beyond_chance:
        return ""
    if evidence.n_both < FEWEST_TOGETHER:
        return f"bought together in fewer than {FEWEST_TOGETHER} orders"
    return "bought together not more often than chance"


def _is_variant_of_held(candidate: Candidate, product: ProductDetails, scene: Scene) -> bool:
    """Whether another variant of the product is on the page or in the cart.

    The rungs of a ladder may well be variants of one product: a step up from the anchor.
    """
    held: Set[ProductId] = {*scene.anchors, *scene.cart.product_ids}
    if candidate.source is Source.TIERS:
        held -= scene.anchors
    if candidate.replaced_id is not None:
        held -= {candidate.replaced_id}
    return any(scene.details[it].family == product.family for it in held if it in scene.details)


def why_not_buyable(product: ProductDetails, scene: Scene) -> str:
    """Why the shopper cannot buy the product now; empty if they can."""
    if not product.is_available:
        return "cannot be bought now: hidden, sold out or not for this shopper"
    if product.price is None:
        return "it has no price"
    if scene.currency and product.currency != scene.currency:
        return f"it is priced in {product.currency}, not in {scene.currency}"
    return ""
