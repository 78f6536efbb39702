"""The shop's own history: households as users, baskets as orders."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password

from demo_shop.loading.bulk import next_key, table_of, write_table
from demo_shop.loading.source import Source
from demo_shop.models import Household, Order, OrderLine, Product

A_WEEK = timedelta(days=7)


def write_households(source: Source) -> None:
    """One user for each household, with what it told of itself. Nobody can log in as one yet."""
    users = get_user_model()
    numbers = np.unique(source.lines["household_id"]).tolist()
    accounts = [
        users(username=f"household-{number}", password=make_password(None)) for number in numbers
    ]
    first = write_table(users, table_of(users, accounts), what="Customers")
    told = told_of_itself(source.households)
    households = [
        Household(number=number, user_id=first + place, **told.get(number, {}))
        for place, number in enumerate(numbers)
    ]
    write_table(Household, table_of(Household, households), what="Households")


def told_of_itself(households: pd.DataFrame) -> dict[int, dict[str, str]]:
    names = {
        "age": "age_band",
        "income": "income_band",
        "home_ownership": "home_ownership",
        "marital_status": "marital_status",
        "household_size": "size_band",
        "household_comp": "composition",
        "kids_count": "kids_band",
    }
    rows = households.rename(columns=names).fillna("").set_index("household_id")
    return {int(number): row for number, row in rows[list(names.values())].to_dict("index").items()}


def write_orders(source: Source) -> None:
    """Every basket as an order, with all its lines."""
    lines = source.lines
    columns = ["basket_id", "household_id", "transaction_timestamp"]
    baskets = lines.loc[~lines["basket_id"].duplicated(), columns]
    first = next_key(Order)
    keys = pd.Series(np.arange(first, first + len(baskets)), index=baskets["basket_id"])
    totals = lines.groupby("basket_id", sort=False)["sales_value"].sum().round(2)
    write_table(Order, order_table(baskets, keys, totals), what="Orders")
    write_table(OrderLine, line_table(lines, keys), what="Order lines")


def order_table(baskets: pd.DataFrame, keys: pd.Series, totals: pd.Series) -> pa.Table:
    numbers = baskets["basket_id"]
    users = dict(Household.objects.values_list("number", "user"))
    placed_at = baskets["transaction_timestamp"]
    placed_at = placed_at + weeks_to_now(placed_at.max())
    placed_at = placed_at.dt.strftime("%Y-%m-%d %H:%M:%S").to_numpy(dtype=object)
    blank = pa.array(np.full(len(baskets), ""))
    return pa.table(
        {
            "id": keys.to_numpy(),
            "number": numbers.astype(str).to_numpy(dtype=object),
            "customer_id": baskets["household_id"].map(users).to_numpy(np.int64),
            "placed_at": placed_at,
            "changed_at": placed_at,
            "status": pa.array(np.full(len(baskets), Order.Status.PLACED.value)),
            "total": totals.loc[numbers].to_numpy(),
            "name": blank,
            "email": blank,
            "address": blank,
            "saving": np.zeros(len(baskets)),
        }
    )


def weeks_to_now(newest: pd.Timestamp) -> timedelta:
    """The data is of 2017: so many whole weeks later its newest order is of this week, and every
    order stays on its weekday."""
    return (datetime.now(UTC).replace(tzinfo=None) - newest.to_pydatetime()) // A_WEEK * A_WEEK


def line_table(lines: pd.DataFrame, keys: pd.Series) -> pa.Table:
    """Lines of products that the catalogue lacks keep what they are, with no product."""
    shop = pd.DataFrame(Product.objects.values_list("sku", "pk", "title"))
    shop.columns = ["sku", "pk", "title"]
    place = pd.Index(shop["sku"]).get_indexer(lines["product_id"])
    gone = place < 0
    titles = shop["title"].to_numpy(dtype=object)[place]
    titles[gone] = [f"Item {sku}" for sku in lines.loc[gone, "product_id"]]
    quantity = lines["quantity"].to_numpy()
    amount = lines["sales_value"].to_numpy()
    each = np.divide(amount, quantity, out=amount.astype(float), where=quantity > 0)
    first = next_key(OrderLine)
    return pa.table(
        {
            "id": np.arange(first, first + len(lines)),
            "order_id": keys.loc[lines["basket_id"]].to_numpy(),
            "product_id": pa.array(shop["pk"].to_numpy()[place], mask=gone),
            "title": titles,
            "quantity": quantity,
            "unit_price": each.round(2),
            "amount": amount.round(2),
        }
    )
