"""Terms, and what they take off a cart: the values of `xsell.pricing.quote`."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from xsell.values.shop import ProductDetails, ProductId


class BenefitKind(enum.StrEnum):
    """What somebody gains who takes a bundle or an offer."""

    NONE = "none"
    PERCENT = "percent"
    AMOUNT = "amount"
    FIXED_PRICE = "fixed_price"
    CHEAPEST_FREE = "cheapest_free"
    FREE_SHIPPING = "free_shipping"
    GIFT = "gift"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Benefit:
    """What one set of a rule gains. Each kind uses the fields that it needs.

    `percent` is 0 to 100, of the prices of the set's units. `amount` is taken off each set
    (AMOUNT), or is what a set costs (FIXED_PRICE), in `currency` alone: a cart in another currency
    gets neither.
    """

    kind: BenefitKind
    percent: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    currency: str = ""
    gift_id: ProductId | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class RulePart:
    """`quantity` units of a product, or of several that may be mixed: one part of a set."""

    product_ids: tuple[ProductId, ...]
    quantity: int
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class PriceRule:
    """The terms of a bundle, or of an offer that was taken, as pricing needs them.

    A set holds at least `fewest_parts` of the parts, and every required one; None: all of them.
    Rules with a `precedence` come before those without, the lowest first. An exclusive rule comes
    before all of these and keeps what it touches to itself. `most_times`: sets in one cart.
    `least_margin_percent`: what must remain of the net price above the cost, where it is known;
    None: nothing, for what is included in the price of something else, which bears its cost.
    """

    source: str
    name: str
    parts: tuple[RulePart, ...]
    benefit: Benefit
    fewest_parts: int | None = None
    most_times: int | None = None
    precedence: int | None = None
    is_exclusive: bool = False
    least_margin_percent: Decimal | None = Decimal(0)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    acceptance_id: int | None = None

    @property
    def n_parts_needed(self) -> int:
        """How many of the parts a set holds at least."""
        return len(self.parts) if self.fewest_parts is None else self.fewest_parts

    @property
    def product_ids(self) -> tuple[ProductId, ...]:
        """Every product that a set may hold, first part first."""
        return tuple(dict.fromkeys(it for part in self.parts for it in part.product_ids))


@dataclass(frozen=True, slots=True)
class PriceContext:
    """What pricing must know of the products: tax, cost, stock and whether they can be bought.

    A product that is not there is taken as its cart line has it: it can be bought, its cost is not
    known.
    """

    products: Mapping[ProductId, ProductDetails] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BundlePart:
    """A product of a bundle and how many of it one set holds."""

    product: ProductDetails
    quantity: int


@dataclass(frozen=True, slots=True)
class BundleChoice:
    """`quantity` units of these products, mixed at will."""

    products: tuple[ProductDetails, ...]
    quantity: int


@dataclass(frozen=True, slots=True)
class BundleOffer:
    """A bundle as a shopper sees it. `list_price` - `saving` = `bundle_price`, to the cent.

    `parts` are one set that can be had now; `choices` what may stand for some of them. Where
    `fewest_parts` is given, so many different parts are enough.
    """

    bundle_id: int
    name: str
    parts: tuple[BundlePart, ...]
    list_price: Decimal
    bundle_price: Decimal
    saving: Decimal
    gives_free_shipping: bool = False
    choices: tuple[BundleChoice, ...] = ()
    fewest_parts: int | None = None


@dataclass(frozen=True, slots=True)
class Allocation:
    """The part of a saving that falls on `quantity` units of one cart line.

    `amount` is in the prices of the shop: with tax where they include it. `tax` is the tax that
    falls away with it, None where the shop does not say its rate.
    """

    line_ref: str
    quantity: int
    amount: Decimal
    source: str
    tax_rate: Decimal | None = None
    tax: Decimal | None = None


@dataclass(frozen=True, slots=True)
class AppliedRule:
    """A bundle or an offer that holds for the cart, `times` times, and what it takes off."""

    source: str
    name: str
    times: int
    amount: Decimal
    acceptance_id: int | None = None


@dataclass(frozen=True, slots=True)
class GiftLine:
    """Units that the shop adds to the order for nothing."""

    product_id: ProductId
    quantity: int
    source: str


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """A line of the cart, and what remains of it to pay: `amount` - `saving` = `to_pay`.

    `tax` is what falls on `to_pay`, None where the rate is not known.
    """

    line_ref: str
    product_id: ProductId
    quantity: int
    amount: Decimal
    saving: Decimal
    tax_rate: Decimal | None = None
    tax: Decimal | None = None

    @property
    def to_pay(self) -> Decimal:
        """What the line costs after every saving, in the shop's kind of price."""
        return self.amount - self.saving


@dataclass(frozen=True, slots=True)
class TaxTotal:
    """Everything to pay at one tax rate: `net` + `tax` = `gross`, to the cent."""

    tax_rate: Decimal
    net: Decimal
    tax: Decimal

    @property
    def gross(self) -> Decimal:
        """With tax."""
        return self.net + self.tax


class Why(enum.StrEnum):
    """Why a rule takes off nothing, or less than its terms say."""

    NOT_NOW = "not-now"
    OTHER_CURRENCY = "other-currency"
    UNAVAILABLE = "unavailable"
    NOT_WHOLE = "not-whole"
    MARGIN = "margin"
    MARGIN_SHRINKS = "margin-shrinks"
    BETTER_RULE = "better-rule"
    NO_SAVING = "no-saving"
    CONDITION = "condition"
    ENDED = "ended"
    EXPIRED = "expired"
    LIMIT = "limit"
    TERMS_CHANGED = "terms-changed"
    PROTECTED_TRAIT = "protected-trait"


@dataclass(frozen=True, slots=True)
class Withheld:
    """A rule that takes off nothing, or less than its terms say; `detail` says more, in English."""

    source: str
    name: str
    why: Why
    detail: str = ""
    acceptance_id: int | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """What xsell takes off a cart: allocations that sum to `saving`, to the cent.

    `lines` has every line of the cart, `taxes` what is to pay by tax rate (empty where the shop
    knows none). `cart_ref` and `shopper_key` say whose quote it is. `is_exact` is false where so
    many bundles overlap that the best total was looked for by a stated greedy.
    """

    currency: str
    allocations: tuple[Allocation, ...] = ()
    applied: tuple[AppliedRule, ...] = ()
    lines: tuple[QuotedLine, ...] = ()
    taxes: tuple[TaxTotal, ...] = ()
    gifts: tuple[GiftLine, ...] = ()
    codes: tuple[str, ...] = ()
    has_free_shipping: bool = False
    withheld: tuple[Withheld, ...] = ()
    is_exact: bool = True
    cart_ref: str = ""
    shopper_key: str = ""
    customer_id: str | None = None

    @property
    def saving(self) -> Decimal:
        """Everything taken off, in the cart's currency."""
        return sum((part.amount for part in self.allocations), Decimal(0))

    @property
    def total(self) -> Decimal:
        """What the lines cost after every saving, in the shop's kind of price."""
        return sum((line.to_pay for line in self.lines), Decimal(0))
