"""Signed tokens: everything that a shopper can click is one.

A token says what to take, and whose it is: bound to the shopper and to the cart for which the page
was made. Where there was no shopper yet (no session, no cart), any guest may use it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256

from django.core import signing
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from xsell.exceptions import Refusal, TokenRefused
from xsell.models.fields import as_json, from_json
from xsell.values import Cart, ShopContext, Take, TakeKind

HOLDS = timedelta(hours=24)
"""A page that was left open overnight still works; what it says of prices and stock is then old.

Nothing is charged by a token: it only ends how long a link or a copied page can be clicked.
"""

SALT = "xsell.take.2"  # the number changes with what a token holds
BINDING_LENGTH = 22

WORDS = {
    Refusal.EXPIRED: _("This page is more than a day old. Please open it again and choose anew."),
    Refusal.FORGED: _("This button does not work any more. Please open the page again."),
    Refusal.OTHER_SHOPPER: _(
        "This page was made for another visit: perhaps you have logged in or out since. Please "
        "open it again and choose anew."
    ),
    Refusal.OTHER_CART: _(
        "This page was made for another cart than the one that you have now. Please open it again "
        "and choose anew."
    ),
}


def issue(take: Take, context: ShopContext, cart: Cart) -> str:
    """A token for the click, with a fresh key, bound to the shopper and to the cart."""
    key = secrets.token_urlsafe(16)
    shopper, cart_binding = _bindings(key, context, cart)[0]
    claims = [
        key,
        shopper,
        cart_binding,
        str(take.kind),
        take.placement,
        [as_json(it) for it in take.product_ids],
        as_json(take.current_id),
        take.bundle_id,
        take.offer_id,
        [as_json(it) for it in take.anchor_ids],
        take.source,
    ]
    # Few ids are no shorter compressed, and a page has many tokens.
    is_long = len(take.product_ids) + len(take.anchor_ids) > 6
    return signing.dumps(claims, salt=SALT, compress=is_long)


def read(text: str, context: ShopContext, cart: Cart) -> Take:
    """The click behind the token. Raise TokenRefused unless this shopper may make it now."""
    try:
        claims = signing.loads(text, salt=SALT, max_age=HOLDS)
    except signing.SignatureExpired:
        raise refused(Refusal.EXPIRED) from None
    except (signing.BadSignature, UnicodeEncodeError):  # half a character is no text
        raise refused(Refusal.FORGED) from None
    key, shopper, cart_binding, kind, placement, products, current, *rest = claims
    bundle, offer, anchors, source = rest
    shoppers, carts = zip(*_bindings(key, context, cart), strict=True)
    # Nobody became a guest since; a customer logged in, and has other pages now.
    is_nobodys = not shopper and context.customer_id is None
    if not is_nobodys and not _is_one_of(shopper, shoppers):
        raise refused(Refusal.OTHER_SHOPPER)
    if cart_binding and not _is_one_of(cart_binding, carts):
        raise refused(Refusal.OTHER_CART)
    return Take(
        TakeKind(kind),
        product_ids=tuple(map(from_json, products)),
        current_id=from_json(current),
        bundle_id=bundle,
        offer_id=offer,
        placement=placement,
        key=key,
        anchor_ids=tuple(map(from_json, anchors)),
        source=source,
    )


def whose(key: str, context: ShopContext) -> str:
    """A hash of the shopper for a token with this key, whatever their cart; empty for nobody."""
    return _bindings(key, context, Cart())[0][0]


def is_whose(shopper: str, key: str, context: ShopContext) -> bool:
    """Whether such a hash is this shopper's, or nobody's and the shopper is still a guest."""
    if not shopper:
        return context.customer_id is None
    return _is_one_of(shopper, (it for it, _ in _bindings(key, context, Cart())))


def refused(reason: Refusal) -> TokenRefused:
    """The error to raise, with words for the shopper."""
    return TokenRefused(reason, str(WORDS[reason]))


def _bindings(key: str, context: ShopContext, cart: Cart) -> list[tuple[str, str]]:
    """Hashes of the shopper and of the cart, each empty for nobody's: one pair for each SECRET_KEY.

    Salted with the token's own key: a token tells nobody the shopper's session, and two do not tell
    that they are one shopper's. A shop that changes its key keeps the old one as a fallback.
    """
    signer = signing.Signer(salt=f"{SALT}.whose")
    pairs = []
    for secret in (signer.key, *signer.fallback_keys):
        salt = signer.signature(key, secret)
        pairs.append(
            (_hashed(f"{salt}shopper", context.shopper_key), _hashed(f"{salt}cart", cart.ref))
        )
    return pairs


def _hashed(salt: str, name: str) -> str:
    return sha256(f"{salt}:{name}".encode()).hexdigest()[:BINDING_LENGTH] if name else ""


def _is_one_of(binding: str, own: Iterable[str]) -> bool:
    return any(constant_time_compare(binding, it) for it in own)
