"""A service that contains what its worker does, in the situations in which those of the hazards do not."""

import contextlib
import threading

from supervisor import Supervisor


def answered(service, text):
    """Somebody is answered in the end, however busy the machine is."""
    return any(service.ask(text) == sum(text) for _ in range(40))


def use(*texts):
    with contextlib.closing(Supervisor()) as service:
        for text in texts:
            assert service.ask(text) in (sum(text), None)
        assert answered(service, b"z")


def test_trust_crash_not_contained__death():
    use(b"ab")


def test_trust_crash_not_contained__hang():
    use(b"")


def test_trust_crash_not_contained__answer():
    use(b"ok 7")


def test_trust_crash_not_contained__replacement():
    use()


def test_trust_crash_not_contained__process():
    """Two workers: what befalls one does not concern the other."""
    tenants = [threading.Thread(target=use) for _ in range(2)]
    for tenant in tenants:
        tenant.start()
    for tenant in tenants:
        tenant.join()


def test_trust_crash_not_contained__descriptor():
    use(b"a", b"b")
