# Of its own: PostgreSQL alters no table in the transaction that has just changed its rows.

from typing import Any

from django.db import migrations

OLD_KINDS = ("cross_sell", "bump")
OLD_CONDITIONS = ("has_product", "has_category", "total_at_least", "shopper_is")


def as_before(apps: Any, schema_editor: Any) -> None:
    """What the earlier columns cannot hold: offers become drafts, and do not hold for more."""
    alias = schema_editor.connection.alias
    rows = {
        name: apps.get_model("xsell", name)._default_manager.using(alias)
        for name in ("Offer", "OfferCondition", "Placement")
    }
    conditions = rows["OfferCondition"]
    odd = conditions.filter(is_negated=True) | conditions.exclude(kind__in=OLD_CONDITIONS)
    rows["Offer"].filter(pk__in=odd.values("offer")).update(state="draft")
    conditions.filter(pk__in=list(odd.values_list("pk", flat=True))).delete()
    rows["Offer"].exclude(kind__in=OLD_KINDS).update(state="draft", kind="cross_sell")
    rows["Offer"].update(placement=None)
    rows["Placement"].exclude(offer_kind__in=OLD_KINDS).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('xsell', '0006_tiers_offers_segments'),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, as_before),
    ]
