"""Facts about a shopper that may choose what is shown, and never what it costs.

Sex: directive 2004/113/EC on access to goods and services. Racial or ethnic origin: directive
2000/43/EC. Religion, belief, disability, sexual orientation, genetic features, language of a
minority, political opinion: article 21 of the Charter of Fundamental Rights. Nationality and place
of residence: regulation (EU) 2018/302 on geo-blocking, article 4. Age is not among them: prices for
children, students and pensioners are lawful and wanted nearly everywhere.
"""

from __future__ import annotations

import re

PROTECTED_TRAITS = frozenset(
    (
        *("sex", "gender", "gender_identity", "pregnancy", "pregnant", "maternity"),
        *("race", "ethnicity", "ethnic_origin", "skin_colour", "skin_color", "national_origin"),
        *("religion", "belief", "faith", "political_opinion", "trade_union"),
        *("disability", "disabled", "health", "genetic_features"),
        *("sexual_orientation", "sexuality", "nationality", "citizenship", "residence"),
    )
)


TELLING_WORDS = frozenset(
    (
        *("gender", "sex", "sexuality", "pregnancy", "pregnant", "ethnicity", "ethnic", "religion"),
        *("religious", "disability", "disabled", "nationality", "citizenship"),
    )
)
"""Words that make any fact a protected trait: customer_gender, is_pregnant."""


def is_protected(fact: str) -> bool:
    """Whether the fact is a protected trait, however it is written.

    >>> is_protected("Sexual orientation"), is_protected("customerGender"), is_protected("age_band")
    (True, True, False)
    """
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", fact.strip())
    name = re.sub(r"[\W_]+", "_", words).strip("_").casefold()
    return name in PROTECTED_TRAITS or not TELLING_WORDS.isdisjoint(name.split("_"))
