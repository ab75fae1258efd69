"""The 13 Synthea patients, as files and as parsed bundles."""

import json
import re
import tarfile
from pathlib import Path

ARCHIVE = Path(__file__).with_name("data") / "synthea_r4.tar.xz"


def unpacked(folder):
    """Unpack the bundles into a folder; return the files of patients."""
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    return sorted(path for path in folder.iterdir() if re.search(r"_[0-9a-f-]{36}\.json$", path.name))


def resources(paths, kind):
    """Return all resources of a type."""
    entries = [entry for path in paths for entry in json.loads(path.read_text("utf-8"))["entry"]]
    return [one["resource"] for one in entries if one["resource"]["resourceType"] == kind]
