"""What plugins leave in a store: who depends on it, whether all is well, moving it forward, and removing it."""
