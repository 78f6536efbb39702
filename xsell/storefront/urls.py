"""Addresses of the buttons: `path("xsell/", include("xsell.storefront.urls"))`."""

from django.urls import path

from xsell.storefront import views

app_name = "xsell"

urlpatterns = [
    path("add/", views.add, name="add"),
    path("upgrade/", views.upgrade, name="upgrade"),
    path("bundles/<int:bundle_id>/add/", views.add_bundle, name="add-bundle"),
    path("offers/<int:offer_id>/accept/", views.accept_bump, name="accept-bump"),
]
