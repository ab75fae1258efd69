"""Makes what `crmcore.testing` offers known to the tests: `crm_with`, and failures that say more."""

pytest_plugins = ["crmcore.testing"]
