from collections.abc import Iterable
from typing import Any

from django import forms

from demo_shop.models import OrderLine
from demo_shop.orders import Contact


class AddForm(forms.Form):
    quantity = forms.IntegerField(min_value=1, max_value=99, initial=1, required=False)


class QuantityForm(forms.Form):
    quantity = forms.IntegerField(min_value=0, max_value=99)


class CheckoutForm(forms.Form):
    name = forms.CharField(
        max_length=120, label="Full name", widget=forms.TextInput({"autocomplete": "name"})
    )
    email = forms.EmailField(
        label="E-mail",
        help_text="We send the receipt here.",
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    street = forms.CharField(
        max_length=120,
        label="Street and number",
        widget=forms.TextInput({"autocomplete": "street-address"}),
    )
    town = forms.CharField(
        max_length=80, label="Town", widget=forms.TextInput({"autocomplete": "address-level2"})
    )
    postcode = forms.CharField(
        max_length=12, label="Postcode", widget=forms.TextInput({"autocomplete": "postal-code"})
    )

    # Compared with today's total, so a text will do; nobody is charged what a page says.
    shown_total = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput())

    def contact(self) -> Contact:
        given = self.cleaned_data
        return Contact(
            name=given["name"],
            email=given["email"],
            address=f"{given['street']}, {given['postcode']} {given['town']}",
        )


class ReturnForm(forms.Form):
    """How many units of each line come back."""

    def __init__(self, lines: Iterable[OrderLine], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in lines:
            self.fields[str(line.pk)] = forms.IntegerField(
                min_value=0, max_value=line.left, required=False, label=line.title
            )

    def units(self) -> dict[int, int]:
        """Line's key -> units."""
        return {int(name): n for name, n in self.cleaned_data.items() if n}
