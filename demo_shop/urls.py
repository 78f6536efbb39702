from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path

from demo_shop.views import account, cart, catalogue, checkout, pictures, privacy

urlpatterns = [
    path("", catalogue.home, name="home"),
    path("products/", catalogue.product_list, name="products"),
    path("products/<int:sku>/<slug:slug>/", catalogue.product_detail, name="product"),
    path("aisles/<slug:slug>/", catalogue.aisle, name="aisle"),
    path("pictures/<slug:name>/<int:palette>.svg", pictures.picture, name="picture"),
    path("cart/", cart.show, name="cart"),
    path("cart/add/<int:sku>/", cart.add, name="cart-add"),
    path("cart/lines/<int:line_id>/", cart.change, name="cart-change"),
    path("checkout/", checkout.show, name="checkout"),
    path("checkout/thank-you/<str:number>/", checkout.thank_you, name="thank-you"),
    path("account/orders/", account.order_history, name="order-history"),
    path("account/orders/<str:number>/", account.order_detail, name="order"),
    path("privacy/", privacy.choose, name="privacy"),
    path("accounts/login/", auth_views.LoginView.as_view(), name="login"),
    path("accounts/logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    path("xsell/api/", include("xsell.api.urls")),
    path("xsell/", include("xsell.storefront.urls")),
]
