import pytest
from django.contrib.auth.models import Permission
from django.db.models import Q

from tests import factories as make
from tests.admin.desk import Desk
from tests.shopfloor import ShopFloor


@pytest.fixture(autouse=True)
def _passwords_cost_nothing(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def shop(db):
    return ShopFloor()


@pytest.fixture
def merchandiser(db):
    """Works on everything of xsell's and looks at products, without superuser rights."""
    user = make.UserFactory(username="mara", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(
            Q(content_type__app_label="xsell")
            | Q(content_type__app_label="demo_shop", codename="view_product")
        )
    )
    return user


@pytest.fixture
def desk(client, merchandiser):
    client.force_login(merchandiser)
    return Desk(client)
