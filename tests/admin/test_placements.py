"""Placements: sources in an order that a merchandiser sees and changes without a script."""

import pytest

from xsell.admin.placements import SOURCE_NAMES, SourcesField
from xsell.models import Placement
from xsell.values import Source


def sources(*names):
    """The selects, filled from the first on."""
    padded = [*names, *[""] * (len(Source) - len(names))]
    return {f"sources_{place}": str(name) for place, name in enumerate(padded)}


@pytest.fixture
def cart(db):
    return Placement.objects.get(slug="cart")


def test_every_source_has_a_name():
    assert set(SOURCE_NAMES) == set(Source)


def test_the_selects_show_the_sources_in_their_order(desk, cart):
    shown = desk.controls("placement", cart.pk).data
    assert {name: shown.get(name, "") for name in sources()} == sources(*cart.sources)


def test_a_merchandiser_changes_the_order(desk, cart):
    assert desk.save("placement", cart.pk, **sources("mined", "pinned")) == []
    cart.refresh_from_db()
    assert cart.sources == ["mined", "pinned"]


def test_gaps_between_the_selects_are_closed(desk, cart):
    assert desk.save("placement", cart.pk, **sources("", "mined", "", "offers")) == []
    cart.refresh_from_db()
    assert cart.sources == ["mined", "offers"]


@pytest.mark.parametrize(
    ("names", "error"),
    [
        ((), "This field is required."),
        (("mined", "mined"), "Each source can be asked once."),
        (("rumours",), "Select a valid choice"),
    ],
)
def test_wrong_sources_are_refused(desk, cart, names, error):
    before = cart.sources
    assert error in " ".join(desk.save("placement", cart.pk, **sources(*names)))
    cart.refresh_from_db()
    assert cart.sources == before


@pytest.mark.parametrize(
    ("initial", "data", "has_changed"),
    [
        (["mined"], ["mined", ""], False),
        (["mined"], ["", "mined"], False),
        (["mined"], ["mined", "offers"], True),
        (["mined", "offers"], ["offers", "mined"], True),
        (["mined", "offers"], ["mined", ""], True),
        (None, ["mined"], True),
        (None, ["", ""], False),
    ],
)
def test_only_a_change_counts_as_one(initial, data, has_changed):
    assert SourcesField().has_changed(initial, data) is has_changed


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"min_items": 5, "max_items": 4}, "The minimum is 1 or more, the maximum not below it."),
        ({"min_items": 0}, "The minimum is 1 or more, the maximum not below it."),
        ({"max_items": 25}, "More than 24 suggestions help nobody."),
        ({"max_per_category": 0}, "The maximum per category is 1 or more."),
        ({"heading": ""}, "required"),
    ],
)
def test_what_cannot_be_is_said_in_the_form(desk, cart, changes, error):
    assert error in " ".join(desk.save("placement", cart.pk, **changes))


def test_pages_call_a_placement_by_its_slug_so_it_stays(desk, cart):
    assert desk.save("placement", cart.pk, slug="basket", heading="Nice with it") == []
    cart.refresh_from_db()
    assert (cart.slug, cart.heading) == ("cart", "Nice with it")


def test_a_new_placement_gets_its_slug(desk, db):
    changes = {"slug": "magazine", "heading": "From the shop", **sources("pinned")}
    assert desk.save("placement", **changes) == []
    assert Placement.objects.get(slug="magazine").sources == ["pinned"]
    assert "already exists" in " ".join(desk.save("placement", **changes))


def test_the_list_names_the_sources_in_order(desk, cart):
    page = desk.list("placement").content.decode()
    assert "Curated relations, Offers, Bought together, Best sellers" in page


def test_each_select_says_which_place_it_is(desk, cart):
    page = desk.open("placement", cart.pk).content.decode()
    assert 'aria-label="Source number 1"' in page
    assert 'aria-label="Source number 6"' in page


@pytest.mark.parametrize(
    ("least", "most", "is_good"),
    [
        ("5", "35", True),
        ("", "", True),
        ("35", "5", False),
        ("5", "5", False),
        ("0", "5", False),
        ("5", "", False),
        ("", "35", False),
    ],
)
def test_a_step_up_costs_more_within_a_band_or_none_is_computed(desk, cart, least, most, is_good):
    band = {"step_up_from_percent": least, "step_up_to_percent": most}
    errors = " ".join(desk.save("placement", cart.pk, **band))
    assert ("at least one percent more" not in errors) is is_good
    assert bool(errors) is not is_good


def test_a_placement_can_be_for_a_segment_alone(desk, shop, cart):
    segment = shop.segment("Regulars", {"orders_at_least": 2})
    assert desk.save("placement", cart.pk, segment=segment.pk) == []
    assert (
        '<td class="field-segment nowrap">Regulars</td>' in desk.list("placement").content.decode()
    )
    segment.rules.create(kind="fact_is", fact="gender", value="female", group=2)
    errors = desk.save("placement", cart.pk, heading="For regulars")
    assert errors == [
        "gender may decide what is shown, but not what it costs: see segment Regulars."
    ]
