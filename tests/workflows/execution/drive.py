"""A driver in a process of its own, for tests that interrupt or kill it: ``drive.py FOLDER TASKS SECONDS...``.

Tasks take the seconds given in turn, all others the last ones given; without a folder (``none``) they do nothing.
Prints what came back as JSON, also when it was interrupted.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from diffdalec.workflows.execution import Outcome, run_tasks


def main() -> None:
    folder, number, seconds = sys.argv[1], int(sys.argv[2]), [float(word) for word in sys.argv[3:]]
    back: list[int] = []

    def keep(outcome: Outcome) -> None:
        back.append(outcome.value)

    found = {"interrupted": False, "deaths": 0, "failures": 0}
    try:
        if folder == "none":
            summary = run_tasks("execution_tasks:square", range(number), workers=2, on_result=keep)
        else:
            tasks = [(folder, i, seconds[min(i, len(seconds) - 1)]) for i in range(number)]
            summary = run_tasks("execution_tasks:write_square", tasks, workers=2, on_result=keep)
        found |= {"deaths": len(summary.deaths), "failures": len(summary.failures), "seconds": summary.seconds}
    except KeyboardInterrupt:
        found["interrupted"] = True
    print(json.dumps({**found, "back": len(back), "total": sum(back), "peak": peak_memory()}), flush=True)


def peak_memory() -> int:
    """Most memory [bytes] this process held. A child's ru_maxrss begins at its parent's, so that Linux asks /proc."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    main()
