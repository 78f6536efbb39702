import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.urls import reverse
from django.utils import timezone


class Keyed(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True

    def __str__(self):
        return str(self.pk)


class ShopperManager(BaseUserManager):
    def create_user(self, email, password=None, **fields):
        shopper = self.model(email=self.normalize_email(email), **fields)
        shopper.set_password(password)
        shopper.save()
        return shopper


class Shopper(Keyed, AbstractBaseUser, PermissionsMixin):
    """Logs in by e-mail; has no username."""

    email = models.EmailField(unique=True)
    is_staff = models.BooleanField(default=False)

    USERNAME_FIELD = "email"

    objects = ShopperManager()


class Category(models.Model):
    slug = models.SlugField(primary_key=True)
    name = models.CharField(max_length=60)

    def __str__(self):
        return self.name


class Product(Keyed):
    """Sold as it is, or the parent of variants: a parent has neither price nor stock of its own."""

    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="variants"
    )
    title = models.CharField(max_length=80)
    price = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    stock = models.PositiveIntegerField(default=0)
    is_listed = models.BooleanField(default=True)
    categories = models.ManyToManyField(Category, related_name="products")

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("product", args=[self.pk])


class Order(Keyed):
    shopper = models.ForeignKey(Shopper, null=True, on_delete=models.SET_NULL)
    placed_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(auto_now=True)
    is_cancelled = models.BooleanField(default=False)


class OrderLine(Keyed):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, null=True, on_delete=models.SET_NULL)
    quantity = models.IntegerField(default=1)
    unit_price = models.DecimalField(max_digits=8, decimal_places=2)


class Cart(Keyed):
    pass


class CartLine(Keyed):
    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.CASCADE)
    quantity = models.PositiveIntegerField(default=1)
    options = models.JSONField(null=True, blank=True)
