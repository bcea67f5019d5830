"""Services that do not contain what their worker does. Each is right but for one method."""

import contextlib
import os

from supervisor import Supervisor


def use(kind):
    with contextlib.closing(kind()) as service:
        for text in (b"ab", b"c", b"d"):
            assert service.ask(text) in (sum(text), None)


class Dying(Supervisor):
    def failed(self):
        os._exit(1)  #~ trust_crash_not_contained__death: contain = trust/crash-not-contained


class Waiting(Supervisor):
    def receive(self):
        return self.process.stdout.readline()  #~ trust_crash_not_contained__hang: contain = trust/crash-not-contained


class Believing(Supervisor):
    def checked(self, line):
        if not line:
            raise ValueError("no answer")
        digits = line[3:].strip()
        return int(digits) if digits.isdigit() else len(digits)  #~ trust_crash_not_contained__answer: contain = trust/crash-not-contained


class Resigning(Supervisor):
    def failed(self):
        self.release(self.process)
        self.process = None  #~ trust_crash_not_contained__replacement: contain = trust/crash-not-contained

    def ask(self, text):
        return super().ask(text) if self.process else None

    def close(self):
        if self.process:
            super().close()


class Abandoning(Supervisor):
    def release(self, process):
        process.stdout.close()  #~ trust_crash_not_contained__process: contain = trust/crash-not-contained
        process.stdin.close()


class Keeping(Supervisor):
    def __init__(self):
        super().__init__()
        self.broken = []

    def failed(self):
        self.process.kill()
        self.process.wait()
        self.broken.append(self.process)  #~ trust_crash_not_contained__descriptor: contain = trust/crash-not-contained
        self.process = self.start()


def test_trust_crash_not_contained__death():
    use(Dying)


def test_trust_crash_not_contained__hang():
    use(Waiting)


def test_trust_crash_not_contained__answer():
    use(Believing)


def test_trust_crash_not_contained__replacement():
    use(Resigning)


def test_trust_crash_not_contained__process():
    use(Abandoning)


def test_trust_crash_not_contained__descriptor():
    use(Keeping)
