"""Address of the buttons: `path("xsell/", include("xsell.storefront.urls"))`."""

from django.urls import path

from xsell.storefront import seeing, views

app_name = "xsell"

urlpatterns = [
    path("take/", views.take, name="take"),
    path("seen/", seeing.seen_by_browser, name="seen"),
]
