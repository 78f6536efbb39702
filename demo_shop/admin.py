from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from demo_shop.models import Category, Household, Order, OrderLine, Product
from demo_shop.refunds import cancel_order


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    list_display = ["name", "parent", "is_listed"]
    list_filter = ["is_listed", "parent"]
    list_select_related = ["parent"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ["title", "sku", "brand_kind", "size", "price", "stock", "is_published"]
    list_filter = ["is_published", "brand_kind", "category__parent"]
    search_fields = ["title", "=sku"]
    autocomplete_fields = ["category"]
    ordering = ["-n_orders", "pk"]
    show_full_result_count = False


class OrderLineInline(admin.TabularInline):
    model = OrderLine
    extra = 0
    autocomplete_fields = ["product"]


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    list_display = ["number", "placed_at", "customer", "status", "total", "refunded"]
    actions = ["cancel"]
    # No date_hierarchy: it fails on a MariaDB without time zone tables, as Debian leaves it.
    list_filter = ["status", "placed_at"]
    list_select_related = ["customer"]
    search_fields = ["=number", "email"]
    raw_id_fields = ["customer"]
    inlines = [OrderLineInline]
    show_full_result_count = False

    @admin.action(description="Cancel and refund", permissions=["change"])
    def cancel(self, request: HttpRequest, orders: QuerySet[Order]) -> None:
        refunds = [cancel_order(order) for order in orders.order_by("pk")]
        n_cancelled = sum(refund is not None for refund in refunds)
        self.message_user(request, f"{n_cancelled} cancelled and refunded.")


@admin.register(Household)
class HouseholdAdmin(admin.ModelAdmin):
    list_display = ["number", "age_band", "size_band", "composition", "income_band"]
    list_filter = ["age_band", "composition"]
    search_fields = ["=number"]
    raw_id_fields = ["user"]
