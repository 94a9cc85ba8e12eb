"""The comparison with PyTorch says what to install where PyTorch is absent."""

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "nnlib_vs_torch.py"


def test_message_is_one_line_with_the_remedy(tmp_path):
    (tmp_path / "torch.py").write_text("raise ImportError('hidden by the test')\n")
    done = subprocess.run(
        [sys.executable, str(SCRIPT)],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "PyTorch is not installed" in done.stderr
    assert "pip install -e '.[oracle]'" in done.stderr
