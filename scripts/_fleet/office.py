"""A head office: its folder, its commands, its process and what it tells an operator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from _fleet.client import Client
from _fleet.processes import Process, program, run_json

_PAGE = 200


class Office:
    """In `folder`, on 127.0.0.1:`port`. `token`: an operator's, once `init` has given it."""

    def __init__(self, folder: Path, port: int, token: str = "") -> None:
        self.folder, self.port, self.token = folder, port, token
        serve = [*program("server-push"), "serve", "--dir", str(folder), "--host", "127.0.0.1", "--port", str(port)]
        self.process = Process("head office", serve, folder.parent / f"{folder.name}.log")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # --- commands

    def init(self, chain: str, business_id: str) -> None:
        made = run_json(
            [*program("server-push"), "init", str(self.folder), "--chain", chain, "--business-id", business_id]
        )
        self.token = made["operator_token"]

    def command(self, *words: str, expect: Sequence[int] = (0,)) -> dict[str, Any]:
        """What `server-push WORDS` answers."""
        return run_json([*program("server-push"), *words, "--dir", str(self.folder)], expect)

    # --- its process

    def start(self) -> None:
        self.process.start()

    def kill(self) -> None:
        self.process.kill()

    def stop(self) -> None:
        self.process.stop()

    # --- what an operator sees

    @property
    def client(self) -> Client:
        return Client(self.url, {"Authorization": f"Bearer {self.token}"})

    def sales(self, **query: str) -> Iterator[dict[str, Any]]:
        """Every sale that came home, by arrival; training only when asked for."""
        return self._all_of("/api/sales", query)

    def summary(self, **query: str) -> dict[str, Any]:
        return dict(self.client.get(f"/api/sales/summary?{urlencode(query)}"))

    def registers(self) -> dict[str, dict[str, Any]]:
        """What head office knows of each register, by id."""
        return {item["register"]: item for item in self.client.get("/api/registers")["items"]}

    def quarantine(self) -> list[dict[str, Any]]:
        return list(self.client.get("/api/quarantine")["items"])

    def incidents(self, **query: str) -> list[dict[str, Any]]:
        """All that a person must know of, in the order in which it was noted."""
        return list(self._all_of("/api/incidents", query))

    def _all_of(self, path: str, query: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        client, after = self.client, ""
        while True:
            asked = {**query, "limit": str(_PAGE), **({"after": after} if after else {})}
            page = client.get(f"{path}?{urlencode(asked)}")
            yield from page["items"]
            if page["next"] is None:
                return
            after = page["next"]
