from crmcore.testing import Conformance

PLUGIN = "insurance"


class TestConformance(Conformance):
    plugin = PLUGIN
    tier = "gold"
