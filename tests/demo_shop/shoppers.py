"""Somebody with a browser, who reads the figures off the demo shop's pages."""

import html
import re

from django.urls import reverse

from demo_shop.models import CartLine, Order
from tests.demo_shop.test_cart import CONTACT


class Shopper:
    """Somebody with a browser, who reads the figures off the pages."""

    def __init__(self, client, user=None):
        self.client, self.user = client, user
        if user is not None:
            client.force_login(user)

    def puts(self, product, quantity=1):
        self.client.post(reverse("cart-add", args=[product.sku]), {"quantity": quantity})

    def sets(self, product, quantity):
        line = CartLine.objects.get(product=product, cart_id=self.client.session["cart_id"])
        self.client.post(reverse("cart-change", args=[line.pk]), {"quantity": quantity})

    def reads(self, name):
        return text(self.client.get(reverse(name)))

    def figures(self, name="cart"):
        """The summary: what each row says, but for a delivery that costs nothing."""
        page = self.reads(name)
        rows = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page)
        assert len(rows) == len(dict(rows)), "no row comes twice"
        return {what: amount for what, amount in rows if amount != "Free"}

    def line_savings(self, name="cart"):
        found = re.findall(r'<p class="saving">(\S+) <span>(.*?)</span></p>', self.reads(name))
        return [(saved, by) for saved, by in found]

    def shown_total(self):
        return re.search(r'name="shown_total" value="(.*?)"', self.reads("checkout"))[1]

    def orders(self, **fields):
        return self.client.post(reverse("checkout"), {**CONTACT, **fields}, follow=True)

    def order_page(self):
        """(lines, foot) of the last order's page, without markup."""
        page = text(self.client.get(Order.objects.latest("pk").get_absolute_url()))
        body, foot = re.search(
            r"<tbody>(.*?)</tbody>.*?<tfoot>(.*?)</tfoot>", page, re.DOTALL
        ).groups()
        rows = cells(foot)
        assert any(row[0] == "Delivery" for row in rows)
        return cells(body), {row[0]: row[-1] for row in rows if row[-1] != "Free"}


def text(answer):
    return html.unescape(answer.content.decode())


def cells(table):
    """Rows of cells without markup, empty ones left out."""
    return [
        [
            words
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
            if (words := " ".join(re.sub(r"<[^>]*>", " ", cell).split()))
        ]
        for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)
    ]
