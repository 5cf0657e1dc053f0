"""The administration's pages of the register."""

from . import activities, changesets, framework, notices, vocabulary

__all__ = ["activities", "changesets", "framework", "notices", "vocabulary"]
