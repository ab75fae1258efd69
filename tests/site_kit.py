"""A folder with distributions of plugins in it, as an installer would leave them."""

import importlib
import shutil
import sys
from textwrap import dedent


def install(site, name, code=None, *, dist="", version="1.0", requires=("crmcore",), entry="", metadata=True):
    """Put a distribution with one plugin on the path; ``code`` is its module, bytes or text."""
    dist = dist or f"crm-{name}"
    if code is not None:
        text = code if isinstance(code, bytes) else dedent(code).replace("{name}", name).encode()
        (site / f"crm_{name}.py").write_bytes(text)
    info = site / f"{dist.replace('-', '_')}-{version}.dist-info"
    shutil.rmtree(info, ignore_errors=True)
    info.mkdir()
    lines = ["Metadata-Version: 2.1", f"Name: {dist}", f"Version: {version}"]
    lines += [f"Requires-Dist: {line}" for line in requires]
    if metadata:
        (info / "METADATA").write_text("\n".join(lines) + "\n")
    (info / "entry_points.txt").write_text(f"[crm.plugins]\n{name} = {entry or f'crm_{name}'}\n")
    importlib.invalidate_caches()
    return info


def uninstall(site, name):
    """Take a plugin away with its distribution."""
    (site / f"crm_{name}.py").unlink(missing_ok=True)
    for info in site.glob(f"crm_{name}-*.dist-info"):
        shutil.rmtree(info)
    forget(set(sys.modules) - {f"crm_{name}"})


def forget(before):
    """Let what was imported since be imported anew."""
    for name in set(sys.modules) - before:
        if name.startswith("crm_"):
            del sys.modules[name]
    importlib.invalidate_caches()
