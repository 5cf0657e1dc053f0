"""The administration's pages of the register."""

from . import activities, framework, notices, vocabulary

__all__ = ["activities", "framework", "notices", "vocabulary"]
