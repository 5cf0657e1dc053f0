"""What the tests of the first floor share: a picture of the whole database, to show that a refusal changed nothing."""

import hashlib
import json
from collections.abc import Callable

import pytest
from django.apps import apps
from django.core import serializers

# Signing in and keeping a session is no change of the register.
APART = {"sessions.session", "usersessions.usersession"}


def database_digest() -> str:
    """One number for every row of every table."""
    digest = hashlib.sha256()
    for model in sorted(apps.get_models(include_auto_created=True), key=lambda model: model._meta.label):
        if model._meta.label_lower in APART or model._meta.proxy:
            continue
        for row in serializers.serialize("python", model._base_manager.order_by("pk")):
            row["fields"].pop("last_login", None)
            digest.update(json.dumps([model._meta.label, row], default=str, sort_keys=True).encode())
    return digest.hexdigest()


@pytest.fixture
def digest(db: None) -> Callable[[], str]:
    return database_digest
