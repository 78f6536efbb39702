"""The explanation is the selection itself, told."""

from django.utils import timezone

from xsell.adapters import get_adapter
from xsell.selection.explaining import explain


def test_it_tells_every_candidate_with_the_step_that_decided(shop):
    shop.place("product-page", max_items=2)
    shop.stock("case", stock=0)
    shop.bought_with("camera", "strap", "case", "film", "bag")
    shop.relate("camera", "tripod")
    explanation = explain(
        get_adapter(),
        "product-page",
        product_id=shop["camera"].pk,
        in_cart=[shop["film"].pk],
        now=timezone.now(),
    )
    told = [
        (explanation.title(it.product_id), it.step, it.kept) for it in explanation.content.decisions
    ]
    assert told == [
        ("tripod", "shown", True),
        ("strap", "shown", True),
        ("case", "eligible", False),
        ("film", "eligible", False),
        ("bag", "cut", False),
    ]


def test_it_gives_the_interval_of_a_mined_share_and_none_for_the_rest(shop):
    shop.bought_with("camera", "strap", n_both=8, n_anchor=10)
    shop.relate("camera", "tripod")
    explanation = explain(
        get_adapter(),
        "product-page",
        product_id=shop["camera"].pk,
        in_cart=[],
        now=timezone.now(),
    )
    shares = {
        explanation.title(it.product_id): explanation.confidence(it)
        for it in explanation.content.decisions
    }
    assert shares["tripod"] is None
    assert [round(bound, 4) for bound in shares["strap"]] == [0.4902, 0.9433]
