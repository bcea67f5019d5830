/* The canaries as a Python extension module, and five of its own: an allocation without the GIL, a lost
 * reference, a wait with the GIL, two results that lose what does not fit. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <time.h>

#include "ffi_canary.h"

#define CANARY(name)                                             \
  static PyObject *name(PyObject *self, PyObject *unused) {      \
    (void)self, (void)unused;                                    \
    canary_##name();                                             \
    Py_RETURN_NONE;                                              \
  }
CANARY(heap)
CANARY(uaf)
CANARY(leak)
CANARY(uninit)
CANARY(race)
CANARY(lockorder)
CANARY(ub)
CANARY(segv)
CANARY(handle)
CANARY(errorpath)
CANARY(errorcode)

static PyObject *reentry(PyObject *self, PyObject *unused) {
  (void)self, (void)unused;
  canary_reentry(0);
  Py_RETURN_NONE;
}

static PyObject *noop(PyObject *self, PyObject *unused) {
  (void)self, (void)unused;
  return PyLong_FromLong(canary_noop());
}

static PyObject *pydebug(PyObject *self, PyObject *unused) {
  (void)self, (void)unused;
  void *made;
  Py_BEGIN_ALLOW_THREADS
  made = PyMem_Malloc(16); //~ canary_pydebug: pydebug = threading/gil-not-held
  Py_END_ALLOW_THREADS
  PyMem_Free(made);
  Py_RETURN_NONE;
}

static PyObject *pyguard(PyObject *self, PyObject *unused) {
  (void)self, (void)unused;
  const struct timespec long_wait = {0, 150 * 1000 * 1000};
  nanosleep(&long_wait, NULL);
  Py_RETURN_NONE;
}

static PyObject *pyrefs(PyObject *self, PyObject *unused) {
  (void)self, (void)unused;
  PyObject *text = PyUnicode_FromFormat("nobody releases %d", 42);
  Py_XINCREF(text);
  return text;
}

static PyObject *wide(PyObject *self, PyObject *value) {
  (void)self;
  const int64_t n = PyLong_AsLongLong(value);
  return PyErr_Occurred() ? NULL : PyLong_FromLong((int)canary_wide(n));
}

static PyObject *unsigned_max(PyObject *self, PyObject *unused) {
  (void)self, (void)unused;
  return PyLong_FromLong((int)canary_unsigned());
}

static PyObject *slot(PyObject *self, PyObject *at) {
  (void)self;
  const long n = PyLong_AsLong(at);
  return PyErr_Occurred() ? NULL : PyLong_FromLong(canary_slot((int)n));
}

#define METHOD(name) {#name, name, METH_NOARGS, NULL}
static PyMethodDef methods[] = {
    METHOD(noop), METHOD(heap),      METHOD(uaf), METHOD(leak), METHOD(uninit),  METHOD(race),
    METHOD(ub),   METHOD(lockorder), METHOD(segv), METHOD(handle), METHOD(pydebug), METHOD(pyrefs), METHOD(pyguard),
    METHOD(unsigned_max), {"wide", wide, METH_O, NULL}, {"slot", slot, METH_O, NULL},
    METHOD(errorpath), METHOD(errorcode), METHOD(reentry),
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "ffi_canary_extension", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_ffi_canary_extension(void) { return PyModule_Create(&module); }
