"""How generated cases are drawn: always the same ones by default, many and new ones with HYPOTHESIS_PROFILE=torture."""

import os

from hypothesis import HealthCheck, Phase, settings

pytest_plugins = ["crmcore.testing", "pytester"]

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)

PHASES = (Phase.explicit, Phase.generate, Phase.shrink)

settings.register_profile(
    "ci", derandomize=True, deadline=None, max_examples=50, phases=PHASES, suppress_health_check=SLOW
)
settings.register_profile("torture", deadline=None, max_examples=3000, suppress_health_check=SLOW)
settings.register_profile(
    "fault", settings.get_profile("ci"), phases=(Phase.generate,), max_examples=4000, report_multiple_bugs=False
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
