"""What people see when a command fails: one message on standard error, and an exit code."""

import sys
from contextlib import suppress

import click

from crmcore.errors import CrmError
from crmcore.legible import visible

FAILED = 1
INTERRUPTED = 130

_GLOBAL = frozenset({"--store", "--lang", "--actor", "--no-plugin", "--no-plugins", "--setting", "--debug"})


def report(error: BaseException, *, debug: bool) -> int:  # noqa: PLR0911 - one line per kind of error
    """Print what went wrong, with the traceback for ``debug``, and return the exit code."""
    if debug and not isinstance(error, click.ClickException | click.Abort):
        import traceback  # noqa: PLC0415 - needed for this only

        sys.stderr.write(_masked("".join(traceback.format_exception(error))))
    match error:
        case CrmError():
            lines = [f"crm: {error.message}", *([error.todo] if error.todo else [])]
            return _said("\n".join(lines), error.exit_code)
        case click.Abort() | KeyboardInterrupt():
            return _said("crm: interrupted", INTERRUPTED)
        case click.UsageError():
            return _usage(error)
        case click.ClickException():
            return _said(f"crm: {error.format_message()}", error.exit_code)
        case OSError():
            place = f"{error.filename}: " if error.filename else ""
            return _said(f"crm: {place}{error.strerror or error}", FAILED)
        case MemoryError():
            return _said("crm: there is not enough memory for this", FAILED)
    kind = type(error).__name__
    hint = "" if debug else "; --debug before the command shows the traceback"
    return _said(f"crm: internal error ({kind}: {error}). Please report it{hint}.", FAILED)


def _usage(error: click.UsageError) -> int:
    message = error.format_message()
    option = getattr(error, "option_name", "")
    if option in _GLOBAL and "No such option" in message:
        message = f"{option} is an option of crm itself: put it before the command, as in `crm {option} ... COMMAND`"
    lines = [f"crm: {message}"]
    if error.ctx is not None and type(error).__name__ == "NoArgsIsHelpError":
        lines = [message]
    elif error.ctx is not None:
        lines.append(f"See `{error.ctx.command_path} --help`.")
    return _said("\n".join(lines), error.exit_code)


def _said(text: str, code: int) -> int:
    with suppress(OSError):  # nobody listens; the exit code still tells
        click.echo(_masked(text), err=True)
    return code


def _masked(text: str) -> str:
    """Return a text without the secrets that are in use, if this process has any, and with nothing to obey."""
    secrets = sys.modules.get("crmcore.plugging.secrets")
    return visible(secrets.masked(text) if secrets else text)
