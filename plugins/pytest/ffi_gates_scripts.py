"""Test files that are scripts, for ffi-gates: their maintainers run `python test_x.py`, and so does each such file's one test.

Pytest imports what it collects. A file that ends with `unittest.main()` runs everything then and ends pytest with it, and one
that keeps its checks below `if __name__ == "__main__"` is imported without any of them.
"""

import ast
import os
import runpy
import sys

import pytest

_ENDS = {"unittest.main", "sys.exit", "os._exit", "exit", "quit"}
_ASKS = {"argparse", "getopt", "optparse", "click"}
_MAIN = "__main__"


def _dotted(node):
    if isinstance(node, ast.Attribute):
        return "%s.%s" % (_dotted(node.value), node.attr)
    return node.id if isinstance(node, ast.Name) else ""


def _is_guard(statement):
    """`if __name__ == "__main__":`, whichever side the name is on."""
    if not isinstance(statement, ast.If) or not isinstance(statement.test, ast.Compare):
        return False
    sides = [statement.test.left, *statement.test.comparators]
    values = [side.value for side in sides if isinstance(side, ast.Constant)]
    return values == [_MAIN] and any(_dotted(side) == "__name__" for side in sides)


def _straight(body):
    """Statements that always run when the file is imported."""
    for statement in body:
        yield statement
        if isinstance(statement, (ast.With, ast.Try)):
            yield from _straight(statement.body)


def _ends_python(statement, names):
    call = statement.value if isinstance(statement, ast.Expr) else getattr(statement, "exc", None)
    name = _dotted(call.func if isinstance(call, ast.Call) else call)
    return name in names or (isinstance(statement, ast.Raise) and name == "SystemExit")


def _is_test(node):
    """Whether pytest finds tests in what this defines, or may find some."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return node.name.startswith("test") or node.name == "load_tests"
    if isinstance(node, ast.ClassDef):
        return node.name.startswith("Test") or bool(node.bases)
    if isinstance(node, ast.ImportFrom):
        return any(a.name == "*" or (a.asname or a.name).lower().startswith("test") for a in node.names)
    if isinstance(node, ast.Assign):
        return any(_dotted(target).lower().startswith("test") for target in node.targets)
    return isinstance(node, ast.Call) and _dotted(node.func) in ("globals", "setattr", "vars")


def _asks(node):
    """Whether it wants to be told something: then it is a program, not a test."""
    if isinstance(node, ast.Import):
        return any(alias.name in _ASKS for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return node.module in _ASKS
    return _dotted(node) == "sys.argv" or (isinstance(node, ast.Call) and _dotted(node.func) == "input")


def _is_check(node):
    return isinstance(node, ast.Assert) or (
        isinstance(node, ast.Call) and _dotted(node.func) in ("unittest.main", "doctest.testmod")
    )


def is_script(text):
    """Whether a test file with this text is a script, by what it says; it is not run to find out."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return False
    nodes = list(ast.walk(tree))
    imported = [n for n in nodes if isinstance(n, ast.ImportFrom) and n.module == "unittest"]
    mains = {a.asname or a.name for n in imported for a in n.names if a.name == "main"}
    if any(_ends_python(statement, _ENDS | mains) for statement in _straight(tree.body)):
        return True
    if any(map(_is_test, nodes)) or any(map(_asks, nodes)):
        return False
    runs = any(map(_is_guard, tree.body)) or any(
        isinstance(node, ast.Assert)
        for statement in tree.body
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        for node in ast.walk(statement)
    )
    return runs and any(map(_is_check, nodes))


class _Script(pytest.Item):
    def runtest(self):
        path = str(self.path)
        directory = os.path.dirname(path)
        # Last: what is installed comes before what lies beside the tests.
        if directory not in sys.path:
            sys.path.append(directory)
        argv = sys.argv[:]
        sys.argv[:] = [path]
        try:
            runpy.run_path(path, run_name=_MAIN)
        except SystemExit as end:
            if end.code not in (None, 0):
                raise AssertionError("%s ended with %r" % (os.path.basename(path), end.code)) from None
        finally:
            sys.argv[:] = argv

    def reportinfo(self):
        return self.path, 0, self.name


class _ScriptFile(pytest.File):
    def collect(self):
        yield _Script.from_parent(self, name=_MAIN)


# Older ones have another form of this hook, and are left as they are.
if hasattr(pytest, "version_tuple"):

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makemodule(module_path, parent):
        if module_path.name in ("__init__.py", "conftest.py"):
            return None
        try:
            text = module_path.read_bytes()
        except OSError:
            return None
        return _ScriptFile.from_parent(parent, path=module_path) if is_script(text) else None


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector):
    """A file that ends Python when it is imported costs itself, not all the others."""
    outcome = yield
    kind, error = (outcome.excinfo or (None, None))[:2]
    if kind is None or not issubclass(kind, (SystemExit, pytest.exit.Exception)):
        return
    why = "E   importing it ended Python: %s: %s" % (kind.__name__, error)
    outcome.force_result(pytest.CollectReport(collector.nodeid, "failed", why, []))
