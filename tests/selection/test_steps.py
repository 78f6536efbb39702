"""Which step a page shows, and why not the others: (ladder, cart, what was said, when) -> step."""

import pytest

from tests.selection.stairs import OFFERS_DOWNSELL, rests, says, stands, steps_of

IN_CART = "already in the cart"
NO_MORE = "the smaller one was answered: nothing more is offered on this ladder now"
FULL = "the placement shows 1 at most"

LADDERS = [
    # id, ladder, page of, cart, said, shown, why not the rest
    ("the next one", {}, "small", [], [], ["+house"], {"brand": FULL, "organic": FULL}),
    ("in the middle", {}, "house", [], [], ["+brand"], {"organic": FULL}),
    ("the highest", {}, "organic", [], [], [], {}),
    ("held already", {}, "house", ["brand"], [], ["+organic"], {"brand": IN_CART}),
    ("the current one held", {}, "house", ["house"], [], ["+brand"], {"organic": FULL}),
    (
        "a no rests, and so do the dearer ones",
        {},
        "house",
        [],
        [("no", "tier", "brand", {})],
        [],
        {"brand": rests(0), "organic": rests(0)},
    ),
    (
        "a no to a dearer one leaves the smaller step",
        {},
        "house",
        [],
        [("no", "tier", "organic", {})],
        ["+brand"],
        {"organic": rests(0)},
    ),
    (
        "seen from another page of the ladder",
        {},
        "small",
        [],
        [("no", "tier", "brand", {})],
        ["+house"],
        {"brand": rests(0), "organic": rests(0)},
    ),
    ("rested", {}, "house", [], [("no", "tier", "brand", {"days_ago": 31})], ["+brand"], None),
    (
        "almost rested",
        {},
        "house",
        [],
        [("no", "tier", "brand", {"days_ago": 29})],
        [],
        {"brand": rests(29), "organic": rests(29)},
    ),
    (
        "a week is enough here",
        {"cool_down_days": 7},
        "house",
        [],
        [("no", "tier", "brand", {"days_ago": 8})],
        ["+brand"],
        None,
    ),
    (
        "no rest at all",
        {"cool_down_days": 0},
        "house",
        [],
        [("no", "tier", "brand", {})],
        ["+brand"],
        {"organic": FULL},
    ),
    (
        "another guest's no",
        {},
        "house",
        [],
        [("no", "tier", "brand", {"visit": "somebody"})],
        ["+brand"],
        None,
    ),
    ("a yes", {}, "house", [], [("yes", "tier", "brand", {})], ["+brand"], None),
    (
        "smaller after a no",
        OFFERS_DOWNSELL,
        "house",
        [],
        [("no", "tier", "brand", {})],
        ["-small"],
        {"brand": rests(0), "organic": rests(0)},
    ),
    (
        "smaller after a no to the dearest",
        OFFERS_DOWNSELL,
        "brand",
        [],
        [("no", "tier", "organic", {})],
        ["-house"],
        {"organic": rests(0)},
    ),
    (
        "smaller is asked before the step that shows again at once",
        {**OFFERS_DOWNSELL, "cool_down_days": 0},
        "house",
        [],
        [("no", "tier", "brand", {})],
        ["-small"],
        {"brand": FULL, "organic": FULL},
    ),
    (
        "the lowest has none below",
        OFFERS_DOWNSELL,
        "small",
        [],
        [("no", "tier", "house", {})],
        [],
        {"house": rests(0), "brand": rests(0), "organic": rests(0)},
    ),
    (
        "a no to both",
        OFFERS_DOWNSELL,
        "house",
        [],
        [("no", "tier", "brand", {}), ("no", "downsell", "small", {})],
        [],
        {"small": rests(0), "brand": rests(0), "organic": rests(0)},
    ),
    (
        "a no to both, without any rest",
        {**OFFERS_DOWNSELL, "cool_down_days": 0},
        "house",
        [],
        [("no", "tier", "brand", {}), ("no", "downsell", "small", {})],
        ["+brand"],
        {"small": NO_MORE, "organic": FULL},
    ),
    (
        "once only: a no to a smaller one lower down",
        OFFERS_DOWNSELL,
        "brand",
        [],
        [("no", "tier", "organic", {}), ("no", "downsell", "small", {})],
        [],
        {"house": rests(0), "organic": rests(0)},
    ),
    (
        "a yes to the smaller one ends it",
        OFFERS_DOWNSELL,
        "house",
        ["small"],
        [("no", "tier", "brand", {}), ("yes", "downsell", "small", {})],
        [],
        {"small": IN_CART, "brand": NO_MORE, "organic": NO_MORE},
    ),
    (
        "the smaller one does not push up again",
        OFFERS_DOWNSELL,
        "small",
        ["small"],
        [("no", "tier", "brand", {}), ("yes", "downsell", "small", {})],
        [],
        {"house": NO_MORE, "brand": NO_MORE, "organic": NO_MORE},
    ),
    (
        "a no of an earlier visit asks for nothing smaller",
        OFFERS_DOWNSELL,
        "house",
        [],
        [("no", "tier", "brand", {"visit": "earlier", "customer": "7"})],
        ["+brand"],
        None,
    ),
    (
        "held already, the smaller one",
        OFFERS_DOWNSELL,
        "house",
        ["small"],
        [("no", "tier", "brand", {})],
        [],
        {"small": IN_CART, "brand": rests(0), "organic": rests(0)},
    ),
]


@pytest.mark.parametrize(
    ("ladder", "product", "cart", "said", "shown", "why_not"),
    [row[1:] for row in LADDERS],
    ids=[row[0] for row in LADDERS],
)
def test_what_of_a_ladder_shows_and_why_not_the_rest(
    shop, ladder, product, cart, said, shown, why_not
):
    stands(shop, **ladder)
    for answer, step, name, where in said:
        says(shop, answer, step, name, **where)
    found, dropped = steps_of(shop, product, cart)
    assert found == shown
    if why_not is not None:
        assert dropped == why_not
