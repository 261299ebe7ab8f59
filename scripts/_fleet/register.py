"""A register: its folder, its commands, its process, and the wires that join it to head office."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from _fleet.client import Answer, Client, Lost
from _fleet.processes import Process, program, run_json, until
from _fleet.wire import Wire

_READY_S = 60.0


class Register:
    """`wires`: what can be cut between it and head office, from it and to it; none in the demo."""

    def __init__(self, register: str, folder: Path, ports: tuple[int, int], wires: tuple[Wire, ...] = ()) -> None:
        self.id, self.folder, self.wires = register, folder, wires
        self.till_port, self.lan_port = ports
        run = [*program("register-svc"), "run", "--dir", str(folder)]
        self.process = Process(f"register {register}", run, folder.parent / f"{folder.name}.log")

    @property
    def till_url(self) -> str:
        return f"http://127.0.0.1:{self.till_port}"

    @property
    def lan_url(self) -> str:
        return f"http://127.0.0.1:{self.lan_port}"

    # --- commands

    def enrol(self, code: str, head_office: str, lan_url: str, *, force: bool = False) -> dict[str, Any]:
        """Join head office at the address `head_office`, which pushes to `lan_url`. `force`: with records unsent."""
        ports = ["--till-port", str(self.till_port), "--lan-host", "127.0.0.1", "--lan-port", str(self.lan_port)]
        forced = ["--force"] if force else []
        return self.command(
            "enrol", "--head-office", head_office, "--code", code, "--lan-url", lan_url, *ports, *forced
        )

    def command(self, *words: str, expect: Sequence[int] = (0,)) -> dict[str, Any]:
        """What `register-svc WORDS` answers."""
        return run_json([*program("register-svc"), *words, "--dir", str(self.folder)], expect)

    def set(self, section: str, **values: str | float) -> None:
        """Change what stands in settings.toml; the register reads it when it starts."""
        path = self.folder / "settings.toml"
        lines, within = path.read_text(encoding="utf-8").splitlines(), ""
        for place, line in enumerate(lines):
            within = line if line.startswith("[") else within
            key = line.partition(" = ")[0]
            if within == f"[{section}]" and key in values:
                lines[place] = f"{key} = {json.dumps(values.pop(key))}"
        if values:
            raise ValueError(f"{path} has no [{section}] {', '.join(values)}")
        path.write_text("\n".join([*lines, ""]), encoding="utf-8")

    # --- its process

    def start(self) -> None:
        self.process.start()

    def kill(self) -> None:
        self.process.kill()

    def stop(self) -> None:
        self.process.stop()

    def restart(self) -> None:
        """Start again after `kill` or `stop`."""
        self.process.start()

    def wait_until_up(self, timeout_s: float = _READY_S) -> None:
        """Wait until the till answers: whoever killed the register starts it again, not the caller."""
        until(self._is_up, timeout_s, f"{self.id} to answer again")

    # --- the line to head office

    def cut(self) -> None:
        for wire in self.wires:
            wire.cut()

    def silence(self) -> None:
        for wire in self.wires:
            wire.silence()

    def heal(self) -> None:
        for wire in self.wires:
            wire.heal()

    @property
    def uplink(self) -> Wire:
        """The wire from the register to head office."""
        return self.wires[0]

    # --- what anybody sees

    def health(self) -> dict[str, Any]:
        return dict(Client(self.lan_url).get("/health"))

    def mode(self) -> dict[str, Any]:
        """`GET /offline`: who is OFFLINE since when, and what waits to be returned."""
        return dict(Client(self.till_url).get("/offline"))

    def snapshots(self) -> dict[str, Any]:
        return dict(Client(self.lan_url).get("/snapshots"))

    def _is_up(self) -> Answer | None:
        try:
            answer = Client(self.till_url, timeout_s=5.0).call("GET", "/livez")
        except Lost:
            return None
        return answer if answer.status == 200 else None
