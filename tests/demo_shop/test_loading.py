"""The traps of the data, each in a slice that is small enough to read."""

from datetime import timedelta
from decimal import Decimal

import pandas as pd
import pytest
from django.utils import timezone

from demo_shop.loading.catalogue import shelves
from demo_shop.loading.sizes import read_size
from demo_shop.loading.steps import load
from demo_shop.models import Category, Household, Order, OrderLine, Product
from demo_shop.pictures import draw
from xsell.adapters import get_adapter

MILK, MILK_TOO, BREAD, FUEL, TOBACCO, UNSOLD, BANANAS, GONE = 11, 12, 13, 14, 15, 16, 17, 99
PRODUCTS = [
    # number, manufacturer, department, brand, category, type, size
    (MILK, 69, "GROCERY", "Private", "FLUID MILK PRODUCTS", "FLUID MILK WHITE ONLY", "1 GA"),
    (MILK_TOO, 69, "GROCERY", "Private", "FLUID MILK PRODUCTS", "FLUID MILK WHITE ONLY", "1 GA"),
    (BREAD, 910, "GROCERY", "National", "BAKED BREAD/BUNS/ROLLS", "RYE BREADS", "20 OZ"),
    (FUEL, 69, "FUEL", "Private", "FUEL", "GASOLINE-REG UNLEADED", None),
    (TOBACCO, 539, "DRUG GM", "National", "CIGARETTES", "CIGARETTES", "974246  PK"),
    (UNSOLD, 910, "GROCERY", "National", "BAKED BREAD/BUNS/ROLLS", "RYE BREADS", "16 OZ"),
    (BANANAS, 2, "PRODUCE", "National", "TROPICAL FRUIT", "BANANAS", "40 LB"),
]
LINES = [
    # household, basket, product, quantity, sales value, retail discount, day
    (1, 100, MILK, 2, 5.00, 0.38, 1),
    (1, 100, BREAD, 1, 1.99, 0.00, 1),
    (1, 100, FUEL, 12_345, 30.00, 0.00, 1),
    (1, 101, MILK, 1, 2.69, 0.00, 2),
    (2, 102, MILK, 1, 0.01, 0.00, 3),
    (2, 102, BREAD, 0, 0.00, 0.00, 3),
    (2, 102, GONE, 0, 0.00, 0.00, 3),
    (2, 103, MILK_TOO, 1, 2.69, 0.00, 4),
    (2, 103, TOBACCO, 1, 6.00, 0.00, 4),
    (2, 103, BANANAS, 3, 3.00, 0.00, 4),
]


@pytest.fixture
def folder(tmp_path):
    columns = ["household_id", "basket_id", "product_id", "quantity", "sales_value"]
    lines = pd.DataFrame(LINES, columns=[*columns, "retail_disc", "day"])
    lines["coupon_match_disc"] = 0.0
    lines["transaction_timestamp"] = pd.Timestamp("2017-03-01 12:00") + pd.to_timedelta(
        lines.pop("day"), unit="D"
    )
    lines.to_parquet(tmp_path / "transactions.parquet")
    columns = ["product_id", "manufacturer_id", "department", "brand"]
    columns += ["product_category", "product_type", "package_size"]
    pd.DataFrame(PRODUCTS, columns=columns).to_parquet(tmp_path / "products.parquet")
    told = {
        "household_id": [2],
        "age": ["35-44"],
        "income": ["50-74K"],
        "home_ownership": ["Homeowner"],
        "marital_status": [None],
        "household_size": ["3"],
        "household_comp": ["2 Adults Kids"],
        "kids_count": ["1"],
    }
    pd.DataFrame(told).to_parquet(tmp_path / "demographics.parquet")
    return tmp_path


@pytest.fixture
def loaded(db, folder):
    said = []
    load(None, said.append, folder)
    return said


def product(sku):
    return Product.objects.get(sku=sku)


def test_every_line_is_kept_in_the_shops_own_history(loaded):
    assert Order.objects.count() == 4
    assert OrderLine.objects.count() == len(LINES)
    assert Order.objects.get(number="100").total == Decimal("36.99")


def test_a_line_of_a_product_that_the_catalogue_lacks_has_no_product(loaded):
    line = OrderLine.objects.get(product=None)
    assert line.title == "Item 99"
    assert line.order.number == "102"


def test_mining_is_given_neither_fuel_nor_products_that_are_gone(loaded):
    rows = get_adapter().order_lines()
    sold = {(row["xsell_product"], row["xsell_quantity"]) for row in rows}
    assert (product(BREAD).pk, 0) in sold  # mining itself leaves those out, and counts them
    assert {pk for pk, _ in sold} == {
        product(sku).pk for sku in (MILK, MILK_TOO, BREAD, TOBACCO, BANANAS)
    }


