from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from demo_shop.models import Order
from demo_shop.views.catalogue import page_numbers

PAGE_SIZE = 20


@login_required
def order_history(request: HttpRequest) -> HttpResponse:
    mine = Order.objects.filter(customer=request.user)
    counted = mine.annotate(n_lines=Count("lines")).order_by("-placed_at", "-pk")
    page = Paginator(counted, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "demo_shop/order_history.html",
        {
            "page": page,
            "pages": page_numbers(page),
            "summary": mine.aggregate(n_orders=Count("pk"), spent=Sum("total")),
        },
    )


@login_required
def order_detail(request: HttpRequest, number: str) -> HttpResponse:
    order = get_object_or_404(Order, number=number, customer=request.user)
    lines = order.lines.select_related("product__category").order_by("pk")
    return render(request, "demo_shop/order.html", {"order": order, "lines": lines})
