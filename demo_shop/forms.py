from django import forms

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

    def contact(self) -> Contact:
        given = self.cleaned_data
        return Contact(
            name=given["name"],
            email=given["email"],
            address=f"{given['street']}, {given['postcode']} {given['town']}",
        )
