"""A daemon that speaks ClamAV's protocol (INSTREAM) on a socket, and finds the test file of EICAR."""

import socketserver
import threading
from contextlib import contextmanager

# in two parts, or an antivirus removes this module
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Scan(socketserver.StreamRequestHandler):
    def handle(self):
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(self.rfile.read(4)):
            content += self.rfile.read(length)
        answer = self.server.answer or (b"stream: Eicar FOUND" if EICAR in content else b"stream: OK")
        self.wfile.write(answer + b"\0")


@contextmanager
def running(path, answer=b""):
    """The daemon at a socket, which gives `answer` to every file, or its verdict."""
    with socketserver.ThreadingUnixStreamServer(str(path), Scan) as server:
        server.answer = answer
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield
        server.shutdown()
        thread.join()
