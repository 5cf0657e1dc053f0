"""Whom to tell what: rows of the outbox and of the bell, written with the fact itself. Nothing here sends mail."""

from .addresses import AddressBook, Recipient
from .telling import Telling, count_unread, tell, write

__all__ = ["AddressBook", "Recipient", "Telling", "count_unread", "tell", "write"]
