"""How often a shopper may ask: as the host says."""

import pytest
from django.core.cache import cache
from rest_framework.settings import api_settings
from rest_framework.throttling import AnonRateThrottle

from xsell.api.taking import QuoteView, TakeView
from xsell.api.throttles import XsellThrottle
from xsell.api.views import FrequentlyBoughtTogetherView, PlacementView


@pytest.fixture(autouse=True)
def _nobody_asked_yet():
    cache.clear()
    yield
    cache.clear()


def statuses(ask, times):
    return [ask("cart").status_code for _ in range(times)]


def test_without_a_rate_nobody_is_held_up(shop, ask):
    assert statuses(ask, 30) == [200] * 30


def test_the_hosts_rate_for_xsell_holds(shop, ask, settings):
    settings.REST_FRAMEWORK = {"DEFAULT_THROTTLE_RATES": {"xsell": "2/min"}}
    assert statuses(ask, 3) == [200, 200, 429]


def test_rates_for_the_hosts_own_views_are_not_xsells(shop, ask, settings):
    settings.REST_FRAMEWORK = {"DEFAULT_THROTTLE_RATES": {"login": "1/min"}}
    assert statuses(ask, 3) == [200] * 3


@pytest.mark.parametrize("view", [PlacementView, FrequentlyBoughtTogetherView, TakeView, QuoteView])
def test_the_hosts_own_rules_come_first(view):
    assert view.throttle_classes == [*api_settings.DEFAULT_THROTTLE_CLASSES, XsellThrottle]
    assert view.authentication_classes == api_settings.DEFAULT_AUTHENTICATION_CLASSES
    assert view.permission_classes == api_settings.DEFAULT_PERMISSION_CLASSES
    assert view.renderer_classes == api_settings.DEFAULT_RENDERER_CLASSES


def test_a_hosts_throttle_holds_for_xsell_too(shop, ask, monkeypatch):
    class OncePerMinute(AnonRateThrottle):
        rate = "1/min"

    monkeypatch.setattr(PlacementView, "throttle_classes", [OncePerMinute, XsellThrottle])
    assert statuses(ask, 2) == [200, 429]
