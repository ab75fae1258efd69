"""A customer-relationship framework whose rules are plugins."""
