"""Which product to show first."""

from demo_shop.models import Product
from xsell.models import BundleItem, CoPurchase, Tier

LOOKED_AT = 300


def popular_product() -> Product | None:
    """Of the most popular products that can be bought, the first with all there is to show:
    relations, a step up and a bundle; failing that, the first with relations and a step up, ..."""
    popular = Product.objects.on_sale().filter(stock__gt=0).order_by("-n_orders", "pk")[:LOOKED_AT]
    keys = [product.pk for product in popular]
    mined = CoPurchase.objects.filter(run__is_active=True, anchor__in=keys)
    sets = [
        set(mined.values_list("anchor_id", flat=True)),
        set(Tier.objects.filter(product__in=keys, rank=1).values_list("product_id", flat=True)),
        set(BundleItem.objects.filter(product__in=keys).values_list("product_id", flat=True)),
    ]
    while sets:
        for product in popular:
            if all(product.pk in has for has in sets):
                return product
        sets.pop()
    return popular.first()
