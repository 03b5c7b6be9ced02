"""aequitas in an environment of its own, since it needs a pandas that is older than everybody else's.

`python bench/bias_aequitas.py COLUMNS.npz RATES.npz` is what runs inside it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

PACKAGES = ["aequitas==1.1.0", "setuptools"]


def aequitas_rates(cell: np.ndarray, outcomes: np.ndarray) -> tuple[float, np.ndarray] | None:
    """Seconds and rates (outcomes × cells); None where its environment cannot be made."""
    with tempfile.TemporaryDirectory() as directory:
        python = _environment(Path(directory) / "venv")
        if python is None:
            return None
        columns, rates = Path(directory) / "columns.npz", Path(directory) / "rates.npz"
        np.savez(columns, cell=cell, outcomes=outcomes)
        subprocess.run([python, __file__, columns, rates], check=True, stdout=subprocess.DEVNULL)
        found = np.load(rates)
        return float(found["seconds"]), found["rates"]


def _environment(directory: Path) -> Path | None:
    python = directory / "bin" / "python"
    if uv := shutil.which("uv"):
        steps = [[uv, "venv", "-q", "-p", sys.executable, directory], [uv, "pip", "install", "-q", "--python", python]]
    else:
        steps = [[sys.executable, "-m", "venv", directory], [python, "-m", "pip", "install", "-q"]]
    try:
        subprocess.run(steps[0], check=True, capture_output=True)
        subprocess.run([*steps[1], *PACKAGES], check=True, capture_output=True)
    except (subprocess.CalledProcessError, OSError):
        return None
    return python


def _measure(columns: Path, rates: Path) -> None:
    import pandas as pd
    from aequitas.group import Group

    found = np.load(columns)
    text = pd.Series(found["cell"]).astype(str)
    frames = [pd.DataFrame({"score": o, "label_value": o, "cell": text}) for o in found["outcomes"]]
    started = time.perf_counter()
    tables = [Group().get_crosstabs(frame, attr_cols=["cell"])[0] for frame in frames]
    seconds = time.perf_counter() - started
    ordered = [t.assign(cell=t["attribute_value"].astype(int)).sort_values("cell")["pprev"] for t in tables]
    np.savez(rates, seconds=seconds, rates=np.array([list(row) for row in ordered], dtype=float))


if __name__ == "__main__":
    _measure(Path(sys.argv[1]), Path(sys.argv[2]))
