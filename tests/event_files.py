"""TensorBoard's event files, read by the specification of their framing and of their purging."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from tensorboardX.proto.event_pb2 import Event, SessionLog


def crc32c(content: bytes) -> int:
    """Castagnoli's CRC, bit by bit (RFC 3720, appendix B.4)."""
    value = 0xFFFFFFFF
    for byte in content:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def checked(raw: bytes, start: int, length: int) -> bytes:
    """The bytes there, whose masked check follows them."""
    content = raw[start : start + length]
    (check,) = struct.unpack_from("<I", raw, start + length)
    plain = crc32c(content)
    assert check == ((plain >> 15 | plain << 17) + 0xA282EAD8) & 0xFFFFFFFF
    return content


def events(path: Path) -> Iterator[Event]:
    raw, at = path.read_bytes(), 0
    while at < len(raw):
        (length,) = struct.unpack("<Q", checked(raw, at, 8))
        yield Event.FromString(checked(raw, at + 12, length))
        at += 12 + length + 4


def shown(folder: Path) -> dict[str, dict[int, float]]:
    """The curves as TensorBoard shows them: a session's start drops later steps of before."""
    curves: dict[str, dict[int, float]] = {}
    for path in sorted(folder.glob("events.out.tfevents.*")):
        for event in events(path):
            if event.HasField("session_log") and event.session_log.status == SessionLog.START:
                for curve in curves.values():
                    for step in [step for step in curve if step >= event.step]:
                        del curve[step]
            for value in event.summary.value:
                curves.setdefault(value.tag, {})[event.step] = value.simple_value
    return curves
