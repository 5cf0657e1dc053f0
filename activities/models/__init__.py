"""The tables of the register."""

from .activity import Activity
from .drafts import UpdateDraft
from .framework import Area, Framework, FrameworkParticipant, ParticipantGroup, Passage, Principle
from .log import Evidence, StatusUpdate
from .participation import Participation
from .vocabulary import FunctionalField, ObstacleKind, PartnerKind, ResourceKind, Theme

__all__ = [
    "Activity",
    "Area",
    "Evidence",
    "Framework",
    "FrameworkParticipant",
    "FunctionalField",
    "ObstacleKind",
    "ParticipantGroup",
    "Participation",
    "PartnerKind",
    "Passage",
    "Principle",
    "ResourceKind",
    "StatusUpdate",
    "Theme",
    "UpdateDraft",
]
