"""What the API answers, read from the values that the selection makes.

Amounts are decimals in text, so that no client rounds them; ids are text whatever the shop's keys
are, so that one schema serves every shop and JavaScript cuts no digit off a long one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from xsell.models import Offer
from xsell.storefront.rendering import SECONDS_IN_VIEW
from xsell.values import BecauseKind, Source

Serializer = serializers.Serializer[Any]
SOURCES = [str(it) for it in Source]
BECAUSE_KINDS = [str(it) for it in BecauseKind]
OFFER_KINDS = [str(it) for it in Offer.Kind]


class AmountField(serializers.DecimalField):
    """An exact amount of money, as text; the host's COERCE_DECIMAL_TO_STRING has no say in it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=None, decimal_places=None, coerce_to_string=True, **kwargs)


class MomentField(serializers.DateTimeField):
    """A time in UTC with its offset, whether the project's own times are aware or not."""

    def to_representation(self, value: datetime) -> str:
        moment = timezone.make_aware(value) if timezone.is_naive(value) else value
        return moment.astimezone(UTC).isoformat()


class SuggestedProductSerializer(Serializer):
    """What a shopper may know of a suggested product."""

    id = serializers.CharField(source="product_id", help_text="The shop's own key, as text.")
    title = serializers.CharField()
    url = serializers.CharField(help_text="Where the product's page is.")
    image_url = serializers.CharField(allow_blank=True, help_text="Empty without a picture.")
    image_alt = serializers.CharField(allow_blank=True)
    price = AmountField(allow_null=True, help_text="For one unit.")
    currency = serializers.CharField(help_text="ISO 4217 code of the price.")


class EvidenceSerializer(Serializer):
    """How often two products were bought together, and how far that is from chance."""

    n_both = serializers.IntegerField(help_text="Orders with both products.")
    n_anchor = serializers.IntegerField(help_text="Orders with the product asked about.")
    n_suggested = serializers.IntegerField(help_text="Orders with the suggested product.")
    n_baskets = serializers.IntegerField(help_text="All orders that were counted.")
    confidence = serializers.FloatField(help_text="n_both / n_anchor, from 0 to 1.")
    lift = serializers.FloatField(help_text="1: bought together as often as by chance.")
    lift_lower = serializers.FloatField(help_text="Lower 95% bound of the lift.")


class OfferCopySerializer(Serializer):
    """The offer that a suggestion belongs to: its words, and its terms as they may be told."""

    id = serializers.IntegerField(source="offer_id")
    kind = serializers.ChoiceField(choices=OFFER_KINDS)
    headline = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    price = AmountField(
        allow_null=True, help_text="Of one unit with the offer; null where it is the product's own."
    )
    struck = AmountField(
        allow_null=True,
        help_text="The lowest price of the last 30 days, the only one that may be struck through.",
    )
    saving_percent = serializers.IntegerField(allow_null=True, help_text="Below `struck`.")
    gift = SuggestedProductSerializer(allow_null=True, help_text="Comes with it for nothing.")
    code = serializers.CharField(allow_blank=True, help_text="A code that comes with it.")
    has_free_shipping = serializers.BooleanField()
    is_personal = serializers.BooleanField(
        help_text="The price is this shopper's own: the law wants that to be said."
    )
    replaced = SuggestedProductSerializer(
        allow_null=True, help_text="What it takes the place of in the cart."
    )
    difference = AmountField(
        allow_null=True, help_text="What it costs more than that; below zero: less."
    )
    units = serializers.IntegerField(help_text="How many one click takes.")
    most_units = serializers.IntegerField(
        allow_null=True,
        help_text="As many as `units` of take/ may say; null where there is no choice.",
    )
    included_units = serializers.IntegerField(
        help_text="Units that cost nothing, for each unit of what it goes with."
    )
    is_always_there = serializers.BooleanField(
        help_text="Comes along by itself, included: nothing to take and nothing to decline."
    )
    ends_at = MomentField(
        allow_null=True,
        help_text="When it really ends, where a countdown may say so, else null. In UTC: count "
        "down by the answer's Date, not by the device's clock.",
    )
    is_follow_up = serializers.BooleanField(help_text="It follows an answer to another offer.")


