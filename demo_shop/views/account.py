from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, F, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from demo_shop.forms import ReturnForm
from demo_shop.models import Order
from demo_shop.refunds import CannotReturn, return_items, returnable
from demo_shop.templatetags.demo_shop import money
from demo_shop.totals import order_totals
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
            "summary": mine.aggregate(n_orders=Count("pk"), spent=Sum(F("total") - F("refunded"))),
        },
    )


@login_required
def order_detail(request: HttpRequest, number: str) -> HttpResponse:
    order = get_object_or_404(Order, number=number, customer=request.user)
    figures = order_totals(order)
    form = ReturnForm(returnable(order, figures.lines), request.POST or None)
    if request.method == "POST":
        try:
            refund = return_items(order, form.units() if form.is_valid() else {})
        except CannotReturn as reason:
            messages.error(request, str(reason))
        else:
            messages.info(request, f"You get {money(refund.amount)} back.")
        return redirect(order)
    return render(
        request, "demo_shop/order.html", {"order": order, "totals": figures, "form": form}
    )
