"""Prints what a shared object's debug information says about functions, as JSON, by gdb's Python API.

Run in gdb: FFI_GATES_SYMBOLS names a file with one symbol a line, with its address behind a blank if it has versions. A symbol `f` that the object only declares is
read from a variable `ffi_gates_declared_f` of type pointer to function. The form is that of `NativeDeclarations` in
src/model/declaration.ts. Only what is asked for is read, because time grows with every symbol.
"""
import json
import os
import re
import sys

import gdb

RECORDS = {}
DEPTH = 4
POINTERS = (gdb.TYPE_CODE_PTR, gdb.TYPE_CODE_REF, getattr(gdb, "TYPE_CODE_RVALUE_REF", -1))


def place(symbol):
    if symbol is None or symbol.symtab is None or not symbol.line:
        return None
    return {"file": symbol.symtab.fullname(), "line": symbol.line}


def lookup(name, domain):
    for find in (gdb.lookup_static_symbol, gdb.lookup_global_symbol):
        try:
            found = find(name, domain)
        except gdb.error:
            found = None
        if found:
            return found
    return None


def is_signed(t):
    try:
        return t.is_signed
    except AttributeError:  # gdb before 12
        return bool(gdb.Value(-1).cast(t) < 0)


def described(t, typedef=None, depth=0):
    code = t.code
    if code == gdb.TYPE_CODE_TYPEDEF:
        return described(t.target(), typedef or t.name, depth)
    bare = t.unqualified()
    name = typedef or bare.name
    if code in POINTERS:
        to = described(t.target(), None, depth + 1) if depth < DEPTH else {"kind": "void"}
        return {"kind": "pointer", "to": to, **({"name": typedef} if typedef else {})}
    if code == gdb.TYPE_CODE_BOOL:
        return {"kind": "bool", "size": t.sizeof, "name": name}
    if code in (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_CHAR):
        sign = {} if bare.name == "char" else {"signed": is_signed(t)}
        return {"kind": "int", "size": t.sizeof, "name": name, **sign}
    if code == gdb.TYPE_CODE_ENUM:
        signed = any(f.enumval < 0 for f in t.fields())
        return {"kind": "enum", "size": t.sizeof, "signed": signed, "name": name or "enum"}
    if code == gdb.TYPE_CODE_FLT:
        return {"kind": "float", "size": t.sizeof, "name": name}
    if code == gdb.TYPE_CODE_VOID:
        return {"kind": "void"}
    if code == gdb.TYPE_CODE_ARRAY:
        of = t.target()
        count = t.sizeof // of.sizeof if of.sizeof else 0
        return {"kind": "array", "of": described(of, None, depth), **({"count": count} if t.sizeof else {})}
    if code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
        return {"kind": "record", "name": record(t, typedef, depth)}
    if code in (gdb.TYPE_CODE_FUNC, gdb.TYPE_CODE_METHOD):
        return signature(t, depth + 1)
    return {"kind": "unknown", "name": str(t)}


def signature(t, depth=0):
    text = str(t)
    result = described(t.target(), None, depth) if t.target() is not None else {"kind": "void"}
    return {
        "kind": "function",
        "result": result,
        "parameters": [described(f.type, None, depth) for f in t.fields()],
        **({"variadic": True} if "...)" in text else {}),
        **({"unprototyped": True} if text.endswith("()") else {}),
    }


def record(t, typedef, depth):
    bare = t.unqualified()
    union = t.code == gdb.TYPE_CODE_UNION
    kind = "union" if union else "struct"
    if not bare.name and not typedef:
        name = "%s (anonymous %d)" % (kind, len(RECORDS))
    else:
        name = "%s %s" % (kind, bare.name) if bare.name else typedef
    if not t.fields() and t.sizeof == 0:
        # A pointer to an incomplete type: another file of the object may complete it.
        complete = lookup(bare.name, gdb.SYMBOL_STRUCT_DOMAIN) if bare.name else None
        if complete is not None and complete.type is not None and complete.type.sizeof:
            return record(complete.type, typedef, depth)
        RECORDS.setdefault(name, {"fields": []})
        return name
    if "size" in RECORDS.get(name, {}):
        return name
    entry = RECORDS[name] = {"size": t.sizeof, "fields": [], **({"union": True} if union else {})}
    named = lookup(bare.name, gdb.SYMBOL_STRUCT_DOMAIN) if bare.name else lookup(typedef, gdb.SYMBOL_VAR_DOMAIN) if typedef else None
    at = place(named)
    if at:
        entry["at"] = at
    for f in t.fields():
        if f.is_base_class or not hasattr(f, "bitpos"):
            continue
        bits = {"bits": f.bitsize} if f.bitsize else {}
        entry["fields"].append(
            {"name": f.name or "", "bit": f.bitpos, **bits, "type": described(f.type, None, depth + 1)}
        )
    return name


