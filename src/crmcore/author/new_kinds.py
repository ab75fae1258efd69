"""What a new plugin can begin as, and under which licence. Imports nothing, since every `crm plugin` reads it."""

from typing import Final

KINDS: Final = {
    "scheme": "a question about each customer, with settings and metrics",
    "field": "stored values of customers, and a rule",
    "record": "a record type with its commands, a rule, a metric and a view",
    "industry": "all of these together, with a command, as a small package",
    "report": "a view and a report",
    "command": "a command that makes tasks",
    "store": "another place for a company's data",
}

LICENSES: Final = {
    "MIT": "MIT",
    "Apache-2.0": "Apache-2.0",
    "BSD-3-Clause": "BSD-3-Clause",
    "proprietary": "LicenseRef-Proprietary",
}
"""The licences to choose from, with how a distribution names them."""

ONE_FILE: Final = frozenset(KINDS) - {"industry", "store"}
"""The kinds that can be a file beside the store: an industry has several, and a store must be known before any file."""
