"""Tags as a shopper's page draws them."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.template import engines

from tests import factories as make


@pytest.fixture
def browse(rf, db):
    """Render tags as on a page of a shopper who holds these products."""

    def render(source, cart=(), path="/here/?a=1&b=2", **context):
        request = rf.get(path)
        request.user = AnonymousUser()
        request.session = SessionStore()
        if cart:
            held = make.CartFactory()
            for product in cart:
                make.CartLineFactory(cart=held, product=product)
            request.session["cart_id"] = str(held.pk)
        template = engines["django"].from_string("{% load xsell %}" + source)
        return template.render({"request": request, **context}, request)

    return render
