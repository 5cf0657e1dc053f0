"""Every write that spans rows. Forms, the administration, importers and commands all call these functions."""

from .derived import refresh_derived, refresh_search_text
from .drafts import draft_of, drop_draft, keep_draft
from .errors import StaleEdit, StaleUpdate
from .log import no_change, post_update
from .participations import answer_invitation, change_role, end_participation, invite
from .undertakings import edit_undertaking, propose_undertaking

__all__ = [
    "StaleEdit",
    "StaleUpdate",
    "answer_invitation",
    "change_role",
    "draft_of",
    "drop_draft",
    "edit_undertaking",
    "end_participation",
    "invite",
    "keep_draft",
    "no_change",
    "post_update",
    "propose_undertaking",
    "refresh_derived",
    "refresh_search_text",
]
