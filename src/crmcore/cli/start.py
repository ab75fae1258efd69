"""Where the command begins: an interruption is one even while the first modules are imported."""

import sys
from typing import NoReturn

_INTERRUPTED = 130


def run() -> NoReturn:
    """Run the command line of this process."""
    try:
        from crmcore.cli.main import run as run_command  # noqa: PLC0415 - this import may be interrupted

        run_command()
    except KeyboardInterrupt:
        sys.stderr.write("crm: interrupted\n")
        sys.exit(_INTERRUPTED)
