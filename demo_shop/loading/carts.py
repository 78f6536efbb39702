"""What the demo's shopper left in the cart: something lacks to a bundle, and to free shipping."""

from django.contrib.auth.models import AbstractBaseUser

from demo_shop.models import Cart, CartLine
from xsell.models import Bundle, BundleItem
from xsell.values import BenefitKind


def leave_a_cart(customer: AbstractBaseUser) -> None:
    """All but the last item of the first bundle with a price of its own, if there is one."""
    whole = Bundle.objects.filter(is_live=True, benefit=BenefitKind.FIXED_PRICE.value)
    items = BundleItem.objects.filter(bundle=whole.order_by("pk").first())
    products = list(items.order_by("position", "pk").values_list("product_id", "quantity"))
    cart, is_new = Cart.objects.get_or_create(customer=customer)
    if is_new:
        CartLine.objects.bulk_create(
            CartLine(cart=cart, product_id=product_id, quantity=quantity)
            for product_id, quantity in products[:-1]
        )
