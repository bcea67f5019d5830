"""Finds the edits that make declarations of ctypes agree with the library, in one file of Python.

Reads {"file": …, "fixes": […]} from standard input and prints one {"edits": […]} or {"why": …} for each fix. The forms are
those of src/declarations/fix/. Offsets count UTF-16 units, as JavaScript does. Types come with `@` before each name of
ctypes.
"""
import ast
import json
import re
import sys

class Unmendable(Exception):
    pass


class Source:
    def __init__(self, file):
        with open(file, encoding="utf-8", newline="") as f:
            self.text = f.read()
        self.tree = ast.parse(self.text)
        self.lines = [line.encode() for line in self.text.splitlines(keepends=True)]
        self.parents = {c: p for p in ast.walk(self.tree) for c in ast.iter_child_nodes(p)}
        starts, at = [], 0
        for line in self.lines:
            starts.append(at)
            at += len(line.decode().encode("utf-16-le")) // 2
        self.starts = starts
        self.module, self.imported, self.star, self.last = None, {}, False, None
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for a in node.names:
                    if a.name == "ctypes":
                        self.module = a.asname or "ctypes"
            elif isinstance(node, ast.ImportFrom) and node.module == "ctypes" and not node.level:
                self.last = self.last or node
                for a in node.names:
                    self.star = self.star or a.name == "*"
                    self.imported[a.name] = a.asname or a.name

    def offset(self, line, column):
        return self.starts[line - 1] + len(self.lines[line - 1][:column].decode().encode("utf-16-le")) // 2

    def begin(self, node):
        return self.offset(node.lineno, node.col_offset)

    def end(self, node):
        return self.offset(node.end_lineno, node.end_col_offset)

    def replaced(self, node, text):
        return {"from": self.begin(node), "to": self.end(node), "text": text}

    def segment(self, node):
        return ast.get_source_segment(self.text, node)

    def indent(self, node):
        return re.match(rb"[ \t]*", self.lines[node.lineno - 1]).group().decode()

    def newline(self):
        return "\r\n" if "\r\n" in self.text else "\n"

    def statement(self, line):
        """The innermost statement that holds a line."""
        best = None
        for node in ast.walk(self.tree):
            if isinstance(node, ast.stmt) and node.lineno <= line <= node.end_lineno:
                if best is None or node.lineno > best.lineno or (node.end_lineno <= best.end_lineno):
                    best = node
        if best is None:
            raise Unmendable("no statement is found at line %d" % line)
        return best

    def typed(self, text, edits):
        """The text with the names by which this file knows those of ctypes."""

        def name(m):
            n = m.group(1)
            if n in self.imported:
                return self.imported[n]
            if self.star:
                return n
            if self.module is None:
                edits.append(self.import_of_module())
                return "ctypes." + n
            return "%s.%s" % (self.module, n)

        return re.sub(r"@(\w+)", name, text)

    def import_of_module(self):
        if self.last is None:
            raise Unmendable("the file does not import ctypes: declare it where the library is opened")
        at = self.offset(self.last.lineno, 0)
        return {"from": at, "to": at, "text": self.indent(self.last) + "import ctypes" + self.newline()}


def assignment(source, line, attribute):
    """The value that a statement gives to `.restype` or `.argtypes`."""
    s = source.statement(line)
    if isinstance(s, ast.Assign):
        for target in s.targets:
            if isinstance(target, ast.Attribute) and target.attr == attribute:
                return target, s.value
            if isinstance(target, ast.Tuple) and isinstance(s.value, ast.Tuple) and len(target.elts) == len(s.value.elts):
                for t, v in zip(target.elts, s.value.elts):
                    if isinstance(t, ast.Attribute) and t.attr == attribute:
                        return t, v
    raise Unmendable("line %d declares it by other means than an assignment of its own: change it by hand" % line)


