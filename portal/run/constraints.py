"""Print the versions of uv.lock as constraints for pip, so that both install what was tested. Run by path."""

import sys
import tomllib
from collections import defaultdict
from pathlib import Path

LOCK = Path(__file__).resolve().parents[2] / "uv.lock"


def constraints(lock: str) -> list[str]:
    """`name==version` for each package that the lock holds in one version; pip decides about the others."""
    versions: defaultdict[str, set[str]] = defaultdict(set)
    for package in tomllib.loads(lock)["package"]:
        if "registry" in package["source"]:
            versions[package["name"]].add(package["version"])
    return [f"{name}=={version}" for name, found in sorted(versions.items()) if len(found) == 1 for version in found]


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in constraints(LOCK.read_text(encoding="utf-8")))
