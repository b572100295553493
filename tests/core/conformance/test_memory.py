"""The provider in memory passes the suite in each of its conducts, and so do the abstract methods alone."""

from tests.core.conformance.lined import LinedAdapter, OnlyWhatMustBe, provider_of
from tests.core.conformance.standing import CaldavStand, GoogleStand, GraphStand
from tests.core.conformance.telling import RenewingAdapter, TellingAdapter

from metonic_core.testing.conduct import CALDAV, GOOGLE, GRAPH
from metonic_core.testing.conformance import Conformance


class TestGoogle(Conformance):
    provider = provider_of(TellingAdapter, GOOGLE)
    stand = GoogleStand


class TestGraph(Conformance):
    provider = provider_of(RenewingAdapter, GRAPH)
    stand = GraphStand


class TestCaldav(Conformance):
    provider = provider_of(LinedAdapter, CALDAV)
    stand = CaldavStand


class TestOnlyWhatMustBe(Conformance):
    provider = provider_of(OnlyWhatMustBe, GOOGLE)
    stand = GoogleStand


class TestOnlyWhatMustBeWhereNothingIsSaidOfLosses(Conformance):
    provider = provider_of(OnlyWhatMustBe, CALDAV)
    stand = CaldavStand
