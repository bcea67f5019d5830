/*
 * Objects that an extension has from Python: no memory for one means NULL, with MemoryError set. Only what always takes memory
 * fails: Python has the empty and the shortest strings, the empty tuple and small numbers for good.
 */
#ifndef FFI_GATES_FAILING_PYTHON_H
#define FFI_GATES_FAILING_PYTHON_H

static void *no_memory(void) {
  static void *(*set)(void);
  if (set == NULL) set = (void *(*)(void))dlsym(RTLD_DEFAULT, "PyErr_NoMemory");
  return set ? set() : NULL;
}

/* `takes`: whether this call needs memory. Objects are Python's to free, so that none is noted as a block of the call's. */
#define OBJECT(name, takes, declared, given, types) \
  static void *call_##name declared { \
    KNOWN(#name, void *(*)types); \
    return (takes) && FAILS(#name) ? no_memory() : real given; \
  }
OBJECT(PyBytes_FromStringAndSize, n > 1, (const char *text, ssize_t n), (text, n), (const char *, ssize_t))
OBJECT(PyBytes_FromString, strlen(text) > 1, (const char *text), (text), (const char *))
OBJECT(PyByteArray_FromStringAndSize, n > 0, (const char *text, ssize_t n), (text, n), (const char *, ssize_t))
OBJECT(PyUnicode_FromString, strlen(text) > 1, (const char *text), (text), (const char *))
OBJECT(PyUnicode_FromStringAndSize, n > 1, (const char *text, ssize_t n), (text, n), (const char *, ssize_t))
OBJECT(PyUnicode_DecodeUTF8, n > 1, (const char *text, ssize_t n, const char *errors), (text, n, errors), (const char *, ssize_t, const char *))
OBJECT(PyUnicode_New, n > 1, (ssize_t n, uint32_t most), (n, most), (ssize_t, uint32_t))
OBJECT(PyList_New, 1, (ssize_t n), (n), (ssize_t))
OBJECT(PyTuple_New, n > 0, (ssize_t n), (n), (ssize_t))
OBJECT(PyDict_New, 1, (void), (), (void))
OBJECT(PySet_New, 1, (void *from), (from), (void *))
OBJECT(PyCapsule_New, 1, (void *p, const char *name, void *end), (p, name, end), (void *, const char *, void *))
OBJECT(_PyObject_New, 1, (void *type), (type), (void *))
OBJECT(_PyObject_NewVar, 1, (void *type, ssize_t n), (type, n), (void *, ssize_t))
OBJECT(_PyObject_GC_New, 1, (void *type), (type), (void *))
OBJECT(_PyObject_GC_NewVar, 1, (void *type, ssize_t n), (type, n), (void *, ssize_t))
OBJECT(PyType_GenericAlloc, 1, (void *type, ssize_t n), (type, n), (void *, ssize_t))

#define PYTHON_OBJECTS \
  R(PyBytes_FromStringAndSize), R(PyBytes_FromString), R(PyByteArray_FromStringAndSize), R(PyUnicode_FromString), \
  R(PyUnicode_FromStringAndSize), R(PyUnicode_DecodeUTF8), R(PyUnicode_New), R(PyList_New), R(PyTuple_New), R(PyDict_New), \
  R(PySet_New), R(PyCapsule_New), R(_PyObject_New), R(_PyObject_NewVar), R(_PyObject_GC_New), R(_PyObject_GC_NewVar), \
  R(PyType_GenericAlloc)

#endif
