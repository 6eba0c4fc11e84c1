"""A reader of recordings, written from the manual page alone: it shares nothing with the program."""

import json
import struct
import zlib

START, REQUEST, DATA, AVAILABILITY, CHAT, CAMPAIGNS, ALERT, END = range(1, 9)


class Record:
    def __init__(self, kind, boot_ms, wall_ms, offset, size, content):
        self.kind, self.boot_ms, self.wall_ms, self.offset, self.size, self.content = kind, boot_ms, wall_ms, offset, size, content

    def json(self):
        return json.loads(self.content)


def read(path):
    """All whole records, and how many bytes stand behind them."""
    with open(path, "rb") as file:
        raw = file.read()
    if raw[:8] != b"CXWREC1\n":
        raise ValueError("no recording")
    at, records, before = 8, [], b""
    while at + 40 <= len(raw):
        header = raw[at:at + 40]
        mark, kind, flags, zero, stored, size, boot, wall, sum_stored, sum_header = struct.unpack("<4sBBHIIqqII", header)
        packed = raw[at + 40:at + 40 + stored]
        if mark != b"CXR1" or zlib.crc32(header[:36]) != sum_header or len(packed) < stored or \
                (0 if flags & 4 else zlib.crc32(packed)) != sum_stored:
            break
        unpacker = zlib.decompressobj(zdict=before[-32768:]) if flags & 1 else zlib.decompressobj()
        content = packed if flags & 2 else unpacker.decompress(packed)
        if len(content) != size or not (unpacker.eof or flags & 2):
            raise ValueError("record %d: wrong length" % len(records))
        if kind == DATA:
            before = content
        records.append(Record(kind, boot, wall, at, 40 + stored, content))
        at += 40 + stored
    return records, len(raw) - at
