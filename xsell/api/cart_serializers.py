"""What the API asks and answers about the shopper's cart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.settings import api_settings

from xsell.api.serializers import AmountField, Serializer
from xsell.services.carts import MOST_ALSO, MOST_UNITS
from xsell.services.seen import MOST_TOKENS
from xsell.services.words import words_for
from xsell.values import Quote, Why

REASONS = [str(it) for it in Why]


class TextField(serializers.CharField):
    """A text as it is: DRF's own takes numbers for texts, and trims."""

    default_error_messages = {"invalid": "This is no text."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class UnitsField(serializers.IntegerField):
    """A number of units: DRF's own takes texts, truths and fractions for numbers."""

    default_error_messages = {"invalid": "This is no whole number."}

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return super().to_internal_value(data)


class PostedSerializer(Serializer):
    """What is posted, and nothing besides."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and data.keys() - self.fields.keys():
            known = ", ".join(self.fields)
            said = {api_settings.NON_FIELD_ERRORS_KEY: [f"Post no field but these: {known}."]}
            raise serializers.ValidationError(said)
        return super().to_internal_value(data)


class TakeSerializer(PostedSerializer):
    """One click. What it is worth is not the client's to say."""

    token = TextField(help_text="Of a suggestion, or of all together.")
    also = serializers.ListField(
        child=TextField(),
        required=False,
        max_length=MOST_ALSO,
        help_text="Tokens of add-ons that were ticked: taken after it, if it can be had.",
    )
    units = UnitsField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=MOST_UNITS,
        help_text="How many of an add-on, up to its `most_units`.",
    )


class SeenSerializer(PostedSerializer):
    """What was really in view."""

    tokens = serializers.ListField(
        child=TextField(),
        min_length=1,
        max_length=MOST_TOKENS,
        help_text="Each a `seen_token` or a `product_seen_token`. Again counts once.",
    )


class ChangeSerializer(Serializer):
    """What became of one product."""

    product_id = serializers.CharField(help_text="The shop's own key, as text.")
    done = serializers.BooleanField()
    reason = serializers.CharField(
        allow_blank=True, help_text="Why not, for the shopper, else empty."
    )
    message = serializers.CharField(
        allow_blank=True,
        help_text="What was done, for the shopper, where it is more than that it is in the cart.",
    )


class TakenSerializer(Serializer):
    """What a click came to: at least one product is in the cart, or a no was heard."""

    changes = ChangeSerializer(many=True, help_text="None for a no.")
    undo_token = serializers.CharField(
        allow_null=True,
        help_text="Takes the cart's last upgrade back: POST it to take/. Null if there is none.",
    )


class QuotedLineSerializer(Serializer):
    """A line of the cart: `amount` - `saving` = `to_pay`."""

    line_ref = serializers.CharField()
    product_id = serializers.CharField(help_text="The shop's own key, as text.")
    quantity = serializers.IntegerField()
    amount = AmountField(help_text="Before every saving.")
    saving = AmountField()
    to_pay = AmountField()
    tax_rate = AmountField(allow_null=True, help_text="0.19 is 19%; null where not known.")
    tax = AmountField(allow_null=True, help_text="On what is to pay.")


class AppliedSerializer(Serializer):
    """A bundle or an offer that holds for the cart."""

    source = serializers.CharField(help_text="As in `bundle:7`.")  # type: ignore[assignment]
    name = serializers.CharField()
    times = serializers.IntegerField()
    amount = AmountField(help_text="What it takes off.")


class GiftSerializer(Serializer):
    """Units that the shop adds to the order for nothing."""

    product_id = serializers.CharField(help_text="The shop's own key, as text.")
    quantity = serializers.IntegerField()


class WithheldSerializer(Serializer):
    """What takes off nothing, or less than was promised."""

    name = serializers.CharField()
    why = serializers.ChoiceField(choices=REASONS)
    text = serializers.CharField(help_text="Why, in words for the shopper.")


class TaxSerializer(Serializer):
    """Everything to pay at one tax rate."""

    tax_rate = AmountField(help_text="0.19 is 19%.")
    net = AmountField()
    tax = AmountField()
    gross = AmountField()


class ShippingGapSerializer(Serializer):
    """What the cart lacks to free shipping, by the shop's own rule."""

    threshold = AmountField(
        help_text="What the rule asks for; 0 where a bundle or an offer gives it."
    )
    missing = AmountField(help_text="0 where the order ships free.")
    currency = serializers.CharField()
    is_reached = serializers.BooleanField()


class QuoteSerializer(Serializer):
    """What the cart costs now, and what it would cost without bundles and offers."""

    currency = serializers.CharField(allow_blank=True)
    saving = AmountField()
    total = AmountField(help_text="What the lines cost after every saving.")
    lines = QuotedLineSerializer(many=True)
    applied = AppliedSerializer(many=True)
    gifts = GiftSerializer(many=True)
    codes = serializers.ListField(child=serializers.CharField())
    has_free_shipping = serializers.BooleanField()
    shipping_gap = serializers.SerializerMethodField("gap")
    withheld = serializers.SerializerMethodField("told")
    taxes = TaxSerializer(many=True, help_text="Empty where the shop does not say its rates.")

    @extend_schema_field(ShippingGapSerializer(allow_null=True))
    def gap(self, quote: Quote) -> Any:
        """None where the shop has no rule for free shipping, or the cart is empty."""
        gap = self.context.get("shipping_gap")
        return None if gap is None else ShippingGapSerializer(gap).data

    @extend_schema_field(WithheldSerializer(many=True))
    def told(self, quote: Quote) -> list[dict[str, str]]:
        """What the shopper is told; the rest is the merchandiser's."""
        told = [
            {"name": it.name, "why": str(it.why), "text": words_for(it)} for it in quote.withheld
        ]
        return [it for it in told if it["text"]]
