"""What the API answers about steps up and ladders."""

from __future__ import annotations

from rest_framework import serializers

from xsell.api.serializers import (
    AmountField,
    Serializer,
    StepTermsSerializer,
    SuggestedProductSerializer,
)

TAKES = "Takes it in the place of the product: POST it to take/."


class FeatureSerializer(Serializer):
    """One cell of the table that compares the rungs."""

    feature = serializers.CharField()
    value = serializers.CharField(allow_blank=True, help_text="Empty for a plain yes or no.")
    is_included = serializers.BooleanField()


class StepSerializer(StepTermsSerializer):
    """Another product in the place of the one asked about."""

    product = SuggestedProductSerializer()
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
