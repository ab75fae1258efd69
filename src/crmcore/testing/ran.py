"""What a command of a trial printed, and what can be said of it."""

import json
from typing import Any

import pytest
from attrs import frozen


@frozen
class Ran:
    """A command that has ended: its exit code, what it printed to stdout and to stderr, and its words."""

    code: int
    out: str
    err: str
    command: tuple[str, ...] = ()

    @property
    def json(self) -> Any:
        """The output, read as JSON."""
        __tracebackhide__ = True
        return self._read(self.out, "JSON")

    @property
    def jsonl(self) -> list[Any]:
        """The output, read as JSON lines."""
        __tracebackhide__ = True
        return [self._read(line, "JSON lines") for line in self.out.splitlines()]

    def assert_ok(self) -> "Ran":
        """Fail the test unless the command ended well; returns this, so that a test can go on with it."""
        __tracebackhide__ = True
        if self.code:
            pytest.fail(self._told("should have ended well"))
        return self

    def assert_fails(self, *texts: str, code: int = 1) -> "Ran":
        """Fail the test unless the command ended with this exit code and printed all of ``texts``; returns this."""
        __tracebackhide__ = True
        if self.code != code:
            pytest.fail(self._told(f"should have ended with exit code {code}"))
        absent = [text for text in texts if text not in self.err and text not in self.out]
        if absent:
            pytest.fail(self._told(f"should have said {' and '.join(map(repr, absent))}"))
        return self

    def _read(self, text: str, form: str) -> Any:
        __tracebackhide__ = True
        try:
            return json.loads(text)
        except ValueError as error:
            pytest.fail(self._told(f"should have printed {form} ({error})"))

    def _told(self, expected: str) -> str:
        from shlex import join  # noqa: PLC0415 - only where something is wrong

        parts = [f"crm {join(self.command)} {expected}", f"exit code: {self.code}"]
        for name, text in (("stderr", self.err), ("stdout", self.out)):
            lines = text.rstrip().splitlines()
            more = [f"... ({len(lines) - 40} more lines)"] if len(lines) > 40 else []  # noqa: PLR2004 - one screen
            parts.append(f"{name}: (nothing)" if not lines else "\n    ".join([f"{name}:", *lines[:40], *more]))
        return "\n".join(parts)
