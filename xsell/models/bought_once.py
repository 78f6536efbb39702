"""What nobody buys twice."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from xsell.models.fields import ProductKey
from xsell.models.revisions import RuleQuerySet


class BoughtOnce(models.Model):
    """A product, or a category of products, that nobody buys twice: not suggested to its owners."""

    product = ProductKey(verbose_name=_("product"), null=True, blank=True)
    category_id = models.CharField(_("category"), max_length=255, blank=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("bought once")
        verbose_name_plural = _("bought once")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(product__isnull=False, category_id="")
                | (models.Q(product__isnull=True) & ~models.Q(category_id="")),
                name="xsell_bought_once_one_of_both",
                violation_error_message=_("Name a product or a category."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.product_id or self.category_id)
