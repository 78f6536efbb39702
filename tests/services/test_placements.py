import pytest
from django.core.management import call_command

from demo_shop.placements import OWN
from xsell.models import Placement
from xsell.services.placements import DEFAULT_PLACEMENTS

pytestmark = pytest.mark.django_db


def test_the_placements_that_the_tags_draw_are_there_after_migrating():
    assert set(Placement.objects.values_list("slug", flat=True)) == {*DEFAULT_PLACEMENTS, *OWN}


def test_migrating_again_brings_back_what_is_missing_and_changes_nothing_else():
    Placement.objects.filter(slug="cart").update(heading="Take these too", max_items=2)
    Placement.objects.filter(slug="upgrade").delete()
    call_command("migrate", "xsell", verbosity=0)
    assert Placement.objects.filter(slug="upgrade").exists()
    assert Placement.objects.get(slug="cart").heading == "Take these too"


def test_the_default_placements_are_valid():
    for placement in Placement.objects.all():
        placement.full_clean()


@pytest.mark.django_db(transaction=True)
def test_migrating_back_to_nothing_and_forth_again_works():
    call_command("migrate", "xsell", "zero", verbosity=0)
    call_command("migrate", "xsell", verbosity=0)
    assert set(Placement.objects.values_list("slug", flat=True)) == {*DEFAULT_PLACEMENTS, *OWN}
