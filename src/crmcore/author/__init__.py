"""Tools for those who write plugins: a first version of one, and a check of what it declares."""
