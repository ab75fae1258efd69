"""Strict reading of tables from files, and values from text."""
