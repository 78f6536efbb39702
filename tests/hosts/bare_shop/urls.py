from django.contrib import admin
from django.urls import include, path
from django.views.generic import DetailView, TemplateView

from demo_shop.models import Product
from demo_shop.views.pictures import picture

urlpatterns = [
    path(
        "products/<int:sku>/<slug:slug>/",
        DetailView.as_view(
            model=Product,
            slug_field="sku",
            slug_url_kwarg="sku",
            template_name="bare_shop/product.html",
        ),
        name="product",
    ),
    path("cart/", TemplateView.as_view(template_name="bare_shop/cart.html"), name="cart"),
    path("pictures/<slug:name>/<int:palette>.svg", picture, name="picture"),
    path("admin/", admin.site.urls),
    path("xsell/", include("xsell.storefront.urls")),
]
