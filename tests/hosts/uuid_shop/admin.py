from django.contrib import admin

from tests.hosts.uuid_shop.models import Product


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    search_fields = ["title"]
