"""Processes are healthy or reported, and none is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from demo.processes import Processes, ProcessFailed, ended_by_signals, free_ports, port_open

SERVER = """
import socket, sys, time
time.sleep(float(sys.argv[2]))
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("listening", flush=True)
while True: server.accept()[0].close()
"""


def _server(port: int, delay: float = 0.1) -> list[str]:
    return [sys.executable, "-c", SERVER, str(port), str(delay)]


def test_free_ports_differ_and_are_free() -> None:
    ports = free_ports(8)
    assert len(set(ports)) == 8
    assert not any(port_open(port) for port in ports)


def test_processes_become_healthy_log_to_files_and_end(tmp_path: Path) -> None:
    ports = free_ports(2)
    with Processes(tmp_path / "logs") as nodes:
        for number, port in enumerate(ports):
            nodes.start(f"node-{number}", _server(port), healthy=lambda at=port: port_open(at))
        nodes.wait_until_healthy(20)
        pids = [node.pid for node in nodes]
        assert all(port_open(port) for port in ports)
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert not any(port_open(port) for port in ports)
    assert (tmp_path / "logs" / "node-0.log").read_text().startswith("listening")


def test_a_process_that_ends_is_reported_with_its_log(tmp_path: Path) -> None:
    with Processes(tmp_path) as nodes:
        broken = "import sys; print('settings-missing'); sys.exit(4)"
        nodes.start("broken", [sys.executable, "-c", broken], healthy=lambda: False)
        with pytest.raises(ProcessFailed, match=r"exit code 4(.|\n)*settings-missing"):
            nodes.wait_until_healthy(20)


def test_a_process_that_is_never_healthy_is_reported_and_ended(tmp_path: Path) -> None:
    with Processes(tmp_path) as nodes:
        idle = [sys.executable, "-c", "import time; time.sleep(60)"]
        node = nodes.start("idle", idle, healthy=lambda: False)
        with pytest.raises(ProcessFailed, match="not healthy in time"):
            nodes.wait_until_healthy(0.3)
    assert not psutil.pid_exists(node.pid)


def test_a_process_that_ignores_sigterm_and_its_child_are_killed(tmp_path: Path) -> None:
    deaf = (
        "import os, signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import signal, time\\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\\n"
        "print(1, flush=True)\\ntime.sleep(60)'])\n"
        "print('child', child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    nodes = Processes(tmp_path)
    with nodes:
        log = tmp_path / "deaf.log"
        node = nodes.start(
            "deaf", [sys.executable, "-c", deaf], healthy=lambda: log.read_text().count("\n") == 2
        )
        nodes.wait_until_healthy(20)
        said = next(line for line in log.read_text().splitlines() if line.startswith("child"))
        began = time.monotonic()
        nodes.stop(seconds=0.5)
    assert time.monotonic() - began < 8
    assert not psutil.pid_exists(node.pid)
    assert _gone(int(said.split()[1]))


def _gone(pid: int) -> bool:
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_demonstration_ends_its_nodes(tmp_path: Path, number: int) -> None:
    story = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from demo.processes import Processes, ended_by_signals\n"
        "with ended_by_signals(), Processes(Path(sys.argv[1])) as nodes:\n"
        "    node = nodes.start('n', [sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "    print(node.pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    demo = subprocess.Popen(
        [sys.executable, "-c", story, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    )
    assert demo.stdout is not None
    pid = int(demo.stdout.readline())
    assert psutil.pid_exists(pid)
    os.kill(demo.pid, number)
    demo.communicate(timeout=30)
    assert demo.returncode in {128 + signal.SIGTERM, -signal.SIGINT}
    assert _gone(pid)


def test_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with ended_by_signals():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before
