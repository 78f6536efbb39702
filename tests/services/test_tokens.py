"""Tokens: whose they are, how long they hold, and that nobody can make or change one."""

import time
import uuid
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core import signing
from django.db.models import BigAutoField, CharField, UUIDField
from hypothesis import example, given
from hypothesis import strategies as st

from xsell.exceptions import Refusal, TokenRefused
from xsell.models import fields
from xsell.services import tokens
from xsell.values import Cart, ShopContext, Take, TakeKind

NOBODY, NO_CART = ShopContext(), Cart()
GUEST, GUESTS_CART = ShopContext(shopper_key="session-of-a-guest"), Cart(ref="cart-1")
ADA = ShopContext(shopper_key="customer:1", customer_id="1")
BOB = ShopContext(shopper_key="customer:2", customer_id="2")

KEYS = {
    "int": (BigAutoField(), st.integers(min_value=1, max_value=2**63 - 1)),
    "str": (CharField(max_length=200), st.text(min_size=1, max_size=30)),
    "uuid": (UUIDField(), st.uuids()),
}


def refusal(text, context, cart):
    with pytest.raises(TokenRefused) as caught:
        tokens.read(text, context, cart)
    return caught.value.reason


@pytest.mark.parametrize("kind_of_key", KEYS)
@given(chosen=st.data())
def test_what_was_issued_is_read_again_whatever_the_shop_s_keys_are(kind_of_key, chosen):
    key_field, ids = KEYS[kind_of_key]
    take = Take(
        chosen.draw(st.sampled_from(list(TakeKind))),
        product_ids=tuple(chosen.draw(st.lists(ids, max_size=30))),
        current_id=chosen.draw(st.none() | ids),
        bundle_id=chosen.draw(st.none() | st.integers(1)),
        offer_id=chosen.draw(st.none() | st.integers(1)),
        placement=chosen.draw(st.sampled_from(["", "cart", "product-page"])),
        anchor_ids=tuple(chosen.draw(st.lists(ids, max_size=3))),
    )
    with pytest.MonkeyPatch.context() as patch:
        model = SimpleNamespace(_meta=SimpleNamespace(pk=key_field))
        patch.setattr(fields.apps, "get_model", lambda label: model)
        read = tokens.read(tokens.issue(take, GUEST, GUESTS_CART), GUEST, GUESTS_CART)
    assert replace(read, key="") == take
    assert type(read.product_ids) is tuple
    assert [type(it) for it in read.product_ids] == [type(it) for it in take.product_ids]


def test_every_token_has_a_key_of_its_own():
    read = [tokens.read(tokens.issue(Take(TakeKind.ADD), GUEST, NO_CART), GUEST, NO_CART)]
    read += [tokens.read(tokens.issue(read[0], GUEST, NO_CART), GUEST, NO_CART)]
    first, second = (it.key for it in read)
    assert first != second
    assert min(len(first), len(second)) >= 20


def some_token():
    take = Take(TakeKind.ADD, (1, 2, 3), placement="product-page")
    return tokens.issue(take, GUEST, GUESTS_CART)


@given(at=st.integers(min_value=0), character=st.characters(codec="utf-8"))
@example(at=0, character="\x00")
@example(at=0, character=".")
def test_one_character_changed_and_nobody_takes_it(at, character):
    token = some_token()
    at %= len(token)
    changed = token[:at] + character + token[at + 1 :]
    if changed != token:
        assert refusal(changed, GUEST, GUESTS_CART) is Refusal.FORGED


@given(at=st.integers(min_value=0), n=st.integers(min_value=1, max_value=40))
def test_characters_taken_out_or_doubled_and_nobody_takes_it(at, n):
    token = some_token()
    at %= len(token)
    for changed in (token[:at] + token[at + n :], token[:at] + token[at : at + n] + token[at:]):
        assert refusal(changed, GUEST, GUESTS_CART) is Refusal.FORGED


@given(st.text() | st.text("0:.-_aZ=", min_size=1))
@example("\ud800")
@example("\ud800:a:b")
@example("::")
@example(":" * 100_000)
@example("")
def test_what_is_no_token_is_refused(text):
    assert refusal(text, GUEST, GUESTS_CART) is Refusal.FORGED


def test_what_the_shop_signed_for_something_else_is_no_token():
    assert refusal(signing.dumps(["a"]), GUEST, GUESTS_CART) is Refusal.FORGED
    binding_s_salt = signing.dumps(["a"], salt=f"{tokens.SALT}.whose")
    assert refusal(binding_s_salt, GUEST, GUESTS_CART) is Refusal.FORGED


def test_another_shop_s_token_is_refused(settings):
    token = some_token()
    settings.SECRET_KEY = "of-another-shop"
    assert refusal(token, GUEST, GUESTS_CART) is Refusal.FORGED


def test_a_token_outlives_the_key_that_signed_it_while_that_is_a_fallback(settings):
    token = some_token()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a-new-one"
    assert tokens.read(token, GUEST, GUESTS_CART).product_ids == (1, 2, 3)
    assert refusal(token, BOB, GUESTS_CART) is Refusal.OTHER_SHOPPER


