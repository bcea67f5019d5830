/* unpack(bytes): the planted bug. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <ffi_canary.h>

static PyObject *unpack(PyObject *self, PyObject *args) {
  const char *data;
  Py_ssize_t size;
  (void)self;
  if (!PyArg_ParseTuple(args, "y#", &data, &size)) return NULL;
  return PyLong_FromLong(canary_unpack((const unsigned char *)data, (size_t)size));
}

static PyMethodDef methods[] = {{"unpack", unpack, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "ffi_canary_target", NULL, -1, methods, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_ffi_canary_target(void) { return PyModule_Create(&module); }
