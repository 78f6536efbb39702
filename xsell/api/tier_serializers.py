"""What the API answers about steps up and ladders."""

from __future__ import annotations

from rest_framework import serializers

from xsell.api.serializers import AmountField, Serializer, SuggestedProductSerializer

TAKES = "Takes it in the place of the product: POST it to take/."


class FeatureSerializer(Serializer):
    """One cell of the table that compares the rungs."""

    feature = serializers.CharField()
    value = serializers.CharField(allow_blank=True, help_text="Empty for a plain yes or no.")
    is_included = serializers.BooleanField()


class GainSerializer(Serializer):
    """A feature that one of two products has, or has otherwise."""

    feature = serializers.CharField()
    value = serializers.CharField(allow_blank=True, help_text="Empty for a plain yes.")
    instead_of = serializers.CharField(
        allow_blank=True, help_text="What the product itself has of it, if it is not that."
    )


class StepSerializer(Serializer):
    """Another product in the place of the one asked about."""

    product = SuggestedProductSerializer()
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    headline = serializers.CharField(allow_blank=True)
    gains = GainSerializer(many=True, help_text="Name these before the price.")
    losses = GainSerializer(many=True, help_text="What the product itself has and this one not.")
    difference = AmountField(help_text="What it costs more; below zero: less.")
    is_downsell = serializers.BooleanField(help_text="The smaller one, after a no.")
    is_computed = serializers.BooleanField(
        help_text="Nobody curated it: it costs a little more and is bought more often."
    )
    token = serializers.CharField(help_text=TAKES)
    decline_token = serializers.CharField(help_text="Says no, thanks: POST it to take/.")


class RungSerializer(Serializer):
    """A rung of the product's ladder, the lowest first."""

    product = SuggestedProductSerializer()
    rank = serializers.IntegerField(help_text="1 is the lowest.")
    label = serializers.CharField()  # type: ignore[assignment]
    headline = serializers.CharField(allow_blank=True)
    is_recommended = serializers.BooleanField()
    is_current = serializers.BooleanField(help_text="It is the product that was asked about.")
    difference = AmountField(help_text="What it costs more than that one; below zero: less.")
    features = FeatureSerializer(many=True, help_text="The same features on every rung.")
    token = serializers.CharField(allow_null=True, help_text=f"{TAKES} Null for itself.")


class TiersSerializer(Serializer):
    """The step up from a product, and the rungs of its ladder."""

    heading = serializers.CharField(allow_blank=True)
    currency = serializers.CharField(allow_blank=True)
    steps = StepSerializer(many=True)
    rungs = RungSerializer(many=True)
