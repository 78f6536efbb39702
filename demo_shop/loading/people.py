"""The log-ins that the demo prints."""

from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db.models import Count

from demo_shop.loading.carts import leave_a_cart


@dataclass(frozen=True, slots=True)
class LogIn:
    username: str
    password: str
    who: str


SHOPPER = LogIn("shopper", "shopper", "a shopper with a long order history")
NEWCOMER = LogIn("newcomer", "newcomer", "a shopper who has not ordered yet")
MERCHANDISER = LogIn("merchandiser", "merchandiser", "a merchandiser, without superuser rights")


def make_log_ins() -> None:
    """Make each, unless it is there: a password that somebody changed stays changed."""
    users = get_user_model()
    if not users.objects.filter(username=SHOPPER.username).exists():
        make_shopper()
    if not users.objects.filter(username=NEWCOMER.username).exists():
        make_newcomer()
    if not users.objects.filter(username=MERCHANDISER.username).exists():
        make_merchandiser()


def make_shopper() -> None:
    """The household with the most orders gets a name and a password."""
    households = get_user_model().objects.filter(household__isnull=False)
    loyal = households.annotate(n_orders=Count("orders")).order_by("-n_orders", "pk").first()
    if loyal is None:
        loyal = get_user_model()()
    loyal.username = SHOPPER.username
    loyal.first_name, loyal.last_name = "Robin", "Ames"
    loyal.email = "robin.ames@example.com"
    loyal.set_password(SHOPPER.password)
    loyal.save()
    leave_a_cart(loyal)


def make_newcomer() -> None:
    """Somebody with an account and no order: sees what regulars do not."""
    get_user_model().objects.create_user(
        NEWCOMER.username,
        email="nora.lind@example.com",
        password=NEWCOMER.password,
        first_name="Nora",
        last_name="Lind",
    )


def make_merchandiser() -> None:
    """Staff who may do everything in xsell's admin, and look at the products."""
    user = get_user_model().objects.create_user(
        MERCHANDISER.username,
        email="mel.vane@example.com",
        password=MERCHANDISER.password,
        first_name="Mel",
        last_name="Vane",
        is_staff=True,
    )
    group, _ = Group.objects.get_or_create(name="Merchandisers")
    group.permissions.set(
        Permission.objects.filter(content_type__app_label="xsell")
        | Permission.objects.filter(
            content_type__app_label="demo_shop",
            codename__in=["view_product", "view_category"],
        )
    )
    user.groups.add(group)
