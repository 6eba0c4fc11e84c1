"""A writer of recordings, made from the manual page alone: for recordings whose every figure is known."""

import json
import struct
import zlib

START, REQUEST, DATA, AVAILABILITY, CHAT, CAMPAIGNS, ALERT, END = range(1, 9)
KEY_EVERY = 60


class Writer:
    """Times are milliseconds of the day's clock; boot time begins at boot_ms."""

    def __init__(self, path, boot_ms=5000000):
        self.file = open(path, "wb")
        self.file.write(b"CXWREC1\n")
        self.before, self.since, self.boot_ms, self.began_ms = b"", 0, boot_ms, None

    def put(self, kind, wall_ms, content):
        if not isinstance(content, bytes):
            content = json.dumps(content, separators=(",", ":")).encode()
        if self.began_ms is None:
            self.began_ms = wall_ms
        follows = kind == DATA and self.before and self.since + 1 < KEY_EVERY
        packer = zlib.compressobj(zdict=self.before[-32768:]) if follows else zlib.compressobj()
        packed = packer.compress(content) + packer.flush()
        if kind == DATA:
            self.before, self.since = content, self.since + 1 if follows else 0
        header = struct.pack("<4sBBHIIqqI", b"CXR1", kind, 1 if follows else 0, 0, len(packed), len(content),
                             self.boot_ms + wall_ms - self.began_ms, wall_ms, zlib.crc32(packed))
        self.file.write(header + struct.pack("<I", zlib.crc32(header)) + packed)

    def start(self, wall_ms):
        """A run of the program begins: its clock is another."""
        self.boot_ms, self.began_ms, self.before = self.boot_ms + 777000, wall_ms, b""
        self.put(START, wall_ms, {"program": "writer", "names": "full"})

    def close(self):
        self.file.close()


def column(number, stat, **more):
    return dict({"id": str(number), "stat": stat}, **more)


def recorded_set(panel, kind, stats, **more):
    """A set of a request; stats are texts or columns."""
    columns = [s if isinstance(s, dict) else column(i + 1, s) for i, s in enumerate(stats)]
    made = {"app_id": "test/" + panel, "panel": panel, "type": kind, "grid_id": "grid", "services": [], "service_ids": [],
            "teams": [], "team_ids": [], "dispositions": [], "limit": 1000, "total": False, "logged_in_only": False,
            "subteam_only": False, "filtered_here": False, "columns": columns}
    if kind != "totals":
        made["key"] = next(c["id"] for c in columns if c["stat"] in ("name", "login_id"))
    made.update(more)
    return made


def request(interval, *sets):
    return {"layout": "written", "interval": interval, "sets": list(sets)}
