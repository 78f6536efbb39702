"""Every error that xsell raises on purpose."""

from __future__ import annotations

import enum


class XsellError(Exception):
    """Anything that xsell refuses to do, with a message for the person who can mend it."""


class MissingExtra(XsellError):
    """An optional dependency is not installed; the message names the extra to install."""


class MiningFailed(XsellError):
    """A mining run ended without a new snapshot; the old one goes on serving."""


class AlreadyRunning(MiningFailed):
    """Another run is at work and gives signs of life; this one has not begun."""


class RunnerUnavailable(XsellError):
    """The job runner (a broker, say) did not take a job; it waits to be picked up."""


class UnknownJob(XsellError):
    """A job was asked for by a name that `services.jobs` does not list."""


class UnknownPlacement(XsellError):
    """A tag or an endpoint named a placement that no row describes."""


class UnknownSegment(XsellError):
    """Somebody asked for a segment by a name that no row has."""


class UnknownCustomer(XsellError):
    """What was given as a customer's id is none in this shop."""


class NotOnOffer(XsellError):
    """A shopper asked for an offer that does not hold (any more) for this cart."""


class LimitReached(NotOnOffer):
    """An offer was taken as often as its limits allow; the message is for the shopper."""


class OfferExpired(XsellError):
    """An offer lapsed and its last unit went to somebody else: the cart must be priced again."""


class Refusal(enum.StrEnum):
    """Why a token is not taken, in short."""

    EXPIRED = "expired"
    FORGED = "forged"
    OTHER_SHOPPER = "another shopper's"
    OTHER_CART = "another cart's"


class TokenRefused(XsellError):
    """A click that this shopper cannot make; the message is in words for the shopper."""

    def __init__(self, reason: Refusal, message: str) -> None:
        super().__init__(message)
        self.reason = reason
