"""Time of nnlib beside PyTorch (eager, CPU): ratios below 1 mean that nnlib is faster.

    python benchmarks/nnlib_vs_torch.py [--threads 1] [--rounds 15]

Both run in one process, in float32, on the same number of threads, in turns: a block of
steps of one, then of the other. The table shows medians: within a block, then over the
rounds. CPU ratio: of the shortest processor times, which leave out the waiting for a
turn on a busy machine. Waiting threads sleep instead of spinning, since on a small
machine the idle pool of one library would take the cores from the other. GEMM share:
how near the arithmetic of our step comes to the speed of one large matrix product in
NumPy, which is measured in the same rounds.

OPENBLAS_CORETYPE, if set, chooses the matrix kernels of NumPy (not those of PyTorch)
and so moves every ratio; the first line of the output shows it.
"""

import argparse
import os
import statistics
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nnlib_vs_torch_cases import Case, Step

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def main() -> None:
    """Read the options, restart with fixed threads, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1, help="of both (default 1)")
    parser.add_argument("--rounds", type=int, default=15, help="(default 15)")
    options = parser.parse_args()
    wanted = {name: str(options.threads) for name in THREAD_VARIABLES}
    wanted["OMP_WAIT_POLICY"] = "passive"
    if any(os.environ.get(name) != value for name, value in wanted.items()):
        # The libraries read these once, when they are loaded.
        os.environ.update(wanted)
        os.execv(sys.executable, [sys.executable, *sys.argv])
    try:
        import torch
    except ImportError:
        sys.exit(
            "PyTorch is not installed, so there is nothing to compare with; "
            "pip install -e '.[oracle]' (its CPU wheel is enough)"
        )
    torch.set_num_threads(options.threads)
    report(options.rounds, options.threads, torch.__version__)


def report(rounds: int, threads: int, torch_version: str) -> None:
    """Print the table."""
    import numpy as np
    from nnlib_vs_torch_cases import all_cases

    kernels = os.environ.get("OPENBLAS_CORETYPE", "not set")
    print(
        f"NumPy {np.__version__}, PyTorch {torch_version}, {threads} thread(s), "
        f"float32, OPENBLAS_CORETYPE {kernels}"
    )
    head = ("nnlib", "torch", "ratio", "target", "CPU ratio", "GEMM share")
    print(f"{'':34}" + "".join(f"{word:>11}" for word in head))
    for case in all_cases():
        ours, theirs, peak, cpu = interleaved(case, rounds)
        share = f"{case.flops / ours / peak:.0%}" if case.flops else "-"
        verdict = f"<= {case.target:g}" if case.target else "-"
        print(
            f"{case.name:34}{1e3 * ours:8.3f} ms{1e3 * theirs:8.3f} ms"
            f"{ours / theirs:11.2f}{verdict:>11}{cpu:11.2f}{share:>11}"
        )


def interleaved(case: "Case", rounds: int) -> tuple[float, float, float, float]:
    """Median seconds of our step and of theirs, NumPy's flops a second, CPU ratio."""
    from nnlib_vs_torch_cases import gemm_speed

    repeats = max(1, min(50, int(0.05 / timed(case.theirs, 3)[0])))
    ours, theirs, peaks = [], [], []
    for _ in range(rounds):
        ours.append(timed(case.ours, repeats))
        theirs.append(timed(case.theirs, repeats))
        peaks.append(gemm_speed())
    cpu_ratio = min(cpu for _, cpu in ours) / min(cpu for _, cpu in theirs)
    walls = ([wall for wall, _ in times] for times in (ours, theirs))
    return *map(statistics.median, walls), statistics.median(peaks), cpu_ratio


def timed(step: "Step", repeats: int) -> tuple[float, float]:
    """Median wall time and least processor time of a step, after one to warm up."""
    step()
    walls, cpus = [], []
    for _ in range(repeats):
        start, cpu_start = time.perf_counter(), time.process_time()
        step()
        cpus.append(time.process_time() - cpu_start)
        walls.append(time.perf_counter() - start)
    return statistics.median(walls), min(cpus)


if __name__ == "__main__":
    main()
