"""What every plugin should pass."""

from crmcore.testing import Conformance


class TestConformance(Conformance):
    """The plugin is gold."""

    plugin = "medical"
    tier = "gold"
