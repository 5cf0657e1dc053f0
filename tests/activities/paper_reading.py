"""Reads papers back: the page in any language, and what stands in it."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.test import Client

from tests.activities.report_reading import Element, parse


def get(user: Any, address: str, language: str = "en", **given: Any) -> Any:
    client = Client(headers={"accept-language": language})
    if not isinstance(user, AnonymousUser):
        client.force_login(user)
    response = client.get(address, given)
    assert response.status_code == 200, response.status_code
    return response


def paper(user: Any, address: str, language: str = "en", **given: Any) -> Element:
    """The paper itself, without what surrounds it on screen."""
    [found] = parse(get(user, address, language, **given)).all("article", class_="paper")
    return found


def blocks(found: Element) -> list[Element]:
    """Headings, paragraphs, lists and undertakings, in the order of the paper."""
    return [child for child in found.inside if isinstance(child, Element)]


def told(found: Element) -> dict[str, Element]:
    """What was undertaken, by reference."""
    return {next(row.all("bdi", class_="ref")).text: row for row in found.all("div", class_="told")}


def facts(element: Element) -> dict[str, Element]:
    """The lines of a description list by their labels."""
    return {next(row.all("dt")).text: next(row.all("dd")) for row in element.all("div") if any(row.all("dt"))}


def languages(element: Element) -> dict[str, str]:
    """Every text that says its language, with its direction."""
    found = {}
    for tag in ("span", "p", "div", "blockquote", "b"):
        for part in element.all(tag):
            if "lang" in part.attributes:
                found[part.text] = f"{part['lang']} {part.attributes.get('dir', '')}"
    return found
