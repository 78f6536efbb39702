"""Which bundles a product's page offers, and at which price."""

from decimal import Decimal

import pytest

from demo_shop.models import Product


def offered(shop, product, cart=()):
    return shop.page(cart).bundles(shop[product].pk)


def test_a_bundle_says_what_it_costs_separately_and_together(shop):
    shop.stock("bread", price=Decimal("2.50"))
    shop.stock("egg", price=Decimal("0.30"))
    shop.bundle(10, {"bread": 1, "egg": 6})
    (bundle,) = offered(shop, "egg")
    assert [(it.product.title, it.quantity) for it in bundle.parts] == [("bread", 1), ("egg", 6)]
    assert (bundle.list_price, bundle.bundle_price, bundle.saving) == (
        Decimal("4.30"),
        Decimal("3.87"),
        Decimal("0.43"),
    )


@pytest.mark.parametrize(
    ("egg", "offers"),
    [
        ({}, 1),
        ({"stock": 0}, 0),
        ({"stock": 5}, 0),
        ({"stock": 6}, 1),
        ({"is_published": False}, 0),
        ({"price": None}, 0),
    ],
)
def test_a_bundle_is_as_available_as_its_weakest_part(shop, egg, offers):
    shop.stock("egg", **egg)
    shop.bundle(10, {"bread": 1, "egg": 6})
    assert len(offered(shop, "bread")) == offers


def test_a_bundle_that_is_all_in_the_cart_is_not_offered_again(shop):
    shop.bundle(10, {"bread": 1, "egg": 1})
    assert offered(shop, "bread", cart=["bread", "egg"]) == ()
    assert len(offered(shop, "bread", cart=["bread"])) == 1


def test_a_draft_is_not_offered(shop):
    shop.bundle(10, {"bread": 1, "egg": 1}, is_live=False)
    assert offered(shop, "bread") == ()


def test_several_of_one_product_are_a_bundle_too(shop):
    shop.stock("wine", price=Decimal("5.00"))
    shop.bundle(10, {"wine": 6})
    (bundle,) = offered(shop, "wine")
    assert bundle.saving == Decimal("3.00")


def test_a_bundle_of_which_the_cart_has_too_little_is_still_offered(shop):
    shop.bundle(10, {"bread": 1, "egg": 6})
    assert len(offered(shop, "bread", cart=["bread", "egg"])) == 1


def test_a_saving_that_rounds_to_nothing_is_not_offered(shop):
    shop.stock("gum", price=Decimal("0.01"))
    shop.stock("match", price=Decimal("0.01"))
    shop.bundle(10, {"gum": 1, "match": 1})
    assert offered(shop, "gum") == ()


def test_the_largest_saving_comes_first(shop):
    shop.bundle(5, {"bread": 1, "egg": 1}, name="small")
    shop.bundle(20, {"bread": 1, "jam": 1}, name="large")
    assert [it.name for it in offered(shop, "bread")] == ["large", "small"]


def mixed(shop, quantity=3, **fields):
    """Any so many of four jams at 2.00, 3.00, 4.00 and 5.00."""
    jams = {"plum": 2, "cherry": 3, "quince": 4, "fig": 5}
    for name, price in jams.items():
        shop.stock(name, price=Decimal(price))
    groups = dict.fromkeys(jams, 1)
    return shop.bundle(10, dict.fromkeys(jams, quantity), groups=groups, **fields)


def units(bundle):
    return {it.product.title: it.quantity for it in bundle.parts}


@pytest.mark.parametrize(
    ("page", "sold_out", "set_of", "saving"),
    [
        ("plum", [], {"plum": 1, "cherry": 1, "quince": 1}, "0.90"),
        ("fig", [], {"fig": 1, "plum": 1, "cherry": 1}, "1.00"),
        ("fig", ["cherry", "quince"], {"fig": 2, "plum": 1}, "1.20"),
    ],
)
def test_of_a_group_the_page_s_product_comes_first_and_what_is_there_fills_up(
    shop, page, sold_out, set_of, saving
):
    mixed(shop)
    Product.objects.filter(title__in=sold_out).update(stock=0)
    (bundle,) = offered(shop, page)
    assert (units(bundle), bundle.saving) == (set_of, Decimal(saving))
    (choice,) = bundle.choices
    assert choice.quantity == 3
    assert {it.title for it in choice.products} == {"plum", "cherry", "quince", "fig"} - {*sold_out}


def test_a_group_with_too_few_units_left_is_not_offered(shop):
    mixed(shop, quantity=3)
    Product.objects.exclude(title="plum").update(stock=0)
    Product.objects.filter(title="plum").update(stock=2)
    assert offered(shop, "plum") == ()
    assert "cannot be bought now" in next(iter(hidden(shop, "plum").values()))


def hidden(shop, product, cart=()):
    return shop.page(cart).hidden_bundles(shop[product].pk)


@pytest.mark.parametrize(
    ("sold_out", "required", "set_of"),
    [
        ([], [], {"pot", "lid", "spoon"}),
        (["spoon"], [], {"pot", "lid"}),
        (["spoon"], ["spoon"], None),
        (["spoon", "lid"], [], None),
        (["pot"], [], None),
    ],
    ids=["whole", "two are enough", "the required one is gone", "too few", "the page's own"],
)
def test_of_a_bundle_fewer_items_may_be_enough(shop, sold_out, required, set_of):
    names = dict.fromkeys(["pot", "lid", "spoon"], 1)
    shop.bundle(10, names, fewest_items=2, required=required)
    Product.objects.filter(title__in=sold_out).update(stock=0)
    found = offered(shop, "pot")
    assert [set(units(it)) for it in found] == ([] if set_of is None else [set_of])
    assert all(it.fewest_parts == 2 for it in found)


@pytest.mark.parametrize(
    ("terms", "price", "ships_free"),
    [
        ({"benefit": "amount", "benefit_amount": 3, "benefit_currency": "USD"}, "9.00", False),
        ({"benefit": "fixed_price", "benefit_amount": 10, "benefit_currency": "USD"}, "10", False),
        ({"benefit": "cheapest_free"}, "8.00", False),
        ({"benefit": "free_shipping"}, "12.00", True),
    ],
)
def test_a_bundle_may_save_in_other_ways(shop, terms, price, ships_free):
    shop.stock("pot", price=Decimal("8.00"))
    shop.stock("lid", price=Decimal("4.00"))
    shop.bundle(None, {"pot": 1, "lid": 1}, **terms)
    (bundle,) = offered(shop, "pot")
    assert (bundle.list_price, bundle.bundle_price) == (Decimal("12.00"), Decimal(price))
    assert bundle.gives_free_shipping == ships_free


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"benefit": "amount", "benefit_amount": 3, "benefit_currency": "EUR"}, "another currency"),
        ({"benefit": "fixed_price", "benefit_amount": 99, "benefit_currency": "USD"}, "nothing"),
    ],
)
def test_why_a_bundle_does_not_show_is_said(shop, terms, reason):
    bundle = shop.bundle(None, {"pot": 1, "lid": 1}, **terms)
    assert offered(shop, "pot") == ()
    assert reason in hidden(shop, "pot")[f"bundle:{bundle.pk}"]


def test_a_bundle_that_the_cart_has_whole_says_so(shop):
    bundle = shop.bundle(10, {"pot": 1, "lid": 1})
    assert hidden(shop, "pot", cart=["pot", "lid"]) == {
        f"bundle:{bundle.pk}": "the cart has all of it"
    }