def lacks_types(s, symbol):
    """`-g1` describes every function as `void f()`, an assembler as `void f(void)`."""
    if s["result"] != {"kind": "void"} or s["parameters"]:
        return False
    return bool(s.get("unprototyped")) or symbol.symtab.filename.lower().endswith((".s", ".asm"))


def block_of_function(address):
    try:
        block = gdb.block_for_pc(address)
    except (gdb.error, RuntimeError):
        return None
    while block is not None and block.function is None:
        block = block.superblock
    return block


def by_address(name, address=None):
    """The function behind an alias or a versioned symbol."""
    try:
        if address is None:
            address = int(gdb.parse_and_eval("(unsigned long)&'%s'" % name))
    except (gdb.error, RuntimeError):
        return None
    block = block_of_function(address)
    return block.function if block is not None and block.start == address else None


def by_line(name):
    """The function where the name alone is something else to gdb: a crate or a namespace that is called as its function is."""
    try:
        places = gdb.decode_line(name)[1] or ()
    except gdb.error:
        return None
    blocks = [block_of_function(p.pc) for p in places]
    return next((b.function for b in blocks if b is not None and symbol_at(b.start) == name), None)


def symbol_at(address):
    """`f in section .text`; what is mangled is printed as it is written, `n::f(int)`."""
    return gdb.execute("info symbol 0x%x" % address, to_string=True).split(" in section ")[0]


def is_chosen_at_load(name):
    """An indirect function: the symbol is the code that chooses one, not the function."""
    try:
        return "gnu-indirect-function" in str(gdb.parse_and_eval("'%s'" % name).type)
    except gdb.error:
        return False


def read(name, address):
    try:
        found = gdb.lookup_global_symbol(name) if address is None else by_address(name, address)
    except gdb.error:
        found = None
    if found is not None and found.type is not None and found.type.code == gdb.TYPE_CODE_NAMESPACE:
        found = by_line(name)
    if found is not None and found.type is not None and found.type.code == gdb.TYPE_CODE_FUNC:
        s = signature(found.type)
        if lacks_types(s, found):
            return None, "debug information without types (-g1, assembler)"
        at = place(found)
        return {**s, "source": "debug information", **({"at": at} if at else {})}, None
    declared = gdb.lookup_global_symbol("ffi_gates_declared_" + name)
    if declared is not None:
        return {**signature(declared.type.target()), "source": "header"}, None
    if is_chosen_at_load(name):
        return None, "it is chosen when the library is loaded (ifunc)"
    function = by_address(name) if address is None else None
    if function is not None:
        s = signature(function.type)
        if not lacks_types(s, function):
            at = place(function)
            return {**s, "source": "debug information of %s" % function.name, **({"at": at} if at else {})}, None
    return None, "no debug information"


def main():
    functions, not_seen = {}, {}
    with open(os.environ["FFI_GATES_SYMBOLS"], encoding="utf-8") as f:
        asked = re.findall(r"^([A-Za-z_$][\w$.@]*)(?: ([0-9a-f]+))?$", f.read(), re.M)
    for name, address in asked:
        try:
            found, why = read(name, int(address, 16) if address else None)
        except (gdb.error, RuntimeError, ValueError, AttributeError) as e:
            found, why = None, "gdb: %s" % str(e).split("\n")[0]
        if found is None:
            not_seen[name] = why
        else:
            functions[name] = found
    result = {"functions": functions, "records": RECORDS, "notSeen": not_seen}
    with open(os.environ["FFI_GATES_RESULT"], "w", encoding="utf-8") as out:
        json.dump(result, out)


main()
