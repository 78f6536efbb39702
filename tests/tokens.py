"""Clicks as tests make them: with the tokens of a page, or with one issued for a client."""

import itertools
import re
from typing import Any

from django.urls import reverse

from xsell.adapters import get_adapter
from xsell.services import tokens
from xsell.values import Cart, ShopContext, Take

TOKEN = re.compile(r'name="token" value="([^"]+)"')


def tokens_in(html: str) -> list[str]:
    """The tokens of a page's buttons, in their order."""
    return TOKEN.findall(html)


def taken_by(token: str) -> Take:
    """What a token of nobody's takes."""
    return tokens.read(token, ShopContext(), Cart())


def offer_token_in(html: str) -> str:
    """The token of the page's first offer: of its yes."""
    form = html[html.index('class="xsell-bump"') :]
    return tokens_in(form)[0]


def request_of(client: Any) -> Any:
    """A request as the shop's own middleware makes it for this client: session, user, basket."""
    return client.get(reverse("xsell:take")).wsgi_request


def token_for(client: Any, kind: str, *products: Any, **fields: Any) -> str:
    """The token that a page would give this client now; products as instances or as keys."""
    adapter, request = get_adapter(), request_of(client)
    keys = tuple(getattr(it, "pk", it) for it in products)
    take = Take(kind, keys, **fields)
    return tokens.issue(take, adapter.context(request), adapter.cart(request))


def click(client: Any, kind: str, *products: Any, **fields: Any) -> Any:
    """Press the button that a page would give this client now."""
    return send(client, token_for(client, kind, *products, **fields))


def click_bundle(client: Any, bundle: Any) -> Any:
    """Take the bundle's set: every unit of the first product of each part."""
    parts: dict[Any, list[Any]] = {}
    for item in bundle.items.order_by("position", "pk"):
        part = ("group", item.group) if item.group else ("item", item.pk)
        parts.setdefault(part, [item.product_id] * item.quantity)
    return click(client, "bundle", *itertools.chain(*parts.values()), bundle_id=bundle.pk)


def click_offer(client: Any, offer: Any, placement: str = "checkout-bump", **fields: Any) -> Any:
    """Take the offer where the placement shows it."""
    return click(
        client, "offer", offer.product_id, offer_id=offer.pk, placement=placement, **fields
    )


def send(client: Any, token: str, **fields: Any) -> Any:
    """Post the token."""
    return client.post(reverse("xsell:take"), {"token": token, **fields})
