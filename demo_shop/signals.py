from typing import Any

from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from demo_shop.carts import adopt_cart
from xsell.services.settling import settle_cart
from xsell.services.words import words_for


@receiver(user_logged_in)
def keep_the_cart(request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> None:
    # Test clients log in without a session of their own.
    if hasattr(request, "session"):
        for each in adopt_cart(request, user):
            messages.info(request, words_for(each), fail_silently=True)
        for each in settle_cart(request):
            messages.info(request, each.message, fail_silently=True)
