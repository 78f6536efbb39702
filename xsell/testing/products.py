# ruff: noqa: S101 - asserting is what this package is for
"""The catalogue: the rules of `products`, `details`, `search` and `categories`."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db.models import QuerySet

from xsell.adapters import FAMILY_COLUMN
from xsell.testing.shop import ShopUnderTest, reads_only, statements
from xsell.values import Category, ProductDetails, ProductId

OPTIONAL_MONEY = ("list_price", "lowest_price_30_days", "tax_rate", "unit_cost", "rating")


class ProductConformance(ShopUnderTest):
    """What shoppers may know of products."""

    def _details(self, *product_ids: ProductId) -> Mapping[ProductId, ProductDetails]:
        adapter = self.adapter()
        return adapter.details(product_ids, adapter.context_for())

    def test_it_gives_products_for_sale_as_a_queryset(self) -> None:
        for_sale, sold_out = self.make_product(), self.make_product()
        self.make_unavailable(sold_out)
        products = self.adapter().products(self.adapter().context(self.request()))
        assert isinstance(products, QuerySet), "products() gives a queryset"
        assert products.model is self.product_model(), "products() is of XSELL_PRODUCT_MODEL"
        keys = list(products.filter(pk__in=[for_sale, sold_out]).values_list("pk", flat=True))
        assert keys == [for_sale], "products() has each product for sale once, and no other"

    def test_it_describes_a_product(self) -> None:
        product_id = self.make_product(title="Quokka lantern", price=Decimal("12.34"))
        product = self._details(product_id)[product_id]
        assert isinstance(product, ProductDetails), "details() gives ProductDetails"
        assert product.product_id == product_id
        assert type(product.product_id) is type(product_id), "ids are of the key's own type"
        assert "Quokka lantern" in product.title, f"the title reads {product.title!r}"
        assert product.url.startswith(("/", "http://", "https://")), f"url: {product.url!r}"
        assert product.price == Decimal("12.34"), "the price is for one unit, as a shopper reads it"
        assert isinstance(product.price, Decimal), "money is Decimal"
        assert product.is_available is True

    def test_it_gives_every_fact_in_its_type(self) -> None:
        product_id = self.make_product()
        product = self._details(product_id)[product_id]
        for name in OPTIONAL_MONEY:
            value = getattr(product, name)
            assert value is None or isinstance(value, Decimal), f"{name} is {value!r}, not Decimal"
        assert product.stock is None or isinstance(product.stock, int), "stock is a whole number"
        assert isinstance(product.category_ids, tuple), "category_ids is a tuple"
        assert all(isinstance(it, str) and it for it in product.category_ids), "of texts"
        assert all(
            isinstance(name, str) and isinstance(value, str)
            for name, value in product.attributes.items()
        ), "attributes are texts by name"
        assert isinstance(product.image_url, str), "image_url is a text, empty if there is none"
        assert isinstance(product.image_alt, str), "image_alt is a text, empty if there is none"

    def test_it_describes_a_product_that_cannot_be_bought_as_unavailable(self) -> None:
        product_id = self.make_product()
        self.make_unavailable(product_id)
        details = self._details(product_id)
        assert product_id in details, "details() has products that cannot be bought now, too"
        assert details[product_id].is_available is False

    def test_it_leaves_out_products_that_do_not_exist(self) -> None:
        product_id, gone = self.make_product(), self.vanished_product()
        assert set(self._details(product_id, gone)) == {product_id}
        assert dict(self._details(gone)) == {}
        assert dict(self._details()) == {}

    def test_it_takes_any_iterable_of_ids_and_repeated_ones(self) -> None:
        product_id = self.make_product()
        adapter = self.adapter()
        ids = (it for it in [product_id, product_id])
        assert set(adapter.details(ids, adapter.context_for())) == {product_id}

    def test_it_describes_many_products_in_as_many_queries_as_two(self) -> None:
        products = [self.make_product(title=f"Strap {number}") for number in range(9)]
        self.make_unavailable(products[-1])
        self._details(products[0])  # what is looked up once per process
        with statements() as for_two:
            self._details(*products[-2:])
        with statements() as for_nine:
            assert len(self._details(*products)) == 9
        assert len(for_nine) == len(for_two), "one query more for each product:\n" + "\n".join(
            for_nine
        )

    def test_it_describes_products_without_writing(self) -> None:
        product_id, request = self.make_product(), self.request()
        adapter = self.adapter()
        with reads_only(request):
            context = adapter.context(request)
            list(adapter.products(context)[:3])
            adapter.details([product_id], context)
            adapter.search("strap")
            adapter.categories()

    def test_it_gives_each_product_a_family_that_it_knows(self) -> None:
        first, second = self.make_product(), self.make_product()
        families = {it.family for it in self._details(first, second).values()}
        assert len(families) == 2, "products that are no variants of one have families of their own"
        assert set(self._details(*families)) == families, "family is a product's id: parent or self"

    def test_it_gives_variants_of_one_product_one_family(self) -> None:
        small, large = self.make_variants()
        details = self._details(small, large)
        assert details[small].family == details[large].family
        parent = self._details(details[small].family)[details[small].family]
        assert parent.family == parent.product_id, "a parent is its own family"
        assert parent.is_available, "a parent can be bought while one of its variants can"

    def test_it_says_families_alike_in_sql_and_in_details(self) -> None:
        variants = self.make_variants()
        products = self.adapter().products(self.adapter().context_for()).filter(pk__in=variants)
        said = f"products() has no {FAMILY_COLUMN}: xsell_health would count variants as lonely"
        assert FAMILY_COLUMN in products.query.annotations, said
        families = {pk: it.family for pk, it in self._details(*variants).items()}
        assert dict(products.values_list("pk", FAMILY_COLUMN)) == families

    def test_it_finds_products_by_name(self) -> None:
        product_id = self.make_product(title="Quokka lantern")
        self.make_product(title="Strap")
        assert list(self.adapter().search("Quokka")) == [product_id]
        assert list(self.adapter().search("quokka LANTERN")) == [product_id], "in any case"

    def test_it_finds_products_by_number(self) -> None:
        product_id = self.make_product(title="Quokka lantern")
        found = self.adapter().search(str(product_id))
        assert list(found)[:1] == [product_id], "the product with that id comes first"

    def test_it_finds_sold_out_products(self) -> None:
        product_id = self.make_product(title="Quokka lantern")
        self.make_unavailable(product_id)
        assert list(self.adapter().search("Quokka")) == [product_id], "pickers show them too"

    def test_it_finds_no_more_than_it_is_asked_for(self) -> None:
        products = {self.make_product(title=f"Quokka {number}") for number in range(3)}
        found = self.adapter().search("Quokka", limit=2)
        assert len(found) == 2
        assert set(found) < products

    def test_it_finds_nothing_for_nonsense(self) -> None:
        self.make_product()
        for query in ("", "   ", "no such product", "%", "' OR 1=1 --", "9" * 40, "-1"):
            assert list(self.adapter().search(query)) == [], f"{query!r} finds something"

    def test_it_tells_traits_as_details_has_them(self) -> None:
        product_ids = [self.make_product(), self.make_product(), self.vanished_product()]
        details = self._details(*product_ids)
        traits = self.adapter().traits(product_ids)
        for name in ("product_id", "family", "category_ids", "attributes"):
            found = {key: getattr(it, name) for key, it in traits.items()}
            named = {key: getattr(it, name) for key, it in details.items()}
            assert found == named, f"{name} is what details() says"

    def test_it_lists_the_categories_that_products_name(self) -> None:
        product_id = self.make_product()
        categories = list(self.adapter().categories())
        assert all(isinstance(it, Category) for it in categories), "categories() gives Category"
        assert all(isinstance(it.category_id, str) for it in categories), "ids are texts"
        ids = [it.category_id for it in categories]
        assert len(set(ids)) == len(ids), "each category is there once"
        named = self._details(product_id)[product_id].category_ids
        assert set(named) <= set(ids), f"{named} are not all among categories()"
        assert bool(named) == bool(ids), "make_product puts a product into a category"
