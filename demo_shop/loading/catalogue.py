"""Categories and products, from the data's product list and its sales."""

import csv
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.utils.text import slugify

from demo_shop.loading.brands import OWN_BRAND, UNBRANDED, brand_names
from demo_shop.loading.naming import type_name
from demo_shop.loading.pictures import picture_of
from demo_shop.loading.sizes import Size, read_size
from demo_shop.loading.source import Source, shelf_prices
from demo_shop.models import Category, Product
from demo_shop.pictures import PALETTES, VARIETIES

SHELVES = Path(__file__).resolve().parent / "shelves.csv"
AISLES = {
    "Fruit & Vegetables": "plain-apple",
    "Dairy & Eggs": "jug-milk",
    "Bread & Bakery": "loaf-bread",
    "Meat & Poultry": "tray-steak",
    "Fish & Seafood": "plain-fish",
    "Deli & Ready Meals": "plain-sandwich",
    "Frozen": "plain-icecream",
    "Pantry": "can-tomato",
    "Breakfast": "box-cereal",
    "Snacks & Sweets": "pouch-chips",
    "Drinks": "bottle-bubbles",
    "Beer, Wine & Spirits": "slimbottle-grapes",
    "Natural & Organic": "carton-leaf",
    "Baby": "jar-pear",
    "Pets": "plain-dog",
    "Household": "spray-sparkle",
    "Health & Beauty": "pump-flower",
    "Home & Garden": "plain-candle",
    "Flowers & Plants": "plain-flower",
    "Cards & Stationery": "plain-card",
    "At the Till": "card-gift",
}
"""The shop's aisles in their order, each with its picture."""

TAX_RATES = {
    "Beer, Wine & Spirits": Decimal("0.10"),
    "Baby": Decimal("0.07"),
    "Pets": Decimal("0.07"),
    "Household": Decimal("0.07"),
    "Health & Beauty": Decimal("0.07"),
    "Home & Garden": Decimal("0.07"),
    "Flowers & Plants": Decimal("0.07"),
    "Cards & Stationery": Decimal("0.07"),
    "At the Till": Decimal("0.07"),
}
"""By aisle; food is free of tax."""

COST_SHARE = Decimal("0.7")
"""The data has no costs: so much of the price is about what groceries cost a shop."""

HIDDEN_AISLE = "At the Till"
LOOSE_DEPARTMENTS = {"PRODUCE", "TRAVEL & LEISURE", "FROZEN GROCERY", "CHEF SHOPPE", "SALAD BAR"}
REAL_BRANDS = {"MAKEUP AND TREATMENT", "BATH", "FRAGRANCES"}
PRICE_CENTS = range(5, 100_000)
"""Below and above, the price is a till entry's and not a product's."""


class Shelf(NamedTuple):
    """Where a category of the data stands in the shop. `sold`: "yes", "off" (in stores only,
    as tobacco) or "till" (no merchandise at all, as fuel and coupons)."""

    aisle: str
    name: str
    picture: str
    sold: str


@cache
def shelves() -> dict[tuple[str, str], Shelf]:
    """(department, category) of the data -> its shelf; ("", "") is where all others go."""
    with SHELVES.open(encoding="utf-8", newline="") as rows:
        return {
            (row["department"], row["category"]): Shelf(
                row["aisle"], row["shelf"], row["picture"], row["sold"]
            )
            for row in csv.DictReader(rows)
        }


def shelf_of(department: str, category: str) -> Shelf:
    return shelves().get((department, category)) or shelves()["", ""]


def write_categories() -> dict[tuple[str, str], int]:
    """Make the aisles and their shelves. (aisle, shelf) -> key of the shelf's category."""
    aisles = {
        name: Category.objects.create(
            name=name,
            slug=slugify(name),
            picture=picture,
            position=position,
            is_listed=name != HIDDEN_AISLE,
        )
        for position, (name, picture) in enumerate(AISLES.items())
    }
    keys: dict[tuple[str, str], int] = {}
    for shelf in shelves().values():
        if (shelf.aisle, shelf.name) not in keys:
            keys[shelf.aisle, shelf.name] = Category.objects.create(
                name=shelf.name,
                slug=slugify(f"{shelf.aisle} {shelf.name}"),
                parent=aisles[shelf.aisle],
                picture=shelf.picture,
                position=len(keys),
            ).pk
    return keys


