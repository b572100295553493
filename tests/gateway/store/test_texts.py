"""A statement whose text is kept is the one that Tortoise makes, with whatever values it is asked again."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.gateway.house import House
from tortoise.expressions import Case, F, Q, RawSQL, Subquery, Value, When
from tortoise.queryset import AwaitableQuery

from metonic_core.sync import Due
from metonic_gateway.store.models import (
    Appointment,
    AppointmentParticipant,
    CalendarLink,
    CalendarSyncConfig,
    CalendarSyncMapping,
    SyncPlanStep,
)

Query = AwaitableQuery[Any]
Make = Callable[[int], Query]

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def _id(n: int) -> UUID:
    return UUID(int=n)


def _at(n: int) -> datetime:
    return NOON + timedelta(minutes=n)


def _value(value: datetime) -> Any:  # noqa: ANN401 - Tortoise takes any expression, but says otherwise
    return Value(value)


configs, mappings = CalendarSyncConfig, CalendarSyncMapping
KEPT: dict[str, Make] = {
    "one row": lambda n: configs.filter(id=_id(n), fence=n),
    "a locked row": lambda n: configs.filter(id=_id(n)).select_for_update(no_key=True).only("id"),
    "with its own": lambda n: configs.filter(id=_id(n)).select_related("user", "sync_filter"),
    "what is asked beside": lambda n: configs.filter(id=_id(n)).annotate(one=RawSQL("1")),
    "columns": lambda n: mappings.filter(id=_id(n)).values("id", "etag"),
    "pairs": lambda n: mappings.filter(id=_id(n), due=Due.READ).values_list("id", "etag"),
    "a column of a relation": lambda n: mappings.filter(
        link__sync_config_id=_id(n), link__archived_at=None
    ).values("id", "link__sync_config_id"),
    "a list in a relation": lambda n: SyncPlanStep.filter(run__state__in=["held", f"{n}"]).values("id"),
    "either": lambda n: mappings.filter(Q(appointment_id=_id(n)) | Q(alike_id=_id(n + 1)), closed=None),
    "neither": lambda n: mappings.filter(link_id=_id(n)).exclude(id__in=[_id(n), _id(n + 1)]),
    "a page": lambda n: mappings.filter(id__gt=_id(n)).order_by("-id").limit(7),
    "how many": lambda n: mappings.filter(link_id=_id(n), due=Due.READ).distinct().count(),
    "whether": lambda n: mappings.filter(link_id=_id(n), due__in=[Due.READ, Due.DECIDE]).exists(),
    "the same twice": lambda n: configs.filter(
        Q(lease_until=None) | Q(lease_until__lte=_at(n)), next_sync_at=_at(n)
    ),
    "changed": lambda n: configs.filter(id=_id(n), nudge_seq=n).update(
        served_seq=n, failures=0, problem=None, next_sync_at=_at(n), idle_runs=F("idle_runs") + 1
    ),
    "as the case may be": lambda n: configs.filter(id=_id(n)).update(
        next_sync_at=Case(
            When(Q(Q(next_sync_at=None) | Q(next_sync_at__gt=_at(n)), failures=0), then=_value(_at(n))),
            default=F("next_sync_at"),
        )
    ),
    "a document": lambda n: Appointment.filter(id=_id(n)).update(content={"n": n}, is_deleted=False),
    "what another one finds": lambda n: CalendarLink.filter(
        id=_id(n), sync_config_id__in=Subquery(configs.filter(id=_id(n + 1), fence=n).only("id"))
    ).update(cursor=f"{n}", round=n + 2),
    "erased": lambda n: AppointmentParticipant.filter(appointment_id__in=[_id(n)]).delete(),
}


def _sent(query: Query, make: Callable[[Any], None]) -> tuple[str, Sequence[Any]]:
    query._choose_db_if_not_chosen()  # noqa: SLF001 - as Tortoise does before it sends
    make(query)
    told: tuple[str, Sequence[Any]] = query.query.get_parameterized_sql()
    return told


def _kept(query: Query) -> tuple[str, Sequence[Any]]:
    return _sent(query, type(query)._make_query)  # noqa: SLF001 - what is told of


def _anew(query: Query) -> tuple[str, Sequence[Any]]:
    return _sent(query, type(query)._make_query.__wrapped__)  # type: ignore[attr-defined] # noqa: SLF001 - Tortoise's


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("make", KEPT.values(), ids=KEPT.keys())
async def test_it_is_the_text_that_tortoise_makes(make: Make) -> None:
    for n in (5, 8, 1, 0):
        assert _kept(make(n)) == _anew(make(n))

    again = make(5)
    assert _kept(again) == _anew(make(5))
    assert "texts" in type(again.query).__module__


@pytest.mark.usefixtures("house")
async def test_nothing_is_no_value() -> None:
    for etag in ("a", None, "b", None, ""):
        assert _kept(mappings.filter(etag=etag)) == _anew(mappings.filter(etag=etag))


@pytest.mark.usefixtures("house")
async def test_true_is_not_one() -> None:
    for value in (True, 1, False, 0, 2):
        query = mappings.filter(is_masked=value, generation=value)
        assert _kept(query) == _anew(mappings.filter(is_masked=value, generation=value))


@pytest.mark.usefixtures("house")
async def test_lists_of_several_lengths_have_texts_of_their_own() -> None:
    for length in (3, 1, 0, 3, 2, 60, 1):
        ids = [_id(n) for n in range(length)]
        assert _kept(mappings.filter(id__in=ids)) == _anew(mappings.filter(id__in=ids))


@pytest.mark.usefixtures("house")
async def test_a_statement_within_another_is_made_for_it() -> None:
    for n in (1, 2):
        links = CalendarLink.filter(sync_config_id=_id(n)).values("id")
        within = mappings.filter(link_id__in=Subquery(links))
        assert await links == []
        assert _kept(within) == _anew(within)
        assert await within == []


async def test_rows_come_with_what_is_theirs_each_time(house: House) -> None:
    made = await house.connect()

    for _ in range(3):
        row = await configs.filter(id=made).select_related("user", "sync_filter").get()
        assert (row.user.id, row.sync_filter.sync_config_id) == (house.user, made)
