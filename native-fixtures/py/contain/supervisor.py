"""A service that runs native code in a worker and contains its faults: it answers, or refuses the one request."""

import os
import re
import select
import subprocess

WORKER = os.path.join(os.environ["FFI_GATES_TARGET_WORKER"], "fx_worker")
START, ANSWER = 60, 0.25  # seconds


class Supervisor:
    def __init__(self):
        self.process = self.start()

    def start(self):
        process = subprocess.Popen([WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self.line(process, START) != b"ready\n":
            raise OSError("the worker did not start")
        return process

    def line(self, process, seconds):
        if not select.select([process.stdout], [], [], seconds)[0]:
            raise TimeoutError
        return process.stdout.readline()

    def receive(self):
        return self.line(self.process, ANSWER)

    def checked(self, line):
        """The answer, if the worker wrote one: what it writes is not trusted either."""
        found = re.fullmatch(rb"ok ([0-9]{1,12})\n", line)
        if not found:
            raise ValueError("no answer")
        return int(found[1])

    def release(self, process):
        process.kill()
        process.wait()
        process.stdout.close()
        try:
            process.stdin.close()
        except BrokenPipeError:
            pass

    def failed(self):
        self.release(self.process)
        self.process = self.start()

    def ask(self, text):
        """The sum of the bytes of a text. None if the request is refused."""
        try:
            self.process.stdin.write(text + b"\n")
            self.process.stdin.flush()
            return self.checked(self.receive())
        except (OSError, ValueError):
            self.failed()
            return None

    def close(self):
        self.release(self.process)
