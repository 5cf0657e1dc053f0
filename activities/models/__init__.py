"""The tables of the register."""

from .activity import Activity
from .changesets import ChangeSet, ChangeSetEntry
from .drafts import UpdateDraft
from .framework import Area, Framework, FrameworkParticipant, ParticipantGroup, Passage, Principle
from .frozen import FrozenReport, FrozenRow
from .handover import LeadProposal
from .imports import PreparedImport
from .log import Evidence, StatusUpdate
from .notices import Follow, Notification, UndeliverableAddress, Unsubscription
from .overlaps import OverlapAnswer
from .participation import Participation
from .review import Review, ReviewReason
from .rounds import ReportingRound, UpdateRequest
from .saved import SavedReport, StartView
from .states import ENDLESS, ActivityState
from .vocabulary import FunctionalField, ObstacleKind, PartnerKind, ResourceKind, Theme

__all__ = [
    "ENDLESS",
    "Activity",
    "ActivityState",
    "Area",
    "ChangeSet",
    "ChangeSetEntry",
    "Evidence",
    "Follow",
    "Framework",
    "FrameworkParticipant",
    "FrozenReport",
    "FrozenRow",
    "FunctionalField",
    "LeadProposal",
    "Notification",
    "ObstacleKind",
    "OverlapAnswer",
    "ParticipantGroup",
    "Participation",
    "PartnerKind",
    "Passage",
    "PreparedImport",
    "Principle",
    "ReportingRound",
    "ResourceKind",
    "Review",
    "ReviewReason",
    "SavedReport",
    "StartView",
    "StatusUpdate",
    "Theme",
    "UndeliverableAddress",
    "Unsubscription",
    "UpdateDraft",
    "UpdateRequest",
]
