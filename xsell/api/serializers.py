"""What the API answers, read from the values that the selection makes.

Amounts are decimals in text, so that no client rounds them; ids are text whatever the shop's keys
are, so that one schema serves every shop and JavaScript cuts no digit off a long one.
"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from xsell.values import BecauseKind, Source

Serializer = serializers.Serializer[Any]
SOURCES = [str(it) for it in Source]


class AmountField(serializers.DecimalField):
    """An exact amount of money, as text; the host's COERCE_DECIMAL_TO_STRING has no say in it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=None, decimal_places=None, coerce_to_string=True, **kwargs)


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
    """The words of the offer that a suggestion belongs to."""

    id = serializers.IntegerField(source="offer_id")
    headline = serializers.CharField()
    text = serializers.CharField(allow_blank=True)


class NearDiscountSerializer(Serializer):
    """What one more unit of the suggested product saves: it makes a bundle whole."""

    bundle_id = serializers.IntegerField()
    name = serializers.CharField(help_text="Of the bundle.")
    saving = AmountField(help_text="What the cart then saves more than now.")


class BecauseSerializer(Serializer):
    """The shopper's own reason; numbers that the kind has no use for are 0."""

    kind = serializers.ChoiceField(choices=[str(it) for it in BecauseKind])
    anchor_title = serializers.CharField(allow_blank=True, help_text="What it follows.")
    days_ago = serializers.IntegerField(help_text="When they last bought what is due.")
    one_in = serializers.IntegerField(help_text="1 customer in so many went on to it.")
    months = serializers.IntegerField(help_text="Within so many months.")


class SuggestionSerializer(Serializer):
    """A product, where the suggestion comes from, and on what evidence."""

    product = SuggestedProductSerializer()
    source = serializers.ChoiceField(choices=SOURCES)  # type: ignore[assignment]
    evidence = EvidenceSerializer(allow_null=True, help_text="Where orders say so, else null.")
    because = BecauseSerializer(allow_null=True, help_text="Of personal suggestions.")
    offer = OfferCopySerializer(allow_null=True)
    discount = NearDiscountSerializer(allow_null=True, help_text="Of a nearly whole bundle.")
    token = serializers.CharField(help_text="Takes the product at one click: POST it to take/.")


class PlacementContentSerializer(Serializer):
    """What a placement shows: best first, and nothing at all below its minimum."""

    slug = serializers.CharField()
    heading = serializers.CharField(allow_blank=True)
    suggestions = SuggestionSerializer(many=True)


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
