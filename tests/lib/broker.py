"""What the tests with a broker share: a real mosquitto on a free port, a proxy that stops forwarding, certificates."""

import atexit
import os
import shutil
import socket
import struct
import subprocess
import threading
import time
import zlib

import harness

MOSQUITTO = shutil.which("mosquitto") or ("/usr/sbin/mosquitto" if os.path.exists("/usr/sbin/mosquitto") else None)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def skip_without():
    """Ends the test, with a word, where there is no broker or cxwall knows none."""
    if MOSQUITTO is None or shutil.which("mosquitto_sub") is None:
        print("1..0 # SKIP mosquitto and mosquitto-clients are not installed")
        raise SystemExit(0)
    said = subprocess.run([harness.CXWALL, "publish", "mqtt://127.0.0.1/x"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if b"without MQTT" in said.stderr:
        print("1..0 # SKIP cxwall was built without MQTT")
        raise SystemExit(0)


class Broker:
    """A mosquitto with its own folder; it can be stopped and started again on the same port."""

    def __init__(self, folder, name="broker", extra="", anonymous=True, tls=None, port=None):
        self.port = port or free_port()
        self.log = os.path.join(folder.path, name + ".log")
        lines = ["listener %d 127.0.0.1" % self.port, "allow_anonymous %s" % ("true" if anonymous else "false"),
                 "user root", "set_tcp_nodelay true", "log_dest file " + self.log, "log_type all", "connection_messages true"]
        if tls:
            lines += ["cafile " + tls.ca, "certfile " + tls.cert, "keyfile " + tls.key]
        self.config = folder.write(name + ".conf", "\n".join(lines) + "\n" + extra + "\n", 0o644)
        self.child = None
        # A test that fails in the middle leaves no broker behind.
        atexit.register(self.stop)
        self.start()

    def start(self):
        self.child = subprocess.Popen([MOSQUITTO, "-c", self.config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def there():
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True
            except OSError:
                return False
        if not harness.wait_for(there):
            raise RuntimeError("mosquitto does not start: " + self.log)

    def stop(self):
        if self.child is not None:
            self.child.terminate()
            self.child.wait(20)
            self.child = None

    def kill(self):
        self.child.kill()
        self.child.wait(20)
        self.child = None

    def url(self, prefix="floor", port=None):
        return "mqtt://127.0.0.1:%d/%s" % (port or self.port, prefix)

    def client(self, program, *arguments, login=()):
        return [program, "-h", "127.0.0.1", "-p", str(self.port), *login, *arguments]

    def retained(self, topic, seconds=1, login=()):
        """{topic: bytes} of what is retained now."""
        done = subprocess.run(self.client("mosquitto_sub", "-t", topic, "--retained-only", "-W", str(seconds), "-F", "%t %x",
                                          login=login), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        found = {}
        for line in done.stdout.decode().splitlines():
            name, _, payload = line.partition(" ")
            found[name] = bytes.fromhex(payload)
        return found

    def publish(self, topic, payload, retain=True, login=()):
        subprocess.run(self.client("mosquitto_pub", "-t", topic, *(["-r"] if retain else []), "-q", "1", "-s", login=login),
                       input=payload if isinstance(payload, bytes) else payload.encode(), check=True)

    def listen(self, topic):
        """A program that prints "r TOPIC PAYLOAD", r being 1 for what is retained."""
        return subprocess.Popen(self.client("mosquitto_sub", "-t", topic, "-F", "%r %t %x"), stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL)


class Proxy:
    """Forwards connections to a port; can stop forwarding without closing anything, as a cut cable does."""

    def __init__(self, port):
        self.to = port
        self.cut = False
        self.filter = None  # function(bytes of the first packet) -> answer to send before closing, or None
        self.server = socket.socket()
        self.server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.server.bind(("127.0.0.1", 0))
        self.server.listen(64)
        self.port = self.server.getsockname()[1]
        self.bytes_down = 0
        self.connections = 0
        self.open = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.server.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(near,), daemon=True).start()

    def serve(self, near):
        try:
            first = near.recv(65536) if self.filter else b""
            answer = self.filter(first) if self.filter else None
            if answer is not None:
                near.sendall(answer)
                near.close()
                return
            far = socket.create_connection(("127.0.0.1", self.to))
            if first:
                far.sendall(first)
        except OSError:
            near.close()
            return
        self.open += [near, far]
        threading.Thread(target=self.pump, args=(near, far, False), daemon=True).start()
        self.pump(far, near, True)

    def pump(self, source, sink, down):
        try:
            while True:
                part = source.recv(65536)
                # A cable that was cut delivers nothing, not even the end.
                while self.cut:
                    time.sleep(0.02)
                if not part:
                    break
                if down:
                    self.bytes_down += len(part)
                sink.sendall(part)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.server.close()
        for end in self.open:
            end.close()


class Certificates:
    """An authority, and certificates that it signed."""

    def __init__(self, folder):
        self.folder = folder
        self.ca = os.path.join(folder.path, "ca.crt")
        self.ca_key = os.path.join(folder.path, "ca.key")
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.ca_key, "-out", self.ca, "-days", "30",
                     "-subj", "/CN=Test authority")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def sign(self, name, alternatives, days="30"):
        """An object with ca, cert and key; days may be -1."""
        path = os.path.join(self.folder.path, name)
        ext = self.folder.write(name + ".ext", "subjectAltName=%s\n" % alternatives if alternatives else "\n")
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", path + ".key", "-out", path + ".csr", "-subj", "/CN=" + name)
        if days == "-1":
            # Valid in the past: the interval is given in full.
            index = self.folder.write("index.txt", "")
            self.folder.write("serial", "01\n")
            config = self.folder.write("ca.conf", "[ca]\ndefault_ca=d\n[d]\nnew_certs_dir=%s\ndatabase=%s\nserial=%s/serial\n"
                                       "default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n" % (self.folder.path, index,
                                                                                                   self.folder.path))
            self.openssl("ca", "-batch", "-config", config, "-cert", self.ca, "-keyfile", self.ca_key, "-in", path + ".csr",
                         "-out", path + ".crt", "-startdate", "20200101000000Z", "-enddate", "20200201000000Z", "-extfile", ext,
                         "-notext")
        else:
            self.openssl("x509", "-req", "-in", path + ".csr", "-CA", self.ca, "-CAkey", self.ca_key, "-CAcreateserial",
                         "-out", path + ".crt", "-days", days, "-extfile", ext)
        os.chmod(path + ".key", 0o600)
        signed = type("Signed", (), {})()
        signed.ca, signed.cert, signed.key = self.ca, path + ".crt", path + ".key"
        return signed


LAYOUT = """
pages = ( { rows = ( { panels = (
  { name = "now" type = "totals" tiles = ( { stat = "in_calls_waiting" label = "waiting" digits = 1 } ) },
  { name = "agents" type = "agent_grid" size = 1 columns = ( { stat = "first_last_name" width = 14 }, "acd_state" ) } ) } ) } )
"""

# Nobody's name stands on it.
NAMELESS = """
pages = ( { rows = ( { panels = (
  { name = "states" type = "agent_grid" columns = ( "acd_state", "state_duration" ) } ) } ) } )
"""


def unpack(record):
    """The bytes of a record that stands alone; the header is checked by the program's own tests."""
    return zlib.decompress(record[40:])


def pack(kind, payload, boot_ms=1, wall_ms=1):
    stored = zlib.compress(payload)
    head = struct.pack("<4sBBHIIqqI", b"CXR1", kind, 0, 0, len(stored), len(payload), boot_ms, wall_ms, zlib.crc32(stored))
    return head + struct.pack("<I", zlib.crc32(head)) + stored


class Centre:
    def __init__(self, folder):
        self.folder = folder
        self.server = harness.Server()
        self.server.rows = 2
        cells = {"first_last_name": ["Ana Li", "Bo Ek"], "login_id": ["ana.login", "bo.login"], "acd_state": ["ready", "busy"],
                 "state_duration": ["10", "20"], "extension": ["4711", "4712"]}
        self.server.cell = lambda panel, stat, row: cells.get(stat, ["", ""])[row]
        self.server.messages = [{"first_name": "Cleo", "last_name": "Oz", "content": "secret plan", "send_time": "1"}]
        self.layout = folder.write("floor.conf", LAYOUT)
        self.nameless = folder.write("nameless.conf", NAMELESS)

    def publish(self, url, *more, layout=None, **env):
        return subprocess.Popen([harness.CXWALL, "publish", url, "-l", layout or self.layout, "-i", "1", *more,
                                 *harness.options(self.server)], env=self.folder.environment(**env), cwd=self.folder.path,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def end(self, publisher):
        """Its messages."""
        publisher.terminate()
        return publisher.communicate(timeout=20)[1].decode()

    def screen_env(self, **more):
        env = self.folder.environment(**more)
        env.pop("CXWALL_SECRET")
        return env

    def check(self, url, *more, **env):
        return harness.run(["check", "now.in_calls_waiting < 10", "--from", url, "-l", self.layout, *more], self.screen_env(**env))

    def snapshot(self, url, *more, **env):
        return harness.run(["snapshot", "--format", "json", "--from", url, "-l", self.layout, *more], self.screen_env(**env))


def published(mqtt, prefix="floor", login=()):
    return harness.wait_for(lambda: "%s/v1/data/now" % prefix in mqtt.retained(prefix + "/v1/#", login=login), 20)
