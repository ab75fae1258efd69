"""Changing records and placing customers: everything that happens inside one unit of work."""
