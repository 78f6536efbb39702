"""Signed tokens of what a page shows: a browser sends them back once it was really seen.

They are bound to the shopper as the tokens of clicks are, and hold as long, so that nobody can say
for another what they looked at.
"""

from __future__ import annotations

import secrets

from django.core import signing

from xsell.exceptions import Refusal
from xsell.models.fields import as_json, from_json
from xsell.services.tokens import HOLDS, is_whose, refused, whose
from xsell.values import Seen, SeenKind, ShopContext

SALT = "xsell.seen.2"  # the number changes with what a token holds


def issue(seen: Seen, context: ShopContext) -> str:
    """A token for what the page shows, with a fresh key, bound to the shopper."""
    key = secrets.token_urlsafe(12)
    claims = [
        key,
        whose(key, context),
        str(seen.kind),
        [as_json(it) for it in seen.product_ids],
        list(seen.sources),
        seen.placement,
    ]
    return signing.dumps(claims, salt=SALT)


def read(text: str, context: ShopContext) -> Seen:
    """What was shown. Raise TokenRefused unless it was shown to this shopper, not long ago."""
    try:
        claims = signing.loads(text, salt=SALT, max_age=HOLDS)
    except signing.SignatureExpired:
        raise refused(Refusal.EXPIRED) from None
    except (signing.BadSignature, UnicodeEncodeError):  # half a character is no text
        raise refused(Refusal.FORGED) from None
    key, shopper, kind, products, sources, placement = claims
    if not is_whose(shopper, key, context):
        raise refused(Refusal.OTHER_SHOPPER)
    shown = tuple(map(from_json, products))
    return Seen(SeenKind(kind), shown, key, tuple(sources), placement)