def products_of(source: Source) -> Iterator[Product]:
    """All products of the data, not saved yet, the most popular first."""
    keys = write_categories()
    prices = shelf_prices(source.lines).to_dict()
    popularity = source.lines.groupby("product_id").size()
    rows = source.products.assign(
        n_orders=source.products["product_id"].map(popularity).fillna(0).astype(int)
    ).sort_values(["n_orders", "product_id"], ascending=[False, True])
    # In the order of popularity, so that the names that shoppers meet most are the best ones.
    brands = brand_names(rows["manufacturer_id"].drop_duplicates().tolist())
    taken: dict[str, int] = {}
    for row in rows.itertuples(index=False):
        shelf = shelf_of(row.department, row.product_category)
        product = describe(row, shelf, brands[row.manufacturer_id])
        number = variety(product.title, taken)
        if number > 1:
            product.title = f"{product.title}, Variety {number}"
            product.palette += len(PALETTES) * ((number - 1) % VARIETIES)
        product.slug = slugify(product.title)[:170] or str(product.sku)
        product.category_id = keys[shelf.aisle, shelf.name]
        cents = prices.get(row.product_id)
        if cents is not None and int(cents) in PRICE_CENTS:
            product.price = Decimal(int(cents)) / 100
            product.unit_cost = (product.price * COST_SHARE).quantize(Decimal("0.01"))
        product.is_published = shelf.sold == "yes" and product.price is not None
        yield product


def describe(row: Any, shelf: Shelf, brand: str) -> Product:
    """The product as its row tells it, without what depends on other products."""
    is_own = row.brand == "Private"
    kind = type_name(row.product_category, row.product_type)
    size = pack_size(row)
    brand = OWN_BRAND if is_own else brand
    unbranded = row.manufacturer_id == UNBRANDED or row.product_category in REAL_BRANDS
    shown_brand = "" if unbranded and not is_own else brand
    title = " ".join(filter(None, [shown_brand, kind]))
    return Product(
        sku=row.product_id,
        title=f"{title}, {size.text}" if size.text else title,
        product_type=kind,
        brand=shown_brand,
        brand_kind=Product.BrandKind.PRIVATE if is_own else Product.BrandKind.NATIONAL,
        size=size.text,
        measure=size.measure,
        measure_unit=size.unit,
        stock=stock_of(row.product_id, row.n_orders),
        tax_rate=TAX_RATES.get(shelf.aisle, Decimal(0)),
        is_merchandise=shelf.sold != "till",
        n_orders=row.n_orders,
        picture=picture_of(shelf.picture, row.product_category, row.product_type),
        palette=0 if is_own else 1 + row.manufacturer_id % (len(PALETTES) - 1),
    )


def pack_size(row: Any) -> Size:
    """The size of one pack as a shopper buys it."""
    size = read_size(row.package_size)
    if row.department in LOOSE_DEPARTMENTS and is_crate(row.package_size, size):
        return Size()
    # "12 oz" of a dozen cans is one can's: no price per ounce can be told from it.
    several = re.search(r"PK|PACK|MULTI|BEER|ALE", row.product_type)
    if several and " x " not in size.text:
        return Size(size.text)
    return size


def is_crate(raw: str, size: Size) -> bool:
    """Loose goods are listed by the crate that the store receives: 40 lb of bananas."""
    return bool(re.search(r"CT|\d-\d", raw)) or bool(size.measure and size.measure > 10 * 16)


def variety(title: str, taken: dict[str, int]) -> int:
    """Flavours are not in the data: products of one title are told apart by a number. The most
    popular of them comes first and keeps the plain title."""
    taken[title] = taken.get(title, 0) + 1
    return taken[title]


def stock_of(sku: int, n_orders: int) -> int:
    """The data has no stock, so it is made up from the number: a few of the slow sellers are sold
    out, what sells well is there in plenty."""
    scattered = (int(sku) * 2_654_435_761) % 2**32 / 2**32
    if scattered < 0.04 and n_orders < 200:
        return 0
    return 1 + int(scattered * 80) + n_orders // 20
