"""Every write that spans rows. Forms, the administration, importers and commands all call these functions."""

from .derived import refresh_derived, refresh_search_text
from .drafts import draft_of, drop_draft, keep_draft
from .errors import StaleEdit, StaleUpdate
from .log import no_change, post_update
from .nudging import remind
from .participations import answer_invitation, change_role, end_participation, invite
from .review import AlreadyDecided, accept, return_update
from .rounds import close_round, edit_round, open_round, reopen_round
from .undertakings import edit_undertaking, propose_undertaking

__all__ = [
    "AlreadyDecided",
    "StaleEdit",
    "StaleUpdate",
    "accept",
    "answer_invitation",
    "change_role",
    "close_round",
    "draft_of",
    "drop_draft",
    "edit_round",
    "edit_undertaking",
    "end_participation",
    "invite",
    "keep_draft",
    "no_change",
    "open_round",
    "post_update",
    "propose_undertaking",
    "refresh_derived",
    "refresh_search_text",
    "remind",
    "reopen_round",
    "return_update",
]
