from django.views.generic import DetailView, TemplateView

from tests.hosts.uuid_shop.models import Product


class ProductPage(DetailView):
    model = Product
    template_name = "uuid_shop/product.html"


class CartPage(TemplateView):
    template_name = "uuid_shop/cart.html"
