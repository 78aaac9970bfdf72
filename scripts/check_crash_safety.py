"""Checks that a run survives what machines do to it; called by check-crash-safety, which see.

Usage: check_crash_safety.py PAGEBENCH
"""

import contextlib
import csv
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PARENT_KILLS = 50
CHILD_KILLS = 50
# Kills before a run is allowed to finish.
KILLS_PER_RUN = 10

# Columns that hold what was measured rather than what was to be measured.
TIMINGS = ["run_id", "started_utc", "window_ns", "n_ops", "value", "enabled_ns", "running_ns", "flags", "note", "cpus"]

SUITE = """
name = "tiny"
question = "Does it survive?"
counters = []
[matrix]
workload = "protect"
strategy = "coupling"
lock = "ttas"
threads = {threads}
region-size = 64
latency = ["off", "closed"]
[window]
warmup-ms = 1
length-ms = {length}
count = 2
timeout-s = 2
[repetition]
invocations = {invocations}
"""


class Failed(Exception):
    """A check that did not hold."""


class Skipped(Exception):
    """A check that cannot be made here."""


def require(condition, what):
    if not condition:
        raise Failed(what)


class Bench:
    """One suite file, a folder for its runs, and the program."""

    def __init__(self, program, folder, threads="1", length=2, invocations=8):
        self.program = program
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.suite = self.folder / "tiny.toml"
        self.suite.write_text(SUITE.format(threads=threads, length=length, invocations=invocations))
        self.results = self.folder / "results"

    def command(self, run=None):
        start = ["--out", str(self.results)] if run is None else ["--resume", str(run)]
        return [self.program, "run", str(self.suite), *start]

    def start(self, run=None):
        """Starts or resumes a run in its own session, away from this terminal's signals. It runs here, in its folder, which no
        version control knows: asking git takes longer than the whole run."""
        return subprocess.Popen(
            self.command(run), cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            start_new_session=True)

    def finish(self, run=None, status=0):
        process = self.start(run)
        errors = process.communicate(timeout=120)[1]
        require(process.returncode == status, f"exit code {process.returncode}, wanted {status}:\n{errors}")
        return errors

    def run_directory(self):
        """The only run that can be gone on with; None while there is none."""
        journals = sorted(self.results.rglob("journal.jsonl"))
        require(len(journals) <= 1, f"several runs: {journals}")
        return journals[0].parent if journals else None

    def verify(self, run):
        result = subprocess.run([self.program, "verify", str(run)], capture_output=True, text=True, check=False)
        require(result.returncode == 0, f"verify: {result.stdout}{result.stderr}")


def finished(run):
    """Order -> journal line of what need not be measured again. A torn last line does not count."""
    lines = (run / "journal.jsonl").read_bytes().split(b"\n")[:-1]
    latest = {line["order"]: line for line in map(json.loads, lines[1:])}
    return {order: line for order, line in latest.items() if line["status"] != "error"}


def rows(run):
    """Order -> rows as they stand in the file, without a torn last one."""
    data = (run / "samples.csv").read_bytes()
    text = data[: data.rfind(b"\n") + 1].decode()
    result = {}
    for row in csv.DictReader(text.splitlines()):
        result.setdefault(int(row["order"]), []).append(row)
    return result


def shape(run):
    """All rows in order, without what was measured: the same for every undisturbed run. Whether there were enough operations for
    a percentile is measured, too."""
    return [
        {
            key: value
            for key, value in row.items()
            if key not in TIMINGS and not (key == "status" and row["metric"].startswith("lat_p"))
        }
        for order, group in sorted(rows(run).items())
        for row in group
    ]


def children(process):
    """Processes that the process has started and not yet reaped."""
    found = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(word) for word in task.read_text().split()]
    return found


