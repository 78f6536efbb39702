"""Signed tokens: everything that a shopper can click is one.

A token says what to take, and whose it is: bound to the shopper and to the cart for which the page
was made. Where there was no shopper yet (no session, no cart), any guest may use it.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

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

SALT = "xsell.take.1"  # the number changes with what a token holds
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
    claims = [
        key,
        _binding("shopper", key, context.shopper_key),
        _binding("cart", key, cart.ref),
        str(take.kind),
        take.placement,
        [as_json(it) for it in take.product_ids],
        as_json(take.current_id),
        take.bundle_id,
        take.offer_id,
        [as_json(it) for it in take.anchor_ids],
    ]
    return signing.dumps(claims, salt=SALT, compress=True)


def read(text: str, context: ShopContext, cart: Cart) -> Take:
    """The click behind the token. Raise TokenRefused unless this shopper may make it now."""
    try:
        claims = signing.loads(text, salt=SALT, max_age=HOLDS)
    except signing.SignatureExpired:
        raise refused(Refusal.EXPIRED) from None
    except (signing.BadSignature, UnicodeEncodeError):  # half a character is no text
        raise refused(Refusal.FORGED) from None
    key, shopper, cart_binding, kind, placement, products, current, bundle, offer, anchors = claims
    # Nobody became a guest since; a customer logged in, and has other pages now.
    is_nobodys = not shopper and context.customer_id is None
    if not is_nobodys and not _is_bound(shopper, "shopper", key, context.shopper_key):
        raise refused(Refusal.OTHER_SHOPPER)
    if cart_binding and not _is_bound(cart_binding, "cart", key, cart.ref):
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
    )


def refused(reason: Refusal) -> TokenRefused:
    """The error to raise, with words for the shopper."""
    return TokenRefused(reason, str(WORDS[reason]))


def _binding(what: str, key: str, name: str, secret: str | bytes | None = None) -> str:
    """Whose the token is, hashed with the token's own key: it tells nobody the shopper's session.

    Empty for nobody's.
    """
    if not name:
        return ""
    return _signer(what).signature(f"{key}:{name}", secret)[:BINDING_LENGTH]


def _is_bound(binding: str, what: str, key: str, name: str) -> bool:
    signer = _signer(what)
    return any(  # a shop that changes its SECRET_KEY keeps the old one as a fallback for a while
        constant_time_compare(binding, _binding(what, key, name, secret))
        for secret in (signer.key, *signer.fallback_keys)
    )


def _signer(what: str) -> signing.Signer:
    return signing.Signer(salt=f"{SALT}.{what}")
