from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from demo_shop.carts import adopt_cart


@receiver(user_logged_in)
def keep_the_cart(request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> None:
    # Test clients log in without a session of their own.
    if hasattr(request, "session"):
        adopt_cart(request, user)
