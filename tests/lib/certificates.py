"""Certificates for tests, made with the openssl command."""

import os
import subprocess

CA_CONFIG = """
[ca]
default_ca = own
[own]
new_certs_dir = {0}
database = {0}/index
serial = {0}/serial
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
"""


class Authority:
    """Certificates made with the openssl command, for as long as the test lasts."""

    def __init__(self, folder):
        self.folder = folder
        for name, text in (("index", ""), ("serial", "01\n"), ("ca.cnf", CA_CONFIG.format(folder))):
            with open(os.path.join(folder, name), "w") as file:
                file.write(text)
        self.file = self.self_signed("authority", "DNS:authority.test")

    def path(self, name):
        return os.path.join(self.folder, name)

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def self_signed(self, name, alt):
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=" + name, "-addext",
                     "subjectAltName=" + alt, "-keyout", name + ".key", "-out", name + ".pem")
        return self.path(name + ".pem")

    def signed(self, name, alt, start=None, end=None):
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=" + name, "-keyout", name + ".key", "-out",
                     name + ".csr")
        with open(self.path(name + ".ext"), "w") as file:
            file.write("subjectAltName=%s\n" % alt)
        dates = ["-startdate", start, "-enddate", end] if start else ["-days", "2"]
        self.openssl("ca", "-batch", "-config", "ca.cnf", "-cert", "authority.pem", "-keyfile", "authority.key", "-in",
                     name + ".csr", "-out", name + ".pem", "-extfile", name + ".ext", "-notext", *dates)
        return self.path(name + ".pem")
