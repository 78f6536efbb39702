"""What browsers really showed, remembered for suggestions: with consent, and not for ever."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import router, transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from xsell.adapters import get_adapter
from xsell.adapters.visits import PERSONAL, context_of, open_visit
from xsell.models import ProductView
from xsell.selection.encounters import own_encounters
from xsell.services import encounters, seen_tokens
from xsell.values import ProductId, Seen, SeenKind, ShopContext

MOST_KEPT = 50
"""Products remembered of a visit, the last viewed: a visit costs so much room and no more."""

MOST_TOKENS = 50
"""Tokens that a browser may send at once."""

VIEWS_KEPT = timedelta(days=90)
"""How long a view is remembered, after which a customer's taste is told by their orders."""

PRUNED_AT_ONCE = 5_000


def may_remember(context: ShopContext) -> bool:
    """Whether what this shopper looks at may be remembered: with consent, and of people alone."""
    return PERSONAL in context.consent and not context.is_bot and not context.is_staff


def may_count(request: HttpRequest, context: ShopContext) -> bool:
    """Whether offers that this shopper sees may be counted, for their caps.

    With consent, or within a session that the shop has begun anyway: a count there is what keeps
    offers from being shown again and again, and tells nothing of the shopper elsewhere.
    """
    session = getattr(request, "session", None)
    has_session = session is not None and session.session_key is not None
    return (has_session or PERSONAL in context.consent) and not (context.is_bot or context.is_staff)


def record_seen(*, request: HttpRequest, tokens: Iterable[str]) -> int:
    """Remember what was really seen: product pages and offers; return how many of both.

    No page, and no visit begun, without consent; offers count within a session all the same. Raise
    TokenRefused for a token that is not this shopper's.
    """
    context = context_of(get_adapter(), request)
    seen = [seen_tokens.read(token, context) for token in tokens]
    return _record_views(request, context, seen) + _count_offers(request, context, seen)


def _count_offers(request: HttpRequest, context: ShopContext, seen: Iterable[Seen]) -> int:
    offers = [it for it in seen if it.kind is SeenKind.OFFERS and it.sources]
    visit = open_visit(request) if offers and may_count(request, context) else ""
    if not visit:
        return 0
    customer_id = context.customer_id if PERSONAL in context.consent else None
    for shown in offers:
        encounters.record_seen(
            sources=shown.sources,
            visit=visit,
            customer_id=customer_id,
            placement=shown.placement,
            view=shown.key,
            now=timezone.now(),
        )
    return sum(len(shown.sources) for shown in offers)


def _record_views(request: HttpRequest, context: ShopContext, seen: Iterable[Seen]) -> int:
    viewed = [
        product_id for it in seen if it.kind is SeenKind.PRODUCT for product_id in it.product_ids
    ]
    if not viewed or not may_remember(context):
        return 0
    visit = open_visit(request)
    if not visit:
        return 0
    return remember_views(
        visit=visit, customer_id=context.customer_id, product_ids=viewed, now=timezone.now()
    )


def remember_views(
    *, visit: str, customer_id: str | None, product_ids: Iterable[ProductId], now: datetime
) -> int:
    """Count that these were viewed in the visit now; return how many products that were.

    The visit keeps its last MOST_KEPT products.
    """
    alias = router.db_for_write(ProductView)
    wanted = list(dict.fromkeys(product_ids))[-MOST_KEPT:]
    own = {"visit": visit, "customer_id": customer_id or ""}
    with transaction.atomic(using=alias):
        rows = ProductView.objects.using(alias).filter(visit=visit)
        again = rows.filter(product__in=wanted)
        known = set(again.values_list("product_id", flat=True))
        again.update(n_views=F("n_views") + 1, viewed_at=now, customer_id=own["customer_id"])
        ProductView.objects.using(alias).bulk_create(
            [ProductView(product_id=it, viewed_at=now, **own) for it in wanted if it not in known],
            ignore_conflicts=True,  # another tab was faster
        )
        newest = rows.order_by("-viewed_at", "-pk").values_list("pk", flat=True)
        if surplus := list(newest[MOST_KEPT : 2 * MOST_KEPT]):
            rows.filter(pk__in=surplus).delete()
    return len(wanted)


def adopt_views(*, request: HttpRequest) -> int:
    """Give what was viewed in this visit to the customer who has logged in; return how many."""
    context = context_of(get_adapter(), request)
    if not context.visit or not context.customer_id or not may_remember(context):
        return 0
    guests = ProductView.objects.filter(visit=context.visit, customer_id="")
    return guests.update(customer_id=context.customer_id)


def forget_views(*, request: HttpRequest) -> int:
    """Forget what this shopper viewed, in this visit and as a customer; return how many.

    For who takes their consent back: without it nothing is read any more, and now nothing is kept.
    """
    own = own_encounters(context_of(get_adapter(), request))
    return 0 if own is None else ProductView.objects.filter(own).delete()[0]


def prune_views(*, days: float | None = None) -> int:
    """Forget views that are older than so many days (90); return how many.

    In short transactions, so that shoppers can write in between.
    """
    kept = VIEWS_KEPT if days is None else timedelta(days=days)
    old = ProductView.objects.filter(viewed_at__lt=timezone.now() - kept).order_by()
    n_pruned = 0
    while keys := list(old.values_list("pk", flat=True)[:PRUNED_AT_ONCE]):
        n_pruned += ProductView.objects.filter(pk__in=keys).delete()[0]
    return n_pruned
