"""Measuring the product: a synthetic register, bare views to compare with, and the budgets that must hold."""
