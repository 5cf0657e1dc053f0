"""Whatever is sent in a field of the update form is saved, refused beside the field, or asked about: never an error."""

import time
from collections import Counter

import pytest

from activities.forms.updates import UpdateForm
from activities.models import StatusUpdate
from tests.doses import LONG, dose
from tests.personas import Cast

from .test_report_fuzz import REFLECTED, any_values
from .test_update_form import address, fields, signed_in

VALUES = dose(4, 500)
TOO_LARGE = "9" * 400  # a number no database holds, in a field of keys once answered by an error
NAMES = [name for name in UpdateForm.base_fields if name != "files"]


@pytest.mark.django_db
def test_many_values_of_each_field(cast: Cast) -> None:
    client = signed_in(cast.lead)
    client.raise_request_exception = False
    slowest, statuses = 0.0, Counter[int]()
    before = StatusUpdate.objects.count()
    for name in NAMES:
        for value in (TOO_LARGE, *any_values(VALUES - 1, name)):
            data = fields(cast.public, **{name: value})
            began = time.thread_time()
            response = client.post(address(cast.public), data)
            slowest = max(slowest, time.thread_time() - began)
            statuses[response.status_code] += 1
            assert response.status_code in (302, 409, 422), (response.status_code, name, value[:200])
            assert REFLECTED not in response.content.decode(), (name, value)
    assert sum(statuses.values()) == len(NAMES) * VALUES
    # A token sent twice is one entry.
    assert 0 < StatusUpdate.objects.count() - before <= statuses[302]
    print(f"{len(NAMES)} fields × {VALUES} values: {dict(statuses)}, slowest {slowest:.2f} s of the processor")
    if LONG:
        assert slowest <= 1