@pytest.mark.parametrize(
    ("age", "holds"),
    [
        (timedelta(0), True),
        (timedelta(hours=23, minutes=59), True),
        (timedelta(hours=24, seconds=2), False),
        (timedelta(days=400), False),
    ],
)
def test_a_token_holds_for_a_day(monkeypatch, age, holds):
    token, issued_at = some_token(), signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: issued_at + age.total_seconds())
    if holds:
        assert tokens.read(token, GUEST, GUESTS_CART).kind is TakeKind.ADD
    else:
        assert refusal(token, GUEST, GUESTS_CART) is Refusal.EXPIRED


@pytest.mark.parametrize(
    ("issued_to", "used_by", "refused"),
    [
        ((GUEST, GUESTS_CART), (GUEST, GUESTS_CART), None),
        # They opened the cart, or their first session, with another click.
        ((GUEST, NO_CART), (GUEST, GUESTS_CART), None),
        ((ADA, NO_CART), (ADA, Cart(ref="cart-2")), None),
        ((NOBODY, NO_CART), (NOBODY, NO_CART), None),
        ((NOBODY, NO_CART), (GUEST, GUESTS_CART), None),
        ((NOBODY, GUESTS_CART), (GUEST, GUESTS_CART), None),
        # A login changes what a shopper may see and pay; the form's CSRF token is void as well.
        ((NOBODY, NO_CART), (ADA, NO_CART), Refusal.OTHER_SHOPPER),
        ((GUEST, NO_CART), (ADA, NO_CART), Refusal.OTHER_SHOPPER),
        ((ADA, NO_CART), (GUEST, NO_CART), Refusal.OTHER_SHOPPER),
        ((ADA, NO_CART), (NOBODY, NO_CART), Refusal.OTHER_SHOPPER),
        ((ADA, NO_CART), (BOB, NO_CART), Refusal.OTHER_SHOPPER),
        ((GUEST, GUESTS_CART), (NOBODY, GUESTS_CART), Refusal.OTHER_SHOPPER),
        ((GUEST, GUESTS_CART), (ADA, Cart(ref="cart-2")), Refusal.OTHER_SHOPPER),
        ((GUEST, GUESTS_CART), (GUEST, Cart(ref="cart-2")), Refusal.OTHER_CART),
        ((GUEST, GUESTS_CART), (GUEST, NO_CART), Refusal.OTHER_CART),
        ((NOBODY, GUESTS_CART), (GUEST, Cart(ref="cart-2")), Refusal.OTHER_CART),
        ((ADA, GUESTS_CART), (ADA, Cart(ref="cart-2")), Refusal.OTHER_CART),
    ],
)
def test_a_token_is_its_shopper_s_and_its_cart_s(issued_to, used_by, refused):
    token = tokens.issue(Take(TakeKind.ADD, (1,)), *issued_to)
    if refused is None:
        assert tokens.read(token, *used_by).product_ids == (1,)
    else:
        assert refusal(token, *used_by) is refused


@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_no_two_shoppers_and_no_two_carts_are_taken_for_one_another(one, other):
    if one == other:
        return
    token = tokens.issue(Take(TakeKind.ADD), ShopContext(shopper_key=one), NO_CART)
    assert refusal(token, ShopContext(shopper_key=other), NO_CART) is Refusal.OTHER_SHOPPER
    token = tokens.issue(Take(TakeKind.ADD), GUEST, Cart(ref=one))
    assert refusal(token, GUEST, Cart(ref=other)) is Refusal.OTHER_CART


def test_a_token_tells_nobody_whose_it_is():
    written = [
        signing.loads(tokens.issue(Take(TakeKind.ADD), GUEST, GUESTS_CART), salt=tokens.SALT)
        for _ in range(2)
    ]
    for claims in written:
        assert GUEST.shopper_key not in str(claims)
        assert GUESTS_CART.ref not in str(claims)
    assert written[0][1:3] != written[1][1:3], "two tokens do not tell that they are one shopper's"


def test_a_refusal_speaks_to_the_shopper_and_names_nobody():
    with pytest.raises(TokenRefused, match="logged in or out") as caught:
        tokens.read(some_token(), ADA, GUESTS_CART)
    assert GUEST.shopper_key not in f"{caught.value} {caught.value.args}"


@pytest.mark.parametrize(
    ("product_ids", "longest"),
    [((1234567,), 260), ((uuid.UUID(int=2**127),), 300), (tuple(range(10**9, 10**9 + 25)), 500)],
)
def test_a_token_is_short_enough_for_a_page_with_many(product_ids, longest):
    take = Take(TakeKind.ADD, product_ids, placement="product-page")
    assert len(tokens.issue(take, GUEST, GUESTS_CART)) <= longest


def test_a_page_full_of_tokens_does_not_feel_them():
    """Sixty take two or three milliseconds of one processor; the bound is for slow machines."""

    def spent():
        begun = time.process_time()
        for number in range(60):
            tokens.issue(Take(TakeKind.ADD, (number,), placement="cart"), GUEST, GUESTS_CART)
        return time.process_time() - begun

    assert min(spent() for _ in range(5)) < 0.03
