"""A wire between two programs: a TCP relay on loopback that can be cut, go silent, slow down and lose answers.

- The near end's port stays the same for the wire's whole life; whoever uses it needs not know what is done to it.
- Cut: connections are broken and new ones end at once, as when a cable is pulled out of a switch nearby.
- Silent: connections stay, new ones are taken, and nothing comes through any more, as when a line dies far away.
- Losing answers: what is asked arrives, what is answered does not; the connection breaks instead.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time

_CHUNK = 64 * 1024
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class _Joint:
    """Two connected ends; it is gone when either direction was broken, or both have ended in good order."""

    def __init__(self, near: socket.socket, far: socket.socket) -> None:
        self.near, self.far = near, far
        self.loses_answer = False
        self._ended = 0
        self._lock = threading.Lock()

    def end(self, target: socket.socket) -> None:
        """One direction has said all there is to say."""
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)
        with self._lock:
            self._ended += 1
            last = self._ended == 2
        if last:
            self.near.close()
            self.far.close()

    def tear(self) -> None:
        for end in (self.near, self.far):
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads it
            end.close()


class Wire:
    """From 127.0.0.1:`port` to 127.0.0.1:`to_port`. `delay_s` is added to every piece, both ways."""

    def __init__(self, port: int, to_port: int) -> None:
        self.port, self.to_port = port, to_port
        self.delay_s = 0.0
        self.answers_lost = 0
        self._answers_to_lose, self._lost_of = 0, b""
        self._lock = threading.Lock()
        self._open = threading.Event()  # what comes goes through
        self._open.set()
        self._is_cut = self._closed = False
        self._joints: set[_Joint] = set()
        self._listener = socket.create_server(("127.0.0.1", port), backlog=64)
        threading.Thread(target=self._listen, name=f"wire-{port}", daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        self._is_cut = True
        self._tear_all()

    def silence(self) -> None:
        self._open.clear()

    def lose_answers(self, count: int, to: bytes = b"") -> None:
        """The next `count` answers break their connection instead of arriving: those to requests that hold `to`."""
        with self._lock:
            self._answers_to_lose, self._lost_of = count, to

    def heal(self) -> None:
        """As new. Connections that were silent are broken: what waited in them is late by now."""
        self._is_cut = False
        self.delay_s = 0.0
        self.lose_answers(0)
        if not self._open.is_set():
            self._open.set()
            self._tear_all()

    def close(self) -> None:
        self._closed = True
        self._open.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._tear_all()

    def _listen(self) -> None:
        while not self._closed:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return  # closed
            if self._is_cut:
                near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
                near.close()
            else:
                threading.Thread(target=self._join, args=(near,), name=f"wire-{self.port}", daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(("127.0.0.1", self.to_port), timeout=5.0)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        joint = _Joint(near, far)
        for end in (near, far):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._joints.add(joint)
        asking = threading.Thread(target=self._carry, args=(joint, False), name=f"wire-{self.port}", daemon=True)
        asking.start()
        self._carry(joint, True)
        asking.join()
        with self._lock:
            self._joints.discard(joint)

    def _carry(self, joint: _Joint, answers: bool) -> None:
        """Bring what comes from one end to the other until either is gone."""
        source, target = (joint.far, joint.near) if answers else (joint.near, joint.far)
        try:
            while True:
                piece = source.recv(_CHUNK)
                self._open.wait()
                if self.delay_s:
                    time.sleep(self.delay_s)
                if not answers:
                    self._note_request(joint, piece)
                if self._is_cut or (answers and piece and joint.loses_answer):
                    joint.tear()
                    return
                if not piece:
                    joint.end(target)
                    return
                target.sendall(piece)
        except OSError:
            joint.tear()

    def _note_request(self, joint: _Joint, piece: bytes) -> None:
        """Decide, as a request goes by, whether its answer will be lost."""
        with self._lock:
            if piece and self._answers_to_lose and self._lost_of in piece and not joint.loses_answer:
                self._answers_to_lose -= 1
                self.answers_lost += 1
                joint.loses_answer = True

    def _tear_all(self) -> None:
        with self._lock:
            joints = list(self._joints)
        for joint in joints:
            joint.tear()
