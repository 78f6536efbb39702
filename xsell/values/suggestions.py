"""What is suggested, where it comes from, and why."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from xsell.values.shop import ProductDetails, ProductId


class Source(enum.StrEnum):
    """Where a suggestion comes from; their order here is the order in which they are asked."""

    PINNED = "pinned"
    OFFERS = "offers"
    DUE = "due-again"
    NEXT_STEP = "next-step"
    HISTORY = "history"
    VIEWED = "viewed"
    MINED = "mined"
    TIERS = "tiers"
    SHIPPING_GAP = "shipping-gap"
    NEARLY_BUNDLE = "nearly-bundle"
    STEP_UP = "step-up"
    CATEGORY_BEST_SELLERS = "category-best-sellers"
    BEST_SELLERS = "best-sellers"


REPLACING_SOURCES = frozenset({Source.TIERS, Source.STEP_UP})
"""Their products take the place of the page's own instead of joining it."""

FALLBACK_SOURCES = frozenset({Source.CATEGORY_BEST_SELLERS, Source.BEST_SELLERS})
"""Asked only while a placement has fewer suggestions than its minimum."""


FEWEST_TOGETHER = 3
"""Orders below which nobody says "bought together": two may be one household, or a mistake."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """How often two products were bought together, and how far that is from chance.

    `lift` 1 means independent; `lift_lower` is its one-sided 95% lower bound.
    """

    n_both: int
    n_anchor: int
    n_suggested: int
    n_baskets: int
    lift: float
    lift_lower: float

    @property
    def confidence(self) -> float:
        """Share of the anchor's orders that hold the suggested product too (0 to 1)."""
        return self.n_both / self.n_anchor if self.n_anchor else 0.0

    @property
    def is_beyond_chance(self) -> bool:
        """Whether the two may be said to be bought together.

        Models keep pairs of less evidence too, which are worth something in a sum over a cart.
        """
        return self.n_both >= FEWEST_TOGETHER and self.lift_lower > 1


class BecauseKind(enum.StrEnum):
    """Why something is suggested to this very shopper."""

    DUE = "due"
    NEXT_STEP = "next-step"
    BOUGHT = "bought"
    VIEWED = "viewed"


@dataclass(frozen=True, slots=True)
class Because:
    """The shopper's own reason, as a template tells it.

    `days_ago` is when they last bought what is due; `one_in` and `months` say how many customers
    went on to it after `anchor_title`, and how soon; of what was viewed `anchor_title` is told.
    """

    kind: BecauseKind
    anchor_title: str = ""
    days_ago: int = 0
    one_in: int = 0
    months: int = 0

    @property
    def weeks_ago(self) -> int:
        """Whole weeks, from two on; 0 where days tell it better, or months."""
        return round(self.days_ago / 7) if 14 <= self.days_ago < 70 else 0

    @property
    def months_ago(self) -> int:
        """Whole months, from ten weeks on; 0 below."""
        return round(self.days_ago / 30.44) if self.days_ago >= 70 else 0


@dataclass(frozen=True, slots=True)
class OfferCopy:
    """An offer's words, identity and terms, as a template needs them.

    `price` is what the product costs with the offer, None where it costs what it always does.
    `struck` is the lowest price of the last 30 days, only where the shop knows it and it is above
    that price; `saving_percent` is off that one, rounded down. A personal price says that it is.
    `replaced` is what an up-sell takes the place of, at `difference` more (or less) per unit. One
    click puts `units` into the cart; `most_units`, where given, may be asked for. `ends_at` is told
    only where the merchandiser shows it: when the offer really ends.
    """

    offer_id: int
    headline: str
    text: str
    price: Decimal | None = None
    struck: Decimal | None = None
    saving_percent: int | None = None
    gift: ProductDetails | None = None
    code: str = ""
    has_free_shipping: bool = False
    is_personal: bool = False
    kind: str = ""
    replaced: ProductDetails | None = None
    difference: Decimal | None = None
    units: int = 1
    most_units: int | None = None
    included_units: int = 0
    is_always_there: bool = False
    ends_at: datetime | None = None
    is_follow_up: bool = False

    @property
    def source(self) -> str:
        """The name by which a yes or a no to it is remembered."""
        return f"offer:{self.offer_id}"

    @property
    def has_terms(self) -> bool:
        """Whether taking it gains something: then it is taken by its own button."""
        return bool(self.price is not None or self.gift or self.code or self.has_free_shipping)


@dataclass(frozen=True, slots=True)
class NearDiscount:
    """What one more unit saves: `saving` is what the cart's quote then takes off more than now.

    `bundle_id` and `name` are those of the bundle that it makes whole.
    """

    bundle_id: int
    name: str
    saving: Decimal


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product that a source proposes for an anchor, before anybody asked whether it may show."""

    product_id: ProductId
    source: Source
    anchor_id: ProductId | None
    position: int
    score: float = 0.0
    evidence: Evidence | None = None
    offer: OfferCopy | None = None
    objection: str = ""
    """Why its own source does not let it show."""
    replaced_id: ProductId | None = None
    """What an up-sell takes the place of."""
    because: Because | None = None
    is_shadow: bool = False
    discount: NearDiscount | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A product that a placement shows, with where it comes from and on what evidence."""

    product: ProductDetails
    source: Source
    anchor_id: ProductId | None
    score: float
    evidence: Evidence | None = None
    offer: OfferCopy | None = None
    discount: NearDiscount | None = None
    because: Because | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What one step of the selection did with one candidate, and why."""

    product_id: ProductId
    source: Source
    step: str
    kept: bool
    reason: str


@dataclass(frozen=True, slots=True)
class PlacementContent:
    """What a placement shows: its heading, its suggestions, and every decision on the way."""

    slug: str
    heading: str
    suggestions: tuple[Suggestion, ...]
    decisions: tuple[Decision, ...]
    is_live: bool = True
    withheld: str = ""
    """Why it is not filled at all for this shopper."""

    @property
    def has_fallback(self) -> bool:
        """Whether best sellers had to fill the place."""
        return any(it.source in FALLBACK_SOURCES for it in self.suggestions)
