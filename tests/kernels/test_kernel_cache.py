"""What is kept of compiled programs is held to a size, by last use, whatever other processes do meanwhile."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from diffdalec.cli import app
from diffdalec.kernels import cache

NOW = 1_700_000_000.0


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("JAX_COMPILATION_CACHE_DIR", raising=False)
    return tmp_path / "diffdalec"


def keep(path: Path, size: int, read: float, written: float | None = None) -> Path:
    """A file of ``size`` bytes, last read and written so many seconds after a moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))
    os.utime(path, (NOW + read, NOW + (read if written is None else written)))
    return path


def test_the_least_recently_used_go_until_the_rest_fits(root):
    """Of both kinds together; a program that was written long ago and read just now is not old."""
    old = keep(root / "kernels" / "old.o", 40, read=1)
    read = keep(root / "kernels" / "read.o", 40, read=9, written=0)
    middle = keep(root / "xla" / "cpu" / "middle-cache", 40, read=5)
    new = keep(root / "xla" / "cpu" / "new-cache", 40, read=8)
    assert cache.prune(limit=100) == 80
    assert [path.exists() for path in (old, middle, read, new)] == [False, False, True, True]


@given(sizes=st.lists(st.integers(0, 50), max_size=8), limit=st.integers(0, 200))
def test_no_more_goes_than_must(tmp_path_factory, sizes, limit):
    with pytest.MonkeyPatch.context() as patch:
        base = tmp_path_factory.mktemp("cache")
        patch.setenv("XDG_CACHE_HOME", str(base))
        paths = [keep(base / "diffdalec" / "kernels" / f"{i}.o", size, read=i) for i, size in enumerate(sizes)]
        gone = cache.prune(limit)
        left = [path.exists() for path in paths]
        assert sum(kept.size for kept in cache.kept_programs()) == sum(sizes) - gone <= limit
        assert left == sorted(left)  # the older ones went
        removed = sizes[: left.count(False)]
        assert not removed or sum(sizes) - sum(removed[:-1]) > limit


def test_once_a_day_is_enough(root):
    keep(root / "kernels" / "first.o", 10, read=0)
    assert cache.prune_daily(limit=0) == 10
    second = keep(root / "kernels" / "second.o", 10, read=0)
    assert cache.prune_daily(limit=0) == 0 and second.exists()
    os.utime(root / "pruned", (NOW, NOW))
    assert cache.prune_daily(limit=0) == 10 and not second.exists()


def test_a_clock_that_was_ahead_does_not_stop_it_for_years(root):
    program = keep(root / "kernels" / "program.o", 10, read=0)
    (root / "pruned").touch()
    os.utime(root / "pruned", (NOW + 1e9, NOW + 1e9))
    assert cache.prune_daily(limit=0) == 10 and not program.exists()


def test_nothing_kept_is_nothing_to_do(root):
    assert cache.prune_daily() == 0 and cache.kept_programs() == () and not root.exists()


def test_a_file_that_another_process_deletes_meanwhile(root, monkeypatch):
    """Both before its size is asked for and after."""
    paths = [keep(root / "kernels" / f"{i}.o", 10, read=i) for i in range(3)]
    listed = Path.rglob

    def and_then_it_is_gone(self, pattern):
        for path in list(listed(self, pattern)):
            if path == paths[0]:
                path.unlink()
            yield path
        paths[1].unlink()

    monkeypatch.setattr(Path, "rglob", and_then_it_is_gone)
    assert cache.prune(limit=0) == 20
    assert not any(path.exists() for path in paths)


def test_several_at_once(root):
    for i in range(60):
        keep(root / "kernels" / f"{i}.o", 10, read=i)
    failures = []

    def work():
        try:
            cache.prune(limit=200)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(int(path.stem) for path in (root / "kernels").iterdir()) == list(range(40, 60))


def test_the_command_shows_and_clears(root, monkeypatch):
    keep(root / "kernels" / "a.o", 3 * 2**20, read=0)
    keep(root / "xla" / "cpu" / "b-cache", 2**20, read=0)
    shown = CliRunner().invoke(app, ["cache"], catch_exceptions=False).output
    assert f"{root / 'kernels'}: 1 programs, 3.0 MiB" in shown and "4.0 MiB; beyond 1024" in shown
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", "/elsewhere")
    cleared = CliRunner().invoke(app, ["cache", "--clear"], catch_exceptions=False).output
    assert "4.0 MiB deleted" in cleared and "/elsewhere" in cleared
    # A process at work would fail to keep its next program without its folder.
    assert (root / "xla" / "cpu").is_dir() and not list(root.rglob("*.o"))