@pytest.mark.parametrize(
    ("sku", "title"),
    [
        (MILK, "Larkfield Fresh Milk, 1 gal"),
        (MILK_TOO, "Larkfield Fresh Milk, 1 gal, Variety 2"),
        (BANANAS, "Bananas"),
    ],
)
def test_titles_are_readable_and_distinct(loaded, sku, title):
    assert product(sku).title == title


def test_one_mistyped_sale_does_not_make_the_price(loaded):
    assert product(MILK).price == Decimal("2.69")


@pytest.mark.parametrize(
    ("sku", "is_published"),
    [(MILK, True), (BANANAS, True), (UNSOLD, False), (FUEL, False), (TOBACCO, False)],
)
def test_only_what_was_sold_and_may_be_sold_online_is_published(loaded, sku, is_published):
    assert product(sku).is_published is is_published


@pytest.mark.parametrize(
    ("sku", "tax_rate", "unit_cost"),
    [(MILK, "0", "1.88"), (FUEL, "0.07", None), (BANANAS, "0", "0.70"), (UNSOLD, "0", None)],
)
def test_food_is_free_of_tax_and_what_has_a_price_has_a_cost(loaded, sku, tax_rate, unit_cost):
    assert product(sku).tax_rate == Decimal(tax_rate)
    assert product(sku).unit_cost == (Decimal(unit_cost) if unit_cost else None)


def test_of_old_orders_no_tax_or_saving_is_known(loaded):
    line = OrderLine.objects.filter(order__number="100").first()
    assert (line.saving, line.tax, line.tax_rate, line.is_gift) == (0, 0, None, False)
    assert (line.order.tax, line.order.refunded) == (0, 0)


def test_the_price_per_unit_is_told_only_where_the_size_says_it(loaded):
    assert product(MILK).measure == 128
    assert product(MILK).measure_unit == "fl oz"
    assert product(BANANAS).measure is None, "40 lb is the crate that the store receives"


def test_households_are_users_who_keep_what_they_told(loaded):
    household = Household.objects.get(number=2)
    assert household.composition == "2 Adults Kids"
    assert household.marital_status == ""
    assert not household.user.has_usable_password()
    assert set(household.user.orders.values_list("number", flat=True)) == {"102", "103"}


def test_the_newest_order_is_of_this_week_and_on_its_weekday(loaded):
    newest = Order.objects.get(number="103").placed_at
    assert timezone.now() - timedelta(days=7) < newest <= timezone.now()
    assert newest.weekday() == pd.Timestamp("2017-03-05").weekday()
    assert newest - Order.objects.get(number="100").placed_at == timedelta(days=3)


def test_loading_again_changes_nothing(loaded, folder):
    load(None, loaded.append, folder)
    assert "already there" in loaded[-1]
    assert OrderLine.objects.count() == len(LINES)


def test_a_limit_keeps_the_newest_orders_and_their_products(db, folder):
    load(2, print, folder)
    assert set(Order.objects.values_list("number", flat=True)) == {"102", "103"}
    assert not Product.objects.filter(sku=FUEL).exists()


def test_a_loader_that_fails_half_way_leaves_nothing(db, folder, monkeypatch):
    def no_orders(source):
        raise OSError("disk full")

    monkeypatch.setattr("demo_shop.loading.steps.write_orders", no_orders)
    with pytest.raises(OSError, match="disk full"):
        load(None, print, folder)
    assert not Product.objects.exists()
    assert not Category.objects.exists()


def test_new_rows_follow_the_loaded_ones(loaded):
    """COPY and explicit keys leave a sequence behind: an order placed now must not collide."""
    last = Order.objects.order_by("-pk").first()
    order = Order.objects.create(number="new", total=1)
    # Not the very next key: MariaDB never gives one out twice, whatever was rolled back.
    assert order.pk > last.pk


def test_every_shelf_has_a_drawing():
    assert [shelf for shelf in shelves().values() if draw(shelf.picture, 0) is None] == []


@pytest.mark.parametrize(
    ("raw", "text", "measure"),
    [
        ("16 OZ", "16 oz", "16"),
        ("L     8 OZ", "8 oz", "8"),
        ("12 PK/12 OZ", "12 x 12 oz", "144"),
        ("12 OZ/12 PK", "12 x 12 oz", "144"),
        ("1/2 GAL", "1/2 gal", "64"),
        ("10 3/4 OZ", "10 3/4 oz", "10.75"),
        ("GAL", "1 gal", "128"),
        (".5 LB", "0.5 lb", "8"),
        ("1 CT", "", None),
        ("0 OZ", "", None),
        ("SCAN KPC", "", None),
        ("", "", None),
    ],
)
def test_sizes_are_read_as_a_shopper_reads_them(raw, text, measure):
    size = read_size(raw)
    assert size.text == text
    assert size.measure == (Decimal(measure) if measure else None)
