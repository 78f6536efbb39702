from django.contrib import admin
from django.urls import include, path

from tests.hosts.uuid_shop import views

urlpatterns = [
    path("products/<uuid:pk>/", views.ProductPage.as_view(), name="product"),
    path("cart/", views.CartPage.as_view(), name="cart"),
    path("admin/", admin.site.urls),
    path("xsell/", include("xsell.storefront.urls")),
]
