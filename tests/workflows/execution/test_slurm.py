"""SLURM jobs: the script that they become, and whole runs against a queue that starts its jobs on this machine."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from diffdalec.errors import InputError
from diffdalec.study import SlurmSettings
from diffdalec.workflows.execution import Outcome, Slurm, job_script, run_tasks
from diffdalec.workflows.execution import jobs as slurm_jobs

HERE = Path(__file__).parent

# Partition 'nowhere' is refused by --test-only, 'full' accepts no job, 'one' accepts one; all others start at once.
SBATCH = """#!/bin/bash
jobs={jobs}
if [ "$1" = "--test-only" ]; then
  grep -q '^#SBATCH -p nowhere$' "$2" && {{ echo "sbatch: error: invalid partition specified: nowhere" >&2; exit 1; }}
  exit 0
fi
exec 9>"$jobs/lock"; flock 9
number=$(( $(find "$jobs" -name '*.sh' | wc -l) + 1 ))
if grep -q '^#SBATCH -p full$' "$1" || {{ grep -q '^#SBATCH -p one$' "$1" && [ $number -gt 1 ]; }}; then
  echo "sbatch: error: QOSMaxSubmitJobPerUserLimit" >&2; exit 1
fi
cp "$1" "$jobs/$number.sh"
setsid bash "$jobs/$number.sh" >"$jobs/$number.log" 2>&1 </dev/null 9>&- &
echo $! >"$jobs/$number.pid"
echo "Submitted batch job $number"
"""
SCANCEL = """#!/bin/bash
echo "$1" >>{jobs}/cancelled
kill -TERM -- "-$(cat {jobs}/$1.pid)"
"""


@pytest.fixture
def queue(tmp_path, monkeypatch) -> Iterator[Path]:
    """The folder of the jobs of a queue that is there in name only."""
    if not all(map(shutil.which, ("bash", "setsid", "flock"))):
        pytest.skip("the queue that stands in for SLURM is written in bash, with setsid and flock")
    jobs, programs = tmp_path / "jobs", tmp_path / "bin"
    for folder in (jobs, programs):
        folder.mkdir()
    for name, text in (("sbatch", SBATCH), ("scancel", SCANCEL)):
        (programs / name).write_text(text.format(jobs=jobs))
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", f"{HERE}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    monkeypatch.chdir(tmp_path)
    yield jobs
    for file in jobs.glob("*.pid"):
        with contextlib.suppress(ProcessLookupError):  # that the jobs are gone is what a run should leave
            os.killpg(int(file.read_text()), signal.SIGKILL)


def settings(**changes) -> Slurm:
    return Slurm(**{"cores": 2, "memory": "4 GB", **changes})


def test_the_script_asks_for_what_was_set_and_makes_nothing(tmp_path):
    script = job_script(
        settings(
            cores=16, memory="64 GiB", walltime="08:00:00", queue="short", account="forest", interface="lo",
            directives=("--qos=long",), prologue=("module load python",), python="/opt/python", scratch="$TMPDIR",
            logs=str(tmp_path / "logs"),
        ),
        {"JAX_COMPILATION_CACHE_DIR": "/scratch/it's"},
    )  # fmt: skip
    lines = script.splitlines()
    for directive in ("-p short", "-A forest", "--cpus-per-task=16", "--mem=64G", "-t 08:00:00", "--qos=long",
                      f"-o {tmp_path}/logs/diffdalec-%j.log"):  # fmt: skip
        assert f"#SBATCH {directive}" in lines
    assert not list(tmp_path.iterdir())
    command = lines[-1]
    for word in ("/opt/python -m", "--nworkers 16", "--nthreads 1", "--memory-limit 4.00GiB", "--interface lo",
                 "--local-directory $TMPDIR"):  # fmt: skip
        assert word in command
    for line in ("module load python", "export OMP_NUM_THREADS='1'", "export NPROC='1'"):
        assert lines.index(line) < lines.index(command)
    assert "export JAX_COMPILATION_CACHE_DIR='/scratch/it'\\''s'" in lines


def test_a_study_file_says_the_same_and_the_documented_one_can_be_used():
    assert set(SlurmSettings.model_fields) == {field.name for field in dataclasses.fields(Slurm)}
    text = (HERE.parents[2] / "docs/howto/cluster.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    documented = SlurmSettings.model_validate(yaml.safe_load(block)["slurm"])
    assert "#SBATCH --mem=64G" in job_script(Slurm(**documented.model_dump()))


def test_one_process_per_gpu_is_one_process_on_many_cores():
    lines = job_script(settings(cores=8, processes=1, directives=("--gres=gpu:1",))).splitlines()
    assert "#SBATCH --cpus-per-task=8" in lines and "#SBATCH --gres=gpu:1" in lines
    assert "--nthreads 1 " in lines[-1] and "--nworkers" not in lines[-1]


@pytest.mark.parametrize(("workers", "jobs"), [(None, 1), (1, 1), (16, 1), (17, 2), (320, 20)])
def test_jobs_hold_at_least_the_workers_asked_for(workers, jobs):
    assert settings(cores=16).jobs(workers) == jobs


def test_bad_settings_are_one_sentence():
    with pytest.raises(InputError, match="cores is 0"):
        settings(cores=0)
    with pytest.raises(InputError, match="memory is 'much'"):
        job_script(settings(memory="much"))


def test_no_slurm_here(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(InputError, match="no 'sbatch' on this machine"):
        run_tasks("execution_tasks:square", [1], scheduler="slurm", slurm_settings=settings())


@pytest.mark.parametrize(("partition", "words"), [("nowhere", "invalid partition"), ("full", "none of 1 jobs.*QOSMax")])
def test_what_sbatch_refuses_is_said_at_once(queue, partition, words):
    with pytest.raises(InputError, match=words):
        run_tasks("execution_tasks:square", [1], scheduler="slurm", slurm_settings=settings(queue=partition))
    assert not list(queue.glob("*.sh"))


def test_a_run_on_slurm_gives_the_same_and_cancels_its_jobs(queue, tmp_path):
    """Two jobs are asked for, one is accepted: its two workers do everything, and the other one is mentioned."""
    back: list[Outcome] = []
    tasks = [(str(tmp_path), i, 0.15) for i in range(40)]
    summary = run_tasks(
        "execution_tasks:write_square", tasks, scheduler="slurm", workers=4,
        slurm_settings=settings(queue="one", logs="logs"), on_result=back.append,
    )  # fmt: skip
    assert sorted(o.value for o in back) == list(range(40)) and not summary.failures
    assert all((tmp_path / f"{i}.done").read_text() == str(i * i) for i in range(40))
    assert 1 <= len({o.worker for o in back}) <= 2
    assert any("was not accepted" in note and "QOSMaxSubmitJobPerUserLimit" in note for note in summary.notes)
    assert (queue / "cancelled").read_text().split() == ["1"]
    assert (tmp_path / "logs").is_dir()


@pytest.mark.slow
def test_a_job_that_ends_early_is_replaced(queue, tmp_path, monkeypatch):
    monkeypatch.setattr(slurm_jobs, "LOST_SECONDS", 1.0)
    back: list[Outcome] = []

    def end_the_first(outcome: Outcome) -> None:
        back.append(outcome)
        if len(back) == 100:
            os.killpg(int((queue / "1.pid").read_text()), signal.SIGKILL)

    tasks = [(str(tmp_path), i, 0.1) for i in range(400)]
    summary = run_tasks(
        "execution_tasks:write_square", tasks, scheduler="slurm", slurm_settings=settings(), on_result=end_the_first
    )
    assert sorted(o.value for o in back) == list(range(400)) and not summary.failures
    assert len(list(queue.glob("*.sh"))) == 2
    assert any("was lost and has been replaced" in note for note in summary.notes)
    # The one it was at and, on a busy machine, the next, which it had just been handed.
    assert {len(death.tasks) for death in summary.deaths} <= {0, 1, 2}
