"""Order lines as the engine takes them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xsell.engine.ids import as_ids, check_ids, encode, is_missing

MAX_LINES = 2**31 - 1

ORDER_MISSING = "order_missing"
PRODUCT_MISSING = "product_missing"
QUANTITY_NOT_POSITIVE = "quantity_not_positive"
PLACED_AT_MISSING = "placed_at_missing"
OUTSIDE_WINDOW = "outside_window"
ID_FIELDS = ("order", "product", "customer")
# what binary fractions leave of 0.1 kg and 0.2 kg bought, 0.3 kg returned: a share of all moved
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class OrderLines:
    """What was sold: one element per order line in each of equal-length 1-D arrays.

    order, product, customer: ids of one kind per array. Integers of any width, strings (numpy
    strings or objects), or `uuid.UUID` objects. No id: None or nan in an object array, or the
    mask of a `numpy.ma` array. An order belongs to the customer that its lines name, to the one
    of the lowest id if they name several; without one it is a customer of its own.
    placed_at: datetime64, the same clock for all lines (UTC, say). An order happened at the
    newest of its lines.
    quantity: numbers (Decimal objects too); missing counts as not positive. A product whose
    quantities in an order sum to zero or less came back: none of its lines there counts.

    Lines without order, product or (where given) time, and lines whose quantity is not above
    zero, are left out by `mine`, which counts them. Raise TypeError or ValueError naming the
    field where an array cannot be understood. The arrays are neither copied nor changed.
    """

    order: NDArray[Any]
    product: NDArray[Any]
    placed_at: NDArray[np.datetime64] | None = None
    customer: NDArray[Any] | None = None
    quantity: NDArray[Any] | None = None

    def __post_init__(self) -> None:
        for field in ("order", "product", "placed_at", "customer", "quantity"):
            value = getattr(self, field)
            if value is None and field not in ("order", "product"):
                continue
            object.__setattr__(self, field, _checked(value, field, self.order))

    def __len__(self) -> int:
        return int(self.order.size)

    @property
    def has_times(self) -> bool:
        """Whether the lines say when they were placed."""
        return self.placed_at is not None

    def missing_by_reason(self) -> dict[str, NDArray[np.bool_]]:
        """Which lines cannot be used, by reason; a line may have several."""
        nowhere = np.zeros(len(self), np.bool_)
        unsold, undated = nowhere, nowhere
        if self.quantity is not None:
            unsold = _unsold(self.order, self.product, _as_numbers(self.quantity))
        if self.placed_at is not None:
            undated = np.isnat(np.ma.getdata(self.placed_at)) | np.ma.getmaskarray(self.placed_at)
        return {
            ORDER_MISSING: is_missing(self.order),
            PRODUCT_MISSING: is_missing(self.product),
            QUANTITY_NOT_POSITIVE: unsold,
            PLACED_AT_MISSING: undated,
        }


def _unsold(
    order: NDArray[Any], product: NDArray[Any], quantity: NDArray[Any]
) -> NDArray[np.bool_]:
    """Lines that sold nothing, and lines of an order that came back within the same order."""
    is_unsold: NDArray[np.bool_] = ~(quantity > 0)
    is_return = quantity < 0
    if not is_return.any():
        return is_unsold
    is_known = ~(is_missing(order) | is_missing(product))
    orders, _ = encode(np.ma.getdata(order)[is_known])
    products, found = encode(np.ma.getdata(product)[is_known])
    _, pair = np.unique(orders.astype(np.int64) * found.size + products, return_inverse=True)
    pieces = np.nan_to_num(quantity[is_known].astype(np.float64))
    net, gross = np.bincount(pair, pieces), np.bincount(pair, np.abs(pieces))
    is_unsold[is_known] |= (net <= ROUNDING * gross)[pair]
    return is_unsold


def _checked(value: ArrayLike, field: str, order: NDArray[Any]) -> NDArray[Any]:
    """The field as a 1-D array of the length of `order`, of a kind that the field allows."""
    array = value if isinstance(value, np.ma.MaskedArray) else np.asarray(value)
    if field in ID_FIELDS:
        array = as_ids(value)
    if array.ndim != 1:
        raise ValueError(f"{field} must be one-dimensional, not of shape {array.shape}")
    if array.size != np.size(order):
        raise ValueError(f"{field} has {array.size} elements, order has {np.size(order)}")
    if array.size > MAX_LINES:
        raise ValueError(f"{field} has {array.size} elements; at most {MAX_LINES} are supported")
    if field == "placed_at":
        if array.size and array.dtype.kind != "M":
            raise TypeError(f"placed_at has dtype {array.dtype}: it must be datetime64")
        return array if array.size else array.astype("datetime64[us]")
    if field == "quantity":
        _as_numbers(array)
    else:
        check_ids(array, field)
    return array


def _as_numbers(quantity: NDArray[Any]) -> NDArray[Any]:
    """Quantities as plain numbers, nan where missing. Raise TypeError if they are not numbers."""
    plain = np.ma.getdata(quantity)
    if plain.dtype.kind == "O":
        try:
            plain = plain.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise TypeError(f"quantity holds what is not a number: {error}") from error
    elif plain.size and plain.dtype.kind not in "iuf":
        raise TypeError(f"quantity has dtype {plain.dtype}: it must hold numbers")
    is_masked = np.ma.getmaskarray(quantity)
    return np.where(is_masked, np.nan, plain) if is_masked.any() else plain
