"""The demo shop's adapter keeps the contract with Django alone, too."""

from tests.adapters.test_demo_shop_conformance import TestDemoShop as TestBareShop

__all__ = ["TestBareShop"]
