"""What customers do next, again, customer by customer: what the fast path must equal."""

import math
from collections import defaultdict
from datetime import timedelta
from itertools import pairwise
from statistics import median

import numpy as np

from tests.engine.naive import lift_lower_bound


def purchases(lines):
    """Customer -> [(time, product)], of known customers."""
    found = defaultdict(list)
    for line in lines:
        if line.customer is not None:
            found[line.customer].append((line.placed_at, line.product))
    return found


def next_steps(lines, *, earliest_days, latest_days, min_count):
    """(antecedent, consequent) -> (n_both, n_antecedent, n_consequent, n_windows, lag, score)."""
    end = max((line.placed_at for line in lines), default=None)
    earliest, latest = timedelta(days=earliest_days), timedelta(days=latest_days)
    opened, seen, lags = defaultdict(int), defaultdict(int), defaultdict(list)
    for bought in purchases(lines).values():
        first = {}
        for time, product in sorted(bought):
            first.setdefault(product, time)
        for one, begun in first.items():
            if begun + latest > end:
                continue
            opened[one] += 1
            for other, time in first.items():
                if earliest <= time - begun <= latest:
                    seen[other] += 1
                    lags[one, other].append((time - begun).days)
    n_windows, rows = sum(opened.values()), {}
    for (one, other), days in lags.items():
        counts = (len(days), opened[one], seen[other], n_windows)
        lower = lift_lower_bound(*counts)
        if len(days) >= min_count and lower > 1:
            rows[one, other] = (*counts, median(days), len(days) / opened[one] * math.log2(lower))
    return rows


def repurchase_gaps(lines, *, min_customers):
    """Product -> (n_gaps, n_customers, quartiles)."""
    days = defaultdict(set)
    for customer, bought in purchases(lines).items():
        for time, product in bought:
            days[product, customer].add(time.date())
    gaps, who = defaultdict(list), defaultdict(set)
    for (product, customer), own in days.items():
        ordered = sorted(own)
        for before, after in pairwise(ordered):
            gaps[product].append((after - before).days)
            who[product].add(customer)
    return {
        product: (len(found), len(who[product]), *np.quantile(found, (0.25, 0.5, 0.75)))
        for product, found in gaps.items()
        if len(who[product]) >= min_customers
    }
