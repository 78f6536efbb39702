import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("uuid_shop", "0001_initial")]

    # The product is not in the first migration, and xsell points to it.
    run_before = [("xsell", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Product",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("title", models.CharField(max_length=80)),
                (
                    "price",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True),
                ),
                ("stock", models.PositiveIntegerField(default=0)),
                ("is_listed", models.BooleanField(default=True)),
                (
                    "categories",
                    models.ManyToManyField(related_name="products", to="uuid_shop.category"),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="variants",
                        to="uuid_shop.product",
                    ),
                ),
            ],
        ),
    ]
