"""The administration's pages of the ground floor."""

from . import organizations, people

__all__ = ["organizations", "people"]
