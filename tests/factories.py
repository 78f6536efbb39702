"""Rows of the demo shop and of xsell for tests, with sensible values where a test does not care."""

from decimal import Decimal

import factory
from django.contrib.auth import get_user_model
from django.utils import timezone
from factory.django import DjangoModelFactory

from demo_shop.models import Cart, CartLine, Category, Order, OrderLine, Product
from xsell.models import (
    Acceptance,
    BestSeller,
    Bundle,
    BundleItem,
    CoPurchase,
    MiningRun,
    NextPurchase,
    Offer,
    OfferCondition,
    Placement,
    ProductRelation,
    ProductView,
    RepurchaseGap,
    Segment,
    SegmentRule,
    Tier,
    TierBenefit,
    TierLadder,
)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = get_user_model()
        skip_postgeneration_save = True

    username = factory.Sequence("shopper-{}".format)
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.com")
    password = factory.django.Password("secret")


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category

    name = factory.Sequence("Shelf {}".format)
    slug = factory.Sequence("shelf-{}".format)
    picture = "box-gift"


class ProductFactory(DjangoModelFactory):
    class Meta:
        model = Product

    sku = factory.Sequence(lambda n: 1000 + n)
    title = factory.Sequence("Product {}".format)
    slug = factory.LazyAttribute(lambda product: f"product-{product.sku}")
    category = factory.SubFactory(
        CategoryFactory,
        parent=factory.SubFactory(CategoryFactory),
    )
    product_type = "Product"
    price = Decimal("2.50")
    stock = 20
    picture = "box-gift"


class OrderFactory(DjangoModelFactory):
    class Meta:
        model = Order

    number = factory.Sequence("N{:06}".format)
    placed_at = factory.LazyFunction(timezone.now)
    total = Decimal("10.00")


class OrderLineFactory(DjangoModelFactory):
    class Meta:
        model = OrderLine

    order = factory.SubFactory(OrderFactory)
    product = factory.SubFactory(ProductFactory)
    title = factory.LazyAttribute(lambda line: line.product.title if line.product else "Gone")
    quantity = 1
    unit_price = Decimal("2.50")
    amount = factory.LazyAttribute(lambda line: line.unit_price * line.quantity)


class CartFactory(DjangoModelFactory):
    class Meta:
        model = Cart


class CartLineFactory(DjangoModelFactory):
    class Meta:
        model = CartLine

    cart = factory.SubFactory(CartFactory)
    product = factory.SubFactory(ProductFactory)
    quantity = 1


class ProductRelationFactory(DjangoModelFactory):
    class Meta:
        model = ProductRelation

    anchor = factory.SubFactory(ProductFactory)
    suggested = factory.SubFactory(ProductFactory)


class MiningRunFactory(DjangoModelFactory):
    class Meta:
        model = MiningRun

    started_at = factory.LazyFunction(timezone.now)
    status = MiningRun.Status.READY
    is_active = True
    n_baskets = 10_000


class CoPurchaseFactory(DjangoModelFactory):
    class Meta:
        model = CoPurchase

    run = factory.SubFactory(MiningRunFactory)
    anchor = factory.SubFactory(ProductFactory)
    suggested = factory.SubFactory(ProductFactory)
    position = 1
    score = 0.5
    n_both = 40
    n_anchor = 100
    n_suggested = 80
    lift = 50.0
    lift_lower = 40.0


class NextPurchaseFactory(DjangoModelFactory):
    class Meta:
        model = NextPurchase

    run = factory.SubFactory(MiningRunFactory)
    anchor = factory.SubFactory(ProductFactory)
    suggested = factory.SubFactory(ProductFactory)
    position = 1
    score = 0.5
    n_both = 20
    n_anchor = 100
    n_suggested = 40
    lift = 5.0
    lift_lower = 4.0
    lag_days = 45.0


class RepurchaseGapFactory(DjangoModelFactory):
    class Meta:
        model = RepurchaseGap

    run = factory.SubFactory(MiningRunFactory)
    product = factory.SubFactory(ProductFactory)
    n_gaps = 40
    n_customers = 12
    lower_quartile_days = 20.0
    median_days = 30.0
    upper_quartile_days = 45.0


class ProductViewFactory(DjangoModelFactory):
    class Meta:
        model = ProductView

    visit = "today"
    product = factory.SubFactory(ProductFactory)
    viewed_at = factory.LazyFunction(timezone.now)


class BestSellerFactory(DjangoModelFactory):
    class Meta:
        model = BestSeller

    run = factory.SubFactory(MiningRunFactory)
    product = factory.SubFactory(ProductFactory)
    category_id = factory.LazyAttribute(lambda row: str(row.product.category_id))
    n_orders = 100
    position = factory.Sequence(lambda n: n + 1)
    category_position = 1
    prior = factory.LazyAttribute(lambda row: 1e-9 * row.n_orders / 100)
    prior_position = factory.SelfAttribute("position")


class TierLadderFactory(DjangoModelFactory):
    class Meta:
        model = TierLadder

    name = factory.Sequence("Ladder {}".format)


class TierFactory(DjangoModelFactory):
    class Meta:
        model = Tier

    ladder = factory.SubFactory(TierLadderFactory)
    product = factory.SubFactory(ProductFactory)
    rank = 1
    label = "Good"


class TierBenefitFactory(DjangoModelFactory):
    class Meta:
        model = TierBenefit

    tier = factory.SubFactory(TierFactory)
    feature = factory.Sequence("Feature {}".format)


class BundleFactory(DjangoModelFactory):
    class Meta:
        model = Bundle

    name = factory.Sequence("Bundle {}".format)
    saving_percent = Decimal(10)
    is_live = True


class BundleItemFactory(DjangoModelFactory):
    class Meta:
        model = BundleItem

    bundle = factory.SubFactory(BundleFactory)
    product = factory.SubFactory(ProductFactory)


class OfferFactory(DjangoModelFactory):
    class Meta:
        model = Offer

    name = factory.Sequence("Offer {}".format)
    kind = Offer.Kind.BUMP
    product = factory.SubFactory(ProductFactory)
    headline = "Before you pay"
    state = Offer.State.LIVE


class OfferConditionFactory(DjangoModelFactory):
    class Meta:
        model = OfferCondition

    offer = factory.SubFactory(OfferFactory)
    kind = OfferCondition.Kind.HAS_PRODUCT


class AcceptanceFactory(DjangoModelFactory):
    class Meta:
        model = Acceptance

    key = factory.Sequence("click-{}".format)
    kind = Acceptance.Kind.OFFER
    accepted_at = factory.LazyFunction(timezone.now)


class PlacementFactory(DjangoModelFactory):
    class Meta:
        model = Placement

    slug = factory.Sequence("place-{}".format)
    heading = "Suggestions"
    sources = factory.LazyFunction(lambda: ["pinned", "mined"])


class SegmentFactory(DjangoModelFactory):
    class Meta:
        model = Segment

    name = factory.Sequence("Segment {}".format)


class SegmentRuleFactory(DjangoModelFactory):
    class Meta:
        model = SegmentRule

    segment = factory.SubFactory(SegmentFactory)