def checked(source, target, value, name):
    """A helper that declares many functions has their types in variables."""
    of = target.value
    own = isinstance(of, ast.Attribute) and of.attr == name
    key = isinstance(of, ast.Subscript) and name in (source.segment(of.slice) or "")
    alias = isinstance(of, ast.Name)
    inside = source.parents.get(target)
    while inside is not None and not isinstance(inside, (ast.For, ast.While, ast.FunctionDef, ast.AsyncFunctionDef)):
        inside = source.parents.get(inside)
    if own or key or (alias and inside is None):
        return
    if alias and inside is not None and not isinstance(inside, (ast.For, ast.While)):
        # A function's own variable stands for one function if it was looked up by its name there.
        for node in ast.walk(inside):
            if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == of.id for t in node.targets):
                if isinstance(node.value, ast.Attribute) and node.value.attr == name:
                    return
    raise Unmendable("line %d declares several functions at once: change what it is given by hand" % target.lineno)


def callback(source, node, text, edits):
    """An element that names a type of callbacks is mended where that type is made."""
    if not isinstance(node, ast.Name) or not text.startswith("@CFUNCTYPE("):
        return False
    for s in ast.walk(source.tree):
        if isinstance(s, ast.Assign) and any(isinstance(t, ast.Name) and t.id == node.id for t in s.targets):
            called = s.value.func if isinstance(s.value, ast.Call) else None
            if called is not None and (source.segment(called) or "").split(".")[-1] == "CFUNCTYPE":
                edits.append(source.replaced(s.value, source.typed(text, edits)))
                return True
    return False


def parameters(source, value, fix, edits):
    wanted = fix["parameters"]
    if fix.get("anew"):
        edits.append(source.replaced(value, source.typed("[%s]" % ", ".join(wanted), edits)))
        return
    if not isinstance(value, (ast.List, ast.Tuple)) or len(value.elts) < len(wanted):
        raise Unmendable("its argtypes are no list at line %d: change it by hand" % value.lineno)
    for node, text in zip(value.elts, wanted):
        if text is not None and not callback(source, node, text, edits):
            edits.append(source.replaced(node, source.typed(text, edits)))


