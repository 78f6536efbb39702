"""Addresses of the API; mounted beside `xsell.storefront.urls`, in a namespace of its own."""

from django.urls import path

from xsell.api import seeing, taking, tiers, views

app_name = "xsell-api"

urlpatterns = [
    path("placements/<slug:slug>/", views.PlacementView.as_view(), name="placement"),
    path(
        "products/<str:product_id>/frequently-bought-together/",
        views.FrequentlyBoughtTogetherView.as_view(),
        name="frequently-bought-together",
    ),
    path("products/<str:product_id>/tiers/", tiers.TiersView.as_view(), name="tiers"),
    path("take/", taking.TakeView.as_view(), name="take"),
    path("seen/", seeing.SeenView.as_view(), name="seen"),
    path("cart/quote/", taking.QuoteView.as_view(), name="quote"),
    path("schema/", views.SchemaView.as_view(), name="schema"),
]
