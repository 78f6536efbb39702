"""What order lines may be made of, and what is refused, by name."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import numpy as np
import pytest

from tests.engine.shops import KEEP_ALL, pairs
from xsell.engine import OrderLines, mine

AB_BA = [("a", "b"), ("b", "a")]


@pytest.mark.parametrize(
    "product",
    [
        ["a", "b", None, "a", "b", "a"],
        np.array(["a", "b", float("nan"), "a", "b", "a"], object),
        np.ma.array(["a", "b", "x", "a", "b", "a"], mask=[0, 0, 1, 0, 0, 0]),
        np.ma.array(np.array(["a", "b", "x", "a", "b", "a"], object), mask=[0, 0, 1, 0, 0, 0]),
        np.array(["a", "b", None, "a", "b", "a"], np.dtypes.StringDType(na_object=None)),
        np.array(["a", "b", np.nan, "a", "b", "a"], np.dtypes.StringDType(na_object=np.nan)),
    ],
    ids=[
        "list with None", "object array with nan", "masked strings", "masked objects",
        "strings with None for NA", "strings with nan for NA",
    ],
)  # fmt: skip
def test_a_line_without_product_is_dropped_and_counted(product):
    mined = mine(OrderLines([1, 1, 1, 2, 2, 2], product), **KEEP_ALL)
    assert pairs(mined) == AB_BA
    assert mined.n_dropped["product_missing"] == 1
    assert mined.products.tolist() == ["a", "b"]


def test_masked_numbers_are_missing_too():
    product = np.ma.array([7, 8, 0, 7, 8], mask=[0, 0, 1, 0, 0])
    mined = mine(OrderLines([1, 1, 1, 2, 2], product), **KEEP_ALL)
    assert (pairs(mined), mined.n_dropped["product_missing"]) == ([(7, 8), (8, 7)], 1)


def test_whole_numbers_that_were_taken_out_of_an_array_are_ids_too():
    product = np.array([np.int64(7), 8, None, np.uint64(7), np.int32(8)], object)
    mined = mine(OrderLines([1, 1, 1, 2, 2], product), **KEEP_ALL)
    assert pairs(mined) == [(7, 8), (8, 7)]


def test_nothing_but_missing_products_is_an_empty_shop():
    mined = mine(OrderLines([1, 2], np.array([None, None])))
    assert (len(mined), mined.n_dropped["product_missing"]) == (0, 2)


@pytest.mark.parametrize(
    "quantity",
    [
        np.array([1, 0, 2, -3]),
        np.array([0.5, np.nan, 2.0, -1.0]),
        np.array([Decimal("1.5"), Decimal(0), Decimal(1), None], object),
        np.ma.array([1, 5, 2, 5], mask=[0, 1, 0, 1]),
        np.array([1, 0, 1, 0], np.uint8),
    ],
    ids=["whole", "nan", "Decimal and None", "masked", "unsigned"],
)
def test_only_lines_that_sold_something_count(quantity):
    mined = mine(OrderLines([1, 1, 1, 1], list("axby"), quantity=quantity), **KEEP_ALL)
    assert pairs(mined) == AB_BA
    assert mined.n_dropped["quantity_not_positive"] == 2


@pytest.mark.parametrize("kind", [float, Decimal])
def test_what_came_back_whole_was_not_sold_however_it_was_weighed(kind):
    # 0.1 + 0.2 - 0.3 is not 0 in binary fractions
    kilos = [kind(x) for x in ("0.1", "0.2", "-0.3", "0.1", "0.2", "-0.2")]
    lines = OrderLines([1, 1, 1, 1, 1, 1], list("aaabbb"), quantity=np.array(kilos))
    mined = mine(lines, **KEEP_ALL)
    assert mined.products.tolist() == ["b"]
    assert mined.n_dropped["quantity_not_positive"] == 4


@pytest.mark.parametrize("unit", ["D", "s", "ms", "us", "ns"])
def test_times_of_any_unit_are_understood(unit):
    placed_at = np.array(["2026-01-01", "2026-01-01", "NaT"], f"datetime64[{unit}]")
    mined = mine(OrderLines([1, 1, 1], list("abc"), placed_at), half_life_days=1, **KEEP_ALL)
    assert (pairs(mined), mined.n_dropped["placed_at_missing"]) == (AB_BA, 1)
    assert mined.last_order_at == np.datetime64("2026-01-01")


def test_strings_of_every_make_are_ids():
    for dtype in (np.str_, object, np.dtypes.StringDType()):
        product = np.array(["b", "a", "b", "a"], dtype)
        mined = mine(OrderLines([1, 1, 2, 2], product), **KEEP_ALL)
        assert pairs(mined) == AB_BA
        assert mined.antecedent.dtype == product.dtype


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({"order": [1, 2]}, ValueError, "product has 3 elements, order has 2"),
        ({"placed_at": np.array(["2026-01-01"], "M8[s]")}, ValueError, "placed_at has 1 elements"),
        ({"product": [[1, 2, 3]]}, ValueError, "product must be one-dimensional"),
        ({"order": 7}, ValueError, "order must be one-dimensional"),
        ({"product": [1.0, 2.0, np.nan]}, TypeError, "product holds floats"),
        ({"product": np.array([1, 2.5, None], object)}, TypeError, "product holds floats"),
        ({"product": [True, False, True]}, TypeError, "product has dtype bool"),
        ({"product": [b"a", b"b", b"c"]}, TypeError, "product has dtype"),
        ({"product": np.array([True, 1, 2], object)}, TypeError, "product holds bool"),
        ({"product": np.array([1, "a", None], object)}, TypeError, "product mixes kinds of ids"),
        ({"order": np.array([UUID(int=1), "a", "b"], object)}, TypeError, "order mixes kinds"),
        ({"customer": np.array([{}, {}, {}], object)}, TypeError, "customer holds dict"),
        ({"placed_at": [1, 2, 3]}, TypeError, "placed_at has dtype int64"),
        ({"placed_at": [datetime(2026, 1, 1, tzinfo=UTC)] * 3}, TypeError, "placed_at has dtype"),
        ({"quantity": ["1", "2", "3"]}, TypeError, "quantity has dtype"),
        ({"quantity": np.array([1, object(), 2], object)}, TypeError, "quantity holds what"),
        ({"quantity": [1]}, ValueError, "quantity has 1 elements, order has 3"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_the_name_of_the_field(fields, error, message):
    with pytest.raises(error, match=message):
        OrderLines(**{"order": [1, 1, 2], "product": [1, 2, 3]} | fields)


def test_the_arrays_are_not_copied():
    order, product = np.array([1, 1]), np.array([5, 6])
    lines = OrderLines(order, product)
    assert np.shares_memory(lines.order, order)
    assert np.shares_memory(lines.product, product)
    assert len(lines) == 2