def owner(source, statement, name):
    """What precedes `.name` in a statement: the library."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute) and node.attr == name and isinstance(node.ctx, ast.Load):
            inner = [n for n in ast.walk(node.value) if isinstance(n, ast.Call)]
            if not inner:
                return source.segment(node)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value == name:
            raise Unmendable("a function that is looked up by an index is a new one each time: name it once, and declare it there")
    raise Unmendable("it is called by another name than its own: declare it where it is looked up")


def before(source, fix, line, lines, edits):
    """Lines before the statement at a line."""
    s = source.statement(line)
    body = source.parents.get(s)
    name = owner(source, s, fix["name"])
    if isinstance(s, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)) or (
        isinstance(body, ast.If) and s in body.orelse and source.lines[s.lineno - 1].lstrip().startswith(b"elif")
    ):
        raise Unmendable("line %d is the head of a block: declare it where the library is opened" % line)
    if source.lines[s.lineno - 1][: s.col_offset].strip():
        raise Unmendable("line %d has several statements: declare it where the library is opened" % line)
    at = source.offset(s.lineno, 0)
    text = "".join(
        "%s%s.%s = %s%s" % (source.indent(s), name, attribute, source.typed(t, edits), source.newline())
        for attribute, t in lines
    )
    edits.append({"from": at, "to": at, "text": text})


def function(source, fix):
    edits, new = [], []
    for attribute, place, wanted in (
        ("restype", "resultAt", fix.get("result")),
        ("argtypes", "parametersAt", fix.get("parameters")),
    ):
        if wanted is None:
            continue
        if place not in fix:
            new.append((attribute, wanted if attribute == "restype" else "[%s]" % ", ".join(wanted)))
            continue
        if fix[place]["file"] != source.file:
            raise Unmendable("its result and its parameters are declared in two files")
        target, value = assignment(source, fix[place]["line"], attribute)
        checked(source, target, value, fix["name"])
        if attribute == "restype":
            edits.append(source.replaced(value, source.typed(wanted, edits)))
        else:
            parameters(source, value, fix, edits)
    if new:
        place = next(fix[p] for p in ("resultAt", "parametersAt", "calledAt", "at") if p in fix)
        if "resultAt" in fix or "parametersAt" in fix:
            target = assignment(source, place["line"], "restype" if "resultAt" in fix else "argtypes")[0]
            checked(source, target, None, fix["name"])
            s = source.statement(place["line"])
            at = source.offset(s.lineno, 0)
            name = source.segment(target.value)
            text = "".join(
                "%s%s.%s = %s%s" % (source.indent(s), name, a, source.typed(t, edits), source.newline()) for a, t in new
            )
            edits.append({"from": at, "to": at, "text": text})
        else:
            before(source, fix, place["line"], new, edits)
    return edits


def fields_of(source, fix):
    classes = [n for n in ast.walk(source.tree) if isinstance(n, ast.ClassDef) and n.name == fix["name"]]
    if not classes:
        raise Unmendable("the class is made by other means than a class statement")
    cls = min(classes, key=lambda c: abs(c.lineno - fix["at"]["line"]))
    assigned = {}
    for s in cls.body:
        if isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Name):
            assigned[s.targets[0].id] = s
    for s in ast.walk(source.tree):
        if isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Attribute):
            t = s.targets[0]
            if t.attr in ("_fields_", "_pack_") and isinstance(t.value, ast.Name) and t.value.id == cls.name:
                assigned[t.attr] = s
    if "_fields_" not in assigned or not isinstance(assigned["_fields_"].value, (ast.List, ast.Tuple)):
        raise Unmendable("its _fields_ are no list")
    return assigned["_fields_"], assigned.get("_pack_")


def record(source, fix):
    edits = []
    assigned, pack = fields_of(source, fix)
    value, old = assigned.value, {}
    for e in value.elts:
        if not isinstance(e, ast.Tuple) or not isinstance(e.elts[0], ast.Constant):
            raise Unmendable("its _fields_ are not all written out")
        old[e.elts[0].value] = source.segment(e)
    lines = []
    for f in fix["fields"]:
        if "type" in f:
            bits = ", %d" % f["bits"] if "bits" in f else ""
            lines.append('("%s", %s%s)' % (f["name"], source.typed(f["type"], edits), bits))
        elif f["name"] in old:
            lines.append(old[f["name"]])
        else:
            raise Unmendable("its field %s belongs to a class that it is derived from" % f["name"])
    if value.lineno == value.end_lineno:
        text = "[%s]" % ", ".join(lines)
    else:
        inner, nl = source.indent(assigned), source.newline()
        text = "[%s%s%s]" % (nl, "".join("%s    %s,%s" % (inner, line, nl) for line in lines), inner)
    edits.append(source.replaced(value, text))
    target = assigned.targets[0]
    name = "_pack_" if isinstance(target, ast.Name) else source.segment(target.value) + "._pack_"
    if "pack" in fix and pack is not None:
        edits.append(source.replaced(pack.value, str(fix["pack"])))
    elif "pack" in fix:
        at = source.offset(assigned.lineno, 0)
        text = "%s%s = %d%s" % (source.indent(assigned), name, fix["pack"], source.newline())
        edits.append({"from": at, "to": at, "text": text})
    elif pack is not None:
        edits.append({"from": source.offset(pack.lineno, 0), "to": source.offset(pack.end_lineno + 1, 0), "text": ""})
    return edits


def main():
    asked = json.load(sys.stdin)
    source = Source(asked["file"])
    source.file = asked["file"]
    answers = []
    for fix in asked["fixes"]:
        try:
            answers.append({"edits": (record if fix["kind"] == "record" else function)(source, fix)})
        except Unmendable as e:
            answers.append({"why": str(e)})
    json.dump(answers, sys.stdout)


main()
