"""What was mined into the tables that serve: pairs and best sellers of one run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from django.utils.translation import gettext_noop
from numpy.typing import NDArray

from xsell.adapters import BaseAdapter
from xsell.engine import Relations
from xsell.models import BestSeller, CoPurchase
from xsell.services.mining.columns import Names
from xsell.services.mining.inserting import insert_columns
from xsell.services.mining.pairing import Pairs
from xsell.services.runs import Work
from xsell.values import ProductId

CATEGORIES = gettext_noop("categories")
WRITING = gettext_noop("writing")
CATEGORIES_CHUNK = 5_000


def closest_categories(
    adapter: BaseAdapter, names: Names, relations: Relations, work: Work
) -> dict[ProductId, str]:
    """The closest category of every product sold that the shop still has."""
    sold = names.all_of(relations.products.tolist())
    categories: dict[ProductId, str] = {}
    for start in range(0, len(sold), CATEGORIES_CHUNK):
        chunk = sold[start : start + CATEGORIES_CHUNK]
        for product_id, traits in adapter.traits(chunk).items():
            categories[product_id] = next(iter(traits.category_ids), "")
        work(CATEGORIES, start + len(chunk), len(sold))
    return categories


def write_snapshot(
    names: Names,
    relations: Relations,
    pairs: Pairs,
    categories: dict[ProductId, str],
    work: Work,
) -> None:
    """Write best sellers that the shop still has, then all pairs; raise if the run is over.

    `relations`: those whose prior completes carts.
    """
    run_id = work.run.pk
    numbers = relations.products.tolist()
    is_sold = np.array([names[number] in categories for number in numbers], np.bool_)
    sellers = _best_sellers(run_id, names, relations, np.flatnonzero(is_sold), categories)
    n_sellers = len(sellers["position"])
    total = n_sellers + len(pairs)

    def inserted(n_rows: int) -> None:
        work.give_sign()
        work(WRITING, n_rows, total)

    insert_columns(BestSeller, sellers, n_sellers, inserted)
    insert_columns(
        CoPurchase,
        _copurchases(run_id, names, pairs, relations.products[is_sold], sellers),
        len(pairs),
        lambda n_rows: inserted(n_sellers + n_rows),
    )


def _best_sellers(
    run_id: int,
    names: Names,
    relations: Relations,
    is_sold: NDArray[np.intp],
    categories: dict[ProductId, str],
) -> dict[str, Any]:
    """Products that the shop still has, most orders first."""
    products = relations.products.tolist()
    places: Counter[str] = Counter()
    shelves, category_position = [], []
    for place in is_sold.tolist():
        category = categories[names[products[place]]]
        places[category] += 1
        shelves.append(category)
        category_position.append(places[category])
    prior = relations.prior[is_sold]
    prior_position = np.empty(prior.size, np.int64)
    prior_position[np.argsort(-prior, kind="stable")] = np.arange(1, prior.size + 1)
    return {
        "run_id": run_id,
        "product_id": keys_of(names, relations.products[is_sold]),
        "category_id": shelves,
        "n_orders": relations.n_orders[is_sold],
        "position": np.arange(1, prior.size + 1),
        "category_position": np.array(category_position, np.int64),
        "prior": prior,
        "prior_position": prior_position,
    }


def _copurchases(
    run_id: int, names: Names, pairs: Pairs, sold: NDArray[Any], sellers: dict[str, Any]
) -> dict[str, Any]:
    """Pairs, with measures stored for readers that do not load the engine."""
    # Of what the shop has no more: zeros.
    prior, position = np.zeros(pairs.products.size), np.zeros(pairs.products.size, np.int64)
    place = np.searchsorted(pairs.products, sold)
    prior[place], position[place] = sellers["prior"], sellers["position"]
    return {
        "run_id": run_id,
        "anchor_id": keys_of(names, pairs.products[pairs.anchor]),
        "suggested_id": keys_of(names, pairs.products[pairs.suggested]),
        "position": pairs.position,
        "on_pages": pairs.on_pages,
        "score": pairs.score,
        "n_both": pairs.n_both,
        "n_anchor": pairs.n_anchor,
        "n_suggested": pairs.n_suggested,
        "suggested_prior": prior[pairs.suggested],
        "suggested_position": position[pairs.suggested],
        "lift": pairs.lift,
        "lift_lower": pairs.lift_lower,
    }


def keys_of(names: Names, numbers: NDArray[Any]) -> NDArray[Any] | Sequence[Any]:
    """The shop's own keys of these numbers, as a column."""
    return numbers if names.keys is None else names.all_of(numbers.tolist())
