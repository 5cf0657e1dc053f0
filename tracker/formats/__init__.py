"""Dates as the United Nations writes them in each language."""
