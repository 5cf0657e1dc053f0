"""Whatever is sent as a parameter, the answer is a page, a redirect to the tidy address, a refusal or "not found"."""

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.filters.declared import ActivityFilters
from tests.factories import make_item, make_user

NAMES = [*ActivityFilters.base_filters, "sort", "page", "format"]
AWKWARD = [
    "", "0", "-0", "1e9", "9" * 400, "2001-02-29", "0000", "9999-12-31", "%", "\\", "'", '"', "A'; DROP TABLE x;--",
    "𠀀", "\u202e", "\ufeff", "null", "A,B", "[]", "{{7*7}}", "../..", "<script>", "a" * 2000,
]  # fmt: skip
QUICK = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)


@pytest.fixture
def keeper(client: Client) -> Client:
    make_item(code="A.5")
    client.force_login(make_user(coordinator=True))
    client.raise_request_exception = False
    return client


def answer(client: Client, query: str) -> Any:
    response = client.get(f"{reverse('activity-list')}?{query}")
    assert response.status_code in (200, 302, 400, 404), (response.status_code, query[:200])
    return response


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_any_value_of_a_known_parameter(keeper: Client, name: str) -> None:
    for value in AWKWARD:
        answer(keeper, f"{name}={quote(value)}")
        answer(keeper, f"{name}={quote(value)}&{name}=A")

    @QUICK
    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
    def some(value: str) -> None:
        answer(keeper, f"{name}={quote(value)}")

    some()


@pytest.mark.django_db
@QUICK
@given(st.binary(max_size=60))
def test_any_bytes_as_the_query(keeper: Client, raw: bytes) -> None:
    answer(keeper, quote(raw, safe="=&"))


@pytest.mark.django_db
@QUICK
@given(
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from([*AWKWARD, "A", "1", "2001", "csv", "agreed"]), max_size=5)
)
def test_any_parameters_together(keeper: Client, parameters: dict[str, str]) -> None:
    answer(keeper, "&".join(f"{name}={quote(value)}" for name, value in parameters.items()))


@pytest.mark.django_db
def test_unknown_names_are_refused_however_they_look(keeper: Client) -> None:
    for name in ("area[]", "Area", " area", "area__in", "id", "pk", "password", "a" * 500, "é", "_"):
        assert answer(keeper, f"{quote(name)}=1").status_code == 400, name