def wait_for_child(process, limit=5.0):
    """A child that executes the program already; None when the process ends first."""
    end = time.monotonic() + limit
    while time.monotonic() < end and process.poll() is None:
        for child in children(process.pid):
            with contextlib.suppress(OSError):
                if b"trial" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return child
        time.sleep(0.0005)
    return None


def kill(process, number):
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, number)


def is_alive(process):
    """Whether it still runs: neither gone nor a zombie that nobody reaps."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def await_end(processes, limit=3.0):
    end = time.monotonic() + limit
    while any(map(is_alive, processes)):
        require(time.monotonic() < end, f"children of a killed run still run after {limit} s: {processes}")
        time.sleep(0.002)


class Checks:
    def __init__(self, program, folder, randomness):
        self.program = program
        self.folder = Path(folder)
        self.randomness = randomness
        self.reference = self.bench("reference")
        begin = time.monotonic()
        self.reference.finish()
        self.duration = time.monotonic() - begin
        self.wanted = shape(self.reference.run_directory())
        self.two_threads = None

    def bench(self, name, **settings):
        return Bench(self.program, self.folder / name, **settings)

    def check_result(self, bench, wanted=None):
        run = bench.run_directory()
        bench.verify(run)
        require(not any(row.get("status") == "error" for row in shape(run)), "an error row is left")
        require(shape(run) == (self.wanted if wanted is None else wanted), "the rows are not those of an undisturbed run")

    def kill_parent(self):
        """kill -9 of the run itself, again and again on the way to its end."""
        kills = 0
        number = 0
        while kills < PARENT_KILLS:
            bench = self.bench(f"parent-{number}")
            number += 1
            for _ in range(KILLS_PER_RUN):
                before_run = bench.run_directory()
                before = (finished(before_run), rows(before_run)) if before_run else ({}, {})
                process = bench.start(before_run)
                time.sleep(self.randomness.uniform(0, self.duration / 2))
                orphans = children(process.pid)
                kill(process.pid, signal.SIGKILL)
                process.communicate()
                await_end(orphans)
                if process.returncode != -signal.SIGKILL:
                    break
                kills += 1
                run = bench.run_directory()
                if run is None:
                    continue
                bench.verify(run)
                after = (finished(run), rows(run))
                for order, line in before[0].items():
                    require(after[0].get(order) == line, f"invocation {order} was finished and is not any more")
                    require(after[1][order] == before[1][order], f"rows of invocation {order} changed")
                for order in after[0]:
                    require(order in after[1], f"invocation {order} counts as finished without rows")
            bench.finish(bench.run_directory())
            self.check_result(bench)
        return f"{kills} kills in {number} runs"

    def orphan(self):
        """A measuring process whose run was killed ends at once, long before its windows are over."""
        bench = self.bench("orphan", length=60_000)
        process = bench.start()
        child = wait_for_child(process)
        time.sleep(self.randomness.uniform(0.05, 0.2))
        kill(process.pid, signal.SIGKILL)
        process.communicate()
        require(child is not None and process.returncode == -signal.SIGKILL, "the run ended before it was killed")
        await_end([child])
        return "gone"

    def kill_child(self):
        """kill -9 of the measuring process: costs that invocation and no other."""
        kills = 0
        number = 0
        while kills < CHILD_KILLS:
            bench = self.bench(f"child-{number}", invocations=20)
            number += 1
            process = bench.start()
            killed = 0
            while killed < KILLS_PER_RUN:
                child = wait_for_child(process)
                if child is None:
                    break
                time.sleep(self.randomness.uniform(0, 0.02))
                kill(child, signal.SIGKILL)
                await_end([child])
                killed += 1
                time.sleep(self.randomness.uniform(0, 0.01))
            complaints = process.communicate()[1]
            run = bench.run_directory()
            require(run, f"no run directory, exit code {process.returncode}:\n{complaints}")
            bench.verify(run)
            groups = rows(run)
            missing = sorted(set(range(40)) - set(groups))
            require(
                not missing,
                f"invocations {missing} have neither rows nor an error row after {killed} kills, exit code "
                f"{process.returncode}:\n{complaints}")
            errors = [order for order, group in groups.items() if group[0]["status"] == "error"]
            require(len(errors) <= killed, f"{killed} kills cost {len(errors)} invocations")
            require(process.returncode == (1 if errors else 0), f"exit code {process.returncode}")
            require(len(finished(run)) == 40 - len(errors), "a killed invocation counts as finished")
            kills += len(errors)
            good = {order: group for order, group in groups.items() if order not in errors}
            bench.finish(run)
            after = rows(run)
            require(all(after[order] == group for order, group in good.items()), "rows of other invocations changed")
            undisturbed = self.bench(f"undisturbed-{number}", invocations=20) if number == 1 else None
            if undisturbed:
                undisturbed.finish()
                wanted = shape(undisturbed.run_directory())
            self.check_result(bench, wanted)
        return f"{kills} invocations killed in {number} runs"

    def stop_child(self):
        """SIGSTOP of the measuring process: for a moment, and for good."""
        bench = self.bench("stop-a-moment")
        process = bench.start()
        child = wait_for_child(process)
        kill(child, signal.SIGSTOP)
        time.sleep(0.3)
        kill(child, signal.SIGCONT)
        errors = process.communicate()[1]
        require(process.returncode == 0, errors)
        self.check_result(bench)

        bench = self.bench("stop-for-good")
        process = bench.start()
        child = wait_for_child(process)
        kill(child, signal.SIGSTOP)
        errors = process.communicate()[1]
        require(process.returncode == 1, errors)
        require("did not finish within 2 s" in errors and "T" in errors, errors)
        run = bench.run_directory()
        bench.verify(run)
        lost = [order for order, group in rows(run).items() if group[0]["status"] == "error"]
        require(len(lost) == 1, f"one stopped process cost {len(lost)} invocations")
        require(": state T" in (run / f"failure-{lost[0]}.txt").read_text(), "the file does not tell the threads' states")
        bench.finish(run)
        self.check_result(bench)
        return "a moment, and for good"

    def fill_disk(self):
        """A disk that fills up in the middle of a run, and has room again."""
        mount = self.folder / "disk"
        mount.mkdir()
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=48k", "tmpfs", str(mount)], capture_output=True, text=True, check=False)
        if made.returncode != 0:
            raise Skipped(f"a small disk needs the right to mount: {made.stderr.strip()}")
        try:
            bench = self.bench("disk/full", invocations=20)
            errors = bench.finish(status=1)
            require("No space left" in errors and "--resume" in errors, errors)
            run = bench.run_directory()
            bench.verify(run)
            before = finished(run)
            require(before, "nothing was finished before the disk was full")
            subprocess.run(["mount", "-o", "remount,size=4m", str(mount)], check=True)
            bench.finish(run)
            undisturbed = self.bench("disk-undisturbed", invocations=20)
            undisturbed.finish()
            self.check_result(bench, shape(undisturbed.run_directory()))
        finally:
            subprocess.run(["umount", "-l", str(mount)], check=True)
        return f"{len(before)} invocations before it was full"

    def shrink_affinity(self):
        """All threads of run and worker process confined to one CPU while they measure with two."""
        cpus = sorted(os.sched_getaffinity(0))
        if len(cpus) < 2:
            raise Skipped("there is one CPU only")
        return self.shrink("affinity", lambda processes: [
            os.sched_setaffinity(task, cpus[:1]) for process in processes for task in tasks(process)])

    def shrink_cpuset(self):
        """A control group that loses a CPU while the run is in it."""
        cpus = sorted(os.sched_getaffinity(0))
        if len(cpus) < 2:
            raise Skipped("there is one CPU only")
        with control_group(cpus) as (enter, confine):
            return self.shrink("cpuset", lambda _: confine(cpus[:1]), enter)

    def shrink(self, name, confine, enter=None):
        if self.two_threads is None:
            undisturbed = self.bench("two-threads", threads="2", length=20)
            undisturbed.finish()
            self.two_threads = shape(undisturbed.run_directory())
        bench = self.bench(f"shrink-{name}", threads="2", length=20)
        process = bench.start()
        if enter:
            enter(process.pid)
        child = wait_for_child(process)
        time.sleep(0.03)
        with contextlib.suppress(ProcessLookupError):
            confine([process.pid, *([child] if child else [])])
        errors = process.communicate()[1]
        run = bench.run_directory()
        bench.verify(run)
        # A process that loses the CPU between looking and pinning says so, which costs its invocation.
        lost = [order for order, group in rows(run).items() if group[0]["status"] == "error"]
        require(len(lost) <= 1 and process.returncode == min(1, len(lost)), errors)
        bench.finish(run)
        bench.verify(run)
        flags = {flag for group in rows(run).values() for row in group for flag in row["flags"].split(";")}
        require(flags & {"oversubscribed", "misplaced", "preempted"}, f"nothing tells of the lost CPU: {flags}")
        keys = [[row["order"], row["scope"], row["metric"], row["case_id"]] for row in shape(run)]
        wanted = [[row["order"], row["scope"], row["metric"], row["case_id"]] for row in self.two_threads]
        require(keys == wanted, "the rows are not those of an undisturbed run")
        return f"flags: {', '.join(sorted(flags - {''}))}"


def tasks(process):
    return [int(task.name) for task in Path(f"/proc/{process}/task").iterdir()]


@contextlib.contextmanager
def control_group(cpus):
    """A new control group with a CPU set, of either version; gives functions to enter and to confine it."""
    name = f"pagebench-{os.getpid()}"
    unified = Path("/sys/fs/cgroup/cgroup.controllers")
    old = Path("/sys/fs/cgroup/cpuset")
    try:
        if unified.exists():
            if "cpuset" not in Path("/sys/fs/cgroup/cgroup.subtree_control").read_text():
                raise Skipped("the root control group does not delegate cpuset")
            group, members = Path("/sys/fs/cgroup") / name, "cgroup.procs"
        elif old.is_dir():
            group, members = old / name, "cgroup.procs"
        else:
            raise Skipped("there is no cpuset controller")
        group.mkdir()
    except OSError as error:
        raise Skipped(f"cannot make a control group: {error}") from error
    try:
        text = ",".join(map(str, cpus))
        (group / "cpuset.cpus").write_text(text)
        if not unified.exists():
            (group / "cpuset.mems").write_text((old / "cpuset.mems").read_text())
        yield (
            lambda process: (group / members).write_text(str(process)),
            lambda left: (group / "cpuset.cpus").write_text(",".join(map(str, left))),
        )
    finally:
        for _ in range(100):
            with contextlib.suppress(OSError):
                group.rmdir()
                break
            time.sleep(0.02)


CHECKS = ["kill_parent", "orphan", "kill_child", "stop_child", "fill_disk", "shrink_affinity", "shrink_cpuset"]


def main():
    program = sys.argv[1]
    if not os.access(program, os.X_OK):
        sys.exit(f"no program at {program}; build it first: swift build -c release --product pagebench")
    seed = int(os.environ.get("PAGEBENCH_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"PAGEBENCH_SEED={seed}", flush=True)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="pagebench-crash-") as folder:
        checks = Checks(program, folder, random.Random(seed))
        for name in sys.argv[2:] or CHECKS:
            begin = time.monotonic()
            try:
                outcome = f"ok: {getattr(checks, name)()}"
            except Skipped as reason:
                outcome = f"skipped: {reason}"
            except (Failed, OSError, KeyError, subprocess.SubprocessError) as error:
                failed += 1
                outcome = f"FAILED: {type(error).__name__} {error}"
            print(f"{name}: {outcome} ({time.monotonic() - begin:.1f} s)", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