class NearDiscountSerializer(Serializer):
    """What one more unit of the suggested product saves: it makes a bundle whole."""

    bundle_id = serializers.IntegerField()
    name = serializers.CharField(help_text="Of the bundle.")
    saving = AmountField(help_text="What the cart then saves more than now.")


class BecauseSerializer(Serializer):
    """The shopper's own reason; numbers that the kind has no use for are 0."""

    kind = serializers.ChoiceField(choices=BECAUSE_KINDS)
    anchor_title = serializers.CharField(allow_blank=True, help_text="What it follows.")
    days_ago = serializers.IntegerField(help_text="When they last bought what is due.")
    one_in = serializers.IntegerField(help_text="1 customer in so many went on to it.")
    months = serializers.IntegerField(help_text="Within so many months.")


class GainSerializer(Serializer):
    """A feature that one of two products has, or has otherwise."""

    feature = serializers.CharField()
    value = serializers.CharField(allow_blank=True, help_text="Empty for a plain yes.")
    instead_of = serializers.CharField(
        allow_blank=True, help_text="What the product itself has of it, if it is not that."
    )


class StepTermsSerializer(Serializer):
    """What another product is in the place of the one asked about."""

    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    headline = serializers.CharField(allow_blank=True)
    gains = GainSerializer(many=True, help_text="Name these before the price.")
    losses = GainSerializer(many=True, help_text="What the product itself has and this one not.")
    difference = AmountField(help_text="What it costs more; below zero: less.")
    is_downsell = serializers.BooleanField(help_text="The smaller one, after a no.")
    is_computed = serializers.BooleanField(
        help_text="Nobody curated it: it costs a little more and is bought more often."
    )


class SuggestionSerializer(Serializer):
    """A product, where the suggestion comes from, and on what evidence."""

    product = SuggestedProductSerializer()
    source = serializers.ChoiceField(choices=SOURCES)  # type: ignore[assignment]
    evidence = EvidenceSerializer(allow_null=True, help_text="Where orders say so, else null.")
    because = BecauseSerializer(allow_null=True, help_text="Of personal suggestions.")
    offer = OfferCopySerializer(allow_null=True)
    discount = NearDiscountSerializer(allow_null=True, help_text="Of a nearly whole bundle.")
    step = StepTermsSerializer(
        allow_null=True, help_text="Of what takes the place of the product that was asked about."
    )
    token = serializers.CharField(
        allow_null=True,
        help_text="Takes it at one click: POST it to take/. Null where it comes by itself.",
    )
    decline_token = serializers.CharField(
        allow_null=True, help_text="Says no, thanks: POST it to take/. Null without offer and step."
    )
    stop_token = serializers.CharField(
        allow_null=True,
        help_text="Of what follows an answer: says that no more offers are wanted in this visit.",
    )


class PlacementContentSerializer(Serializer):
    """What a placement shows: best first, and nothing at all below its minimum."""

    slug = serializers.CharField()
    heading = serializers.CharField(allow_blank=True)
    suggestions = SuggestionSerializer(many=True)
    product_token = serializers.CharField(
        allow_null=True,
        help_text="Takes one of the product that was asked about, and `also` what is ticked; null "
        "where it is in the cart already or cannot be had.",
    )
    seen_token = serializers.CharField(
        allow_null=True,
        help_text="Says that the offers were really seen, for their caps: POST it to seen/. Null "
        "where there are none, or nothing may be counted.",
    )
    product_seen_token = serializers.CharField(
        allow_null=True,
        help_text=f"Says that the page of the product was in view for {SECONDS_IN_VIEW} seconds: "
        "POST it to seen/. Null without the shopper's consent.",
    )


class FrequentlyBoughtTogetherSerializer(PlacementContentSerializer):
    """What is bought together with a product, and what all of it costs at one click."""

    together = serializers.ListField(
        child=serializers.CharField(),
        help_text=(
            "Ids of the products that the total counts: the product itself, unless it is in the "
            "cart, and the suggestions. Empty where there is nothing to buy together."
        ),
    )
    together_token = serializers.CharField(
        allow_null=True, help_text="Takes one each of `together` at one click, else null."
    )
    total = AmountField(allow_null=True, help_text="Of one each of `together`, else null.")
    currency = serializers.CharField(allow_blank=True)
