"""The demo shop on a screen: what a customer clicks and reads there."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from demo_shop.models import CartLine, Order
from tests import factories as make

WIDTH = 390
WIDTH_OF = "dir => (document.dir = dir, document.documentElement.scrollWidth)"
CONTACT = {
    "Full name": "Ada Shopper",
    "E-mail": "ada@example.com",
    "Street and number": "1 Market Square",
    "Town": "Bath",
    "Postcode": "BA1 1AA",
}


class Screen:
    """The shop as a customer with an account sees it; `complaints` are the browser's own."""

    def __init__(self, page, address, has_scripts, width=WIDTH):
        self.page, self.address = page, address
        self.has_scripts, self.width = has_scripts, width
        self.complaints = []
        page.on("console", lambda it: it.type == "error" and self.complaints.append(it.text))
        page.on("pageerror", lambda it: self.complaints.append(str(it)))

    def opens(self, path):
        self.page.goto(self.address + path)

    def logs_in(self, user=None):
        name = (user or make.UserFactory(username="ada")).username
        self.opens("/accounts/login/")
        self.page.get_by_label("Username").fill(name)
        self.page.get_by_label("Password").fill("secret")
        self.page.get_by_role("main").get_by_role("button", name="Log in").click()
        expect(self.page.get_by_role("heading", name="My orders")).to_be_visible()

    def puts(self, product):
        self.opens(product.get_absolute_url())
        self.page.get_by_role("button", name="Add to cart", exact=True).click()
        expect(self.page.get_by_text("Added to your cart")).to_be_visible()

    def button(self, words, product="", within=None):
        """The button with these words, and with the product's name for who hears it."""
        name = re.compile(f"^{words}.*{product}$", re.DOTALL)
        return (within or self.page).get_by_role("button", name=name)

    def clicks(self, words, product="", within=None):
        self.button(words, product, within).click()

    def place(self, slug):
        return self.page.locator(f".xsell-placement--{slug}")

    def reads(self, figures):
        """Every row of the summary, and none besides."""
        rows = self.page.locator(".summary dl > div")
        expect(rows).to_have_count(len(figures))
        for what, amount in figures.items():
            row = rows.filter(has_text=what)
            expect(row).to_contain_text(amount)

    def is_clean(self):
        """It fits in either direction, has no barriers, and the browser has nothing to say."""
        assert self.complaints == []
        if self.has_scripts:
            for direction in ("rtl", "ltr"):
                assert self.page.evaluate(WIDTH_OF, direction) <= self.width, direction
            violations = Axe().run(self.page).response["violations"]
            assert [(it["id"], it["nodes"][0]["html"]) for it in violations] == []
            self.complaints.clear()  # axe itself writes a style

    def has_no_popup(self):
        expect(self.page.locator("dialog")).to_have_count(0)

    def orders(self):
        for label, words in CONTACT.items():
            self.page.get_by_label(label).fill(words)
        self.page.get_by_role("button", name="Place order").click()

    def reads_order(self, lines, foot):
        """The order's own page: its lines, and every figure below them."""
        self.opens(Order.objects.get().get_absolute_url())
        expect(self.page.locator("tbody tr")).to_have_count(len(lines))
        for title, words in lines.items():
            expect(self.page.locator("tbody tr").filter(has_text=title)).to_contain_text(words)
        expect(self.page.locator("tfoot tr")).to_have_count(len(foot))
        for what, amount in foot.items():
            row = self.page.locator("tfoot tr").filter(has_text=what)
            expect(row).to_contain_text(amount)


def held():
    """What is in the only cart."""
    return dict(CartLine.objects.values_list("product__title", "quantity"))
