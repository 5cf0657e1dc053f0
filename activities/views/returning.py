"""Where a person goes on after a form: an address of this site, or the one given instead."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def return_address(request: HttpRequest, otherwise: str) -> str:
    """The address in the form's `next`, where it is one of this site's own; else `otherwise`."""
    target = request.POST.get("next", "")
    own = (
        target.startswith("/")
        and target.isprintable()
        and url_has_allowed_host_and_scheme(target, allowed_hosts=None, require_https=request.is_secure())
    )
    return target if own else otherwise
