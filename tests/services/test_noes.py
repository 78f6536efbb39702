"""Yes and no to a step: remembered, and no cart changes by a no."""

from django.contrib.messages import get_messages

from demo_shop.models import CartLine
from tests import factories as make
from tests.tokens import click
from xsell.models import Acceptance, Encounter, Tier


def held():
    return dict(CartLine.objects.values_list("product__title", "quantity"))


def upgrades(client, shop, **fields):
    return click(client, "upgrade", shop["better"], current_id=shop["good"].pk, **fields)


def no(shop, client, name="better", **fields):
    source = f"tier:{Tier.objects.get(product=shop[name]).pk}"
    return click(client, "decline", source=source, placement="upgrade", **fields)


def test_a_no_is_remembered_and_changes_no_cart(ladder, client, cart):
    cart({("good",): 3})
    response = no(ladder, client)
    assert (response.status_code, list(get_messages(response.wsgi_request))) == (302, [])
    row = Encounter.objects.get()
    assert (row.placement, row.customer_id) == ("upgrade", "")
    assert row.visit == client.session["xsell_visit"]
    assert row.declined_at is not None
    assert held() == {"good": 3}
    assert not Acceptance.objects.exists()


def test_a_guest_without_a_cart_can_say_no_and_a_second_no_is_one_row(ladder, client):
    for _ in range(2):
        no(ladder, client)
    assert Encounter.objects.count() == 1
    assert held() == {}


def test_a_customer_s_no_is_known_at_the_next_visit(ladder, client):
    customer = make.UserFactory()
    client.force_login(customer)
    no(ladder, client)
    assert Encounter.objects.get().customer_id == str(customer.pk)


def test_a_yes_to_a_step_is_remembered_where_the_cart_changed(ladder, client, cart):
    cart({("good",): 3})
    source = f"tier:{Tier.objects.get(product=ladder['better']).pk}"
    upgrades(client, ladder, source=source, placement="upgrade")
    row = Encounter.objects.get(source=source)
    assert (row.accepted_at is not None, row.declined_at) == (True, None)


def test_a_yes_that_could_not_be_kept_is_no_yes(ladder, client, cart):
    cart({("good",): 3})
    ladder.stock("scarce", stock=1)
    ladder.ladder("good", "scarce")
    former = {"current_id": ladder["good"].pk}
    click(client, "upgrade", ladder["scarce"], source="tier:1", placement="upgrade", **former)
    assert held() == {"good": 3}
    assert not Encounter.objects.exists()
