"""Signals that a host shop may listen to; all are sent after the change has been committed."""

from django.dispatch import Signal

relations_recomputed = Signal()
"""A new mining snapshot serves. Sender: MiningRun; argument `run`."""

products_added = Signal()
"""A shopper took suggestions. Sender: None; arguments `request`, `changes` (CartChange tuple)."""
