from django.core.paginator import Page, Paginator
from django.db.models import Count, F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from demo_shop.forms import AddForm
from demo_shop.models import Category, OrderLine, Product

PAGE_SIZE = 24
SORTS = {
    "popular": ("Most popular", ["-n_orders", "pk"]),
    "cheap": ("Price: low to high", ["price", "-n_orders", "pk"]),
    "dear": ("Price: high to low", ["-price", "-n_orders", "pk"]),
    "name": ("Name", ["title", "pk"]),
}
BRANDS = {"": "All brands", **dict(Product.BrandKind.choices)}


def home(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "demo_shop/home.html",
        {"best_sellers": best_of_each_shelf(10), "usuals": usual_products(request, 5)},
    )


def best_of_each_shelf(limit: int) -> list[Product]:
    """The most popular products, one of a shelf, so that it is not all milk."""
    popular = Product.objects.on_sale().filter(stock__gt=0).select_related("category")
    best: dict[int, Product] = {}
    for product in popular.order_by("-n_orders", "pk")[: limit * 8]:
        best.setdefault(product.category_id, product)
    return list(best.values())[:limit]


def usual_products(request: HttpRequest, limit: int) -> list[Product]:
    """What a logged-in shopper has ordered most often."""
    if not request.user.is_authenticated:
        return []
    mine = (
        OrderLine.objects.filter(
            order__customer=request.user,
            product__is_published=True,
            product__price__isnull=False,
            product__stock__gt=0,
        )
        .values("product")
        .annotate(times=Count("order"))
        .order_by("-times", "product")[:limit]
    )
    found = Product.objects.select_related("category").in_bulk([row["product"] for row in mine])
    return [found[row["product"]] for row in mine]


def product_list(request: HttpRequest) -> HttpResponse:
    return listing(request, None)


def aisle(request: HttpRequest, slug: str) -> HttpResponse:
    return listing(request, get_object_or_404(Category.objects.select_related("parent"), slug=slug))


def listing(request: HttpRequest, category: Category | None) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:80]
    sort = request.GET.get("sort") if request.GET.get("sort") in SORTS else "popular"
    brand = request.GET.get("brand") if request.GET.get("brand") in BRANDS else ""
    found = matching(Product.objects.on_sale(), query, brand)
    within = in_category(found, category).select_related("category")
    page = Paginator(within.order_by(*SORTS[sort][1]), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "demo_shop/list.html",
        {
            "category": category,
            "department": (category.parent or category) if category else None,
            "page": page,
            "pages": page_numbers(page),
            "query": query,
            "sort": sort,
            "sorts": {key: name for key, (name, _) in SORTS.items()},
            "brand": brand,
            "brands": BRANDS,
            "filters": filters(found, category),
        },
    )


def matching(products: QuerySet[Product], query: str, brand: str) -> QuerySet[Product]:
    """Every word must be in the title; a number is an article number as well."""
    if brand:
        products = products.filter(brand_kind=brand)
    if query.isdecimal() and len(query) < 19:
        by_number = products.filter(sku=query)
        if by_number.exists():
            return by_number
    for word in query.split():
        products = products.filter(title__icontains=word)
    return products


def in_category(products: QuerySet[Product], category: Category | None) -> QuerySet[Product]:
    if category is None:
        return products
    if category.parent_id is None:
        return products.filter(category__parent=category)
    return products.filter(category=category)


def filters(found: QuerySet[Product], category: Category | None) -> list[Category]:
    """Where to narrow it down: the shelves of this aisle, or all aisles; with their counts."""
    aisle = (category.parent or category) if category else None
    if aisle is None:
        counts = found.values(key=F("category__parent")).annotate(n=Count("pk"))
        offered = Category.objects.filter(parent=None)
    else:
        counts = (
            found.filter(category__parent=aisle).values(key=F("category")).annotate(n=Count("pk"))
        )
        offered = Category.objects.filter(parent=aisle)
    n_products = {row["key"]: row["n"] for row in counts.order_by()}
    shown = [each for each in offered if n_products.get(each.pk)]
    for each in shown:
        each.n_products = n_products[each.pk]
    return shown


def page_numbers(page: Page) -> list[int | str]:
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


def product_detail(request: HttpRequest, sku: int, slug: str) -> HttpResponse:
    product = get_object_or_404(
        Product.objects.on_sale().select_related("category__parent"), sku=sku
    )
    if slug != product.slug:
        return redirect(product, permanent=True)
    return render(request, "demo_shop/product.html", {"product": product, "form": AddForm()})
