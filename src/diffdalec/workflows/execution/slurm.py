"""SLURM: the settings of its jobs, the script that they become, and a check that ``sbatch`` takes it."""

from __future__ import annotations

import math
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import InputError
from .environment import worker_environment

PRELOAD = "diffdalec.workflows.execution.worker_setup"
SBATCH_SECONDS = 60.0


@dataclass(frozen=True)
class Slurm:
    """What one SLURM job asks for. Each job holds ``processes`` workers (by default one per core) of one thread each.

    ``memory`` is the whole job's, as '64 GB'; a worker beyond its share is ended and its task runs elsewhere.
    ``directives`` are further lines of '#SBATCH' ('--qos=long', '--gres=gpu:1'), ``prologue`` lines of shell before the
    workers start ('module load gcc'). ``python`` is the interpreter on the nodes, ``interface`` the network interface
    over which nodes reach the driver ('ib0'), ``scratch`` a folder of the node, ``logs`` one for the jobs' output.
    """

    cores: int
    memory: str
    walltime: str = "12:00:00"
    queue: str | None = None
    account: str | None = None
    processes: int | None = None
    directives: tuple[str, ...] = ()
    python: str = sys.executable
    prologue: tuple[str, ...] = ()
    interface: str | None = None
    scratch: str | None = None
    logs: str | None = None

    def __post_init__(self) -> None:
        for name in ("cores", "workers_per_job"):
            if getattr(self, name) < 1:
                raise InputError(f"slurm: {name} is {getattr(self, name)}, expected 1 or more.")

    @property
    def workers_per_job(self) -> int:
        return self.cores if self.processes is None else self.processes

    def jobs(self, workers: int | None) -> int:
        """Jobs that hold at least so many workers; one job where none are asked for."""
        return 1 if workers is None else math.ceil(workers / self.workers_per_job)


def job_script(settings: Slurm, environment: Mapping[str, str] | None = None) -> str:
    """The script that each job will be submitted with; nothing is started.

    The driver's address is not known before a run and stands in it as a placeholder.
    """
    from .extra import require

    require("dask_jobqueue")
    from dask_jobqueue.slurm import SLURMJob

    try:
        job = SLURMJob("tcp://<address of the driver>", name="<name>", **job_settings(settings, environment))
    except ValueError as error:
        raise InputError(f"slurm: memory is {settings.memory!r}, expected a size such as '64 GB' ({error}).") from error
    return job.job_script()


def job_settings(settings: Slurm, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The settings in dask-jobqueue's words; None stands for what the dask configuration of the site or user says."""
    exports = [f"export {name}={_quoted(value)}" for name, value in worker_environment(environment).items()]
    arguments = ["--preload", PRELOAD]
    return {
        "queue": settings.queue,
        "account": settings.account,
        "walltime": settings.walltime,
        # dask divides cores by processes to get the threads of a worker: one each, whatever SLURM is asked for.
        "cores": settings.workers_per_job,
        "processes": settings.workers_per_job,
        "job_cpu": settings.cores,
        "memory": settings.memory,
        "job_name": "diffdalec",
        "job_extra_directives": [*_log_directives(settings), *settings.directives],
        "job_script_prologue": [*settings.prologue, *_dask_exports(), *exports],
        "worker_extra_args": arguments,
        "python": settings.python,
        "interface": settings.interface,
        "local_directory": settings.scratch,
    }


def _log_directives(settings: Slurm) -> list[str]:
    """Where output goes. dask-jobqueue's own setting would make the folder at once, also where nothing is submitted."""
    return [] if settings.logs is None else [f"-o {settings.logs}/diffdalec-%j.log"]


def _dask_exports() -> list[str]:
    """Memory rules for workers on nodes: no pausing, no spilling (there is nothing to spill), only an end."""
    rules = {"TARGET": "False", "SPILL": "False", "PAUSE": "False", "TERMINATE": "0.95"}
    return [f"export DASK_DISTRIBUTED__WORKER__MEMORY__{name}={value}" for name, value in rules.items()]


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "'\\''") + "'"


def check_slurm(script: str) -> None:
    """Let ``sbatch --test-only`` judge the script before any hours of work. Raises :class:`InputError`."""
    if shutil.which("sbatch") is None:
        raise InputError(
            "there is no 'sbatch' on this machine: run on a login node of the cluster, or use --scheduler local."
        )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "diffdalec.sh"
        file.write_text(script, encoding="utf-8")
        try:
            found = subprocess.run(
                ["sbatch", "--test-only", str(file)],
                capture_output=True, text=True, check=False, timeout=SBATCH_SECONDS,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise InputError(f"sbatch --test-only has not answered within {SBATCH_SECONDS:g} s.") from error
    if found.returncode != 0:
        said = (found.stderr.strip() or found.stdout.strip()).replace("\n", " ")
        raise InputError(f"sbatch refuses the job (exit code {found.returncode}): {said}")
