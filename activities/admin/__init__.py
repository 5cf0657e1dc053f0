"""The administration's pages of the register."""

from . import activities, framework, vocabulary

__all__ = ["activities", "framework", "vocabulary"]
