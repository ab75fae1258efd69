"""Finding, checking and collecting plugins, and the configuration that chooses among them."""
