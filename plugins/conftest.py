"""The tests of the bundled plugins use the kit that every plugin author has."""

pytest_plugins = ["crmcore.testing"]
