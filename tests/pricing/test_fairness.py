"""Which facts must not decide what something costs."""

import doctest

import pytest

from xsell.pricing import fairness
from xsell.pricing.fairness import is_protected


@pytest.mark.parametrize(
    ("fact", "protected"),
    [
        *[(it, True) for it in ("gender", "Gender", " SEX ", "skin colour", "sexualOrientation")],
        *[(it, True) for it in ("national-origin", "Religion", "disability", "nationality")],
        *[(it, True) for it in ("customer_gender", "is_pregnant", "isDisabled", "shopper-sex")],
        *[(it, False) for it in ("age_band", "customer_group", "country", "sextant", "")],
    ],
)
def test_a_protected_trait_is_known_however_it_is_written(fact, protected):
    assert is_protected(fact) == protected


def test_the_docstrings_are_true():
    failed, tried = doctest.testmod(fairness)
    assert (failed, tried > 0) == (0, True)
