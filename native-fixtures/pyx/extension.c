/* A Python extension over the fixture library: `hazard_*` functions break the rules of the library and of the
 * interpreter, `twin_*` functions do the same work and keep them. Each takes no arguments, but those at the end, which
 * boundary values are put through. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

#define FUNCTION(name) static PyObject *name(PyObject *self, PyObject *unused)

static PyObject *hazard_run(PyObject *self, PyObject *arg) {
  (void)self;
  const char *name = PyUnicode_AsUTF8(arg);
  return name ? PyLong_FromLong(fx_hazard_run(name)) : NULL;
}

static PyObject *twin_run(PyObject *self, PyObject *arg) {
  (void)self;
  const char *name = PyUnicode_AsUTF8(arg);
  return name ? PyLong_FromLong(fx_twin_run(name)) : NULL;
}

FUNCTION(hazard_leak) {
  const char *label = fx_label_new("nobody frees me"); //~ ownership_leak__result: asan = ownership/leak
  return PyUnicode_FromString(label);
}

FUNCTION(twin_leak) {
  char *label = fx_label_new("the extension frees me");
  if (label == NULL) return PyErr_NoMemory();
  PyObject *text = PyUnicode_FromString(label);
  fx_label_free(label);
  return text;
}

FUNCTION(hazard_leak_on_error) {
  char *error;
  if (fx_parse("x", &error) < 0) return PyUnicode_FromString("refused"); //~ ownership_leak_on_error_path__message: asan = ownership/leak
  Py_RETURN_NONE;
}

FUNCTION(twin_leak_on_error) {
  char *error;
  fx_parse("x", &error);
  PyObject *text = PyUnicode_FromString(error ? error : "");
  free(error);
  return text;
}

FUNCTION(hazard_pymem) {
  char *copy = PyMem_Malloc(48); //~ ownership_leak__pymem: asan = ownership/leak
  if (copy == NULL) return PyErr_NoMemory();
  return PyUnicode_FromString(strcpy(copy, "nobody frees me"));
}

FUNCTION(twin_pymem) {
  char *copy = PyMem_Malloc(48);
  if (copy == NULL) return PyErr_NoMemory();
  PyObject *text = PyUnicode_FromString(strcpy(copy, "the extension frees me"));
  PyMem_Free(copy);
  return text;
}

FUNCTION(hazard_new_reference) {
  PyObject *bytes = PyBytes_FromStringAndSize(NULL, 600); //~ ownership_leak__new_reference: asan = ownership/leak
  return PyLong_FromSsize_t(bytes ? PyBytes_GET_SIZE(bytes) : -1);
}

FUNCTION(twin_new_reference) {
  PyObject *bytes = PyBytes_FromStringAndSize(NULL, 600);
  PyObject *size = PyLong_FromSsize_t(bytes ? PyBytes_GET_SIZE(bytes) : -1);
  Py_XDECREF(bytes);
  return size;
}

FUNCTION(hazard_slot) {
  PyObject *one = PyLong_FromString("123456789012345678901234567890", NULL, 10);
  if (one == NULL) return NULL;
  PyObject *two = Py_TYPE(one)->tp_as_number->nb_add(one, one); //~ ownership_leak__slot: asan = ownership/leak
  Py_DECREF(one);
  return PyBool_FromLong(two != NULL);
}

FUNCTION(twin_slot) {
  PyObject *one = PyLong_FromString("123456789012345678901234567890", NULL, 10);
  if (one == NULL) return NULL;
  PyObject *two = Py_TYPE(one)->tp_as_number->nb_add(one, one);
  Py_DECREF(one);
  Py_XDECREF(two);
  return PyBool_FromLong(two != NULL);
}

FUNCTION(hazard_double_free) {
  fx_box *box = fx_box_new(1);
  fx_box_free(box);
  fx_box_free(box); //~ ownership_double_free__handle: asan = ownership/double-free
  Py_RETURN_NONE;
}

FUNCTION(twin_double_free) {
  fx_box *box = fx_box_new(1);
  fx_box_free(box);
  box = NULL;
  fx_box_free(box);
  Py_RETURN_NONE;
}

FUNCTION(hazard_use_after_free) {
  fx_box *box = fx_box_new(1);
  fx_box_free(box);
  return PyLong_FromLong(fx_box_get(box)); //~ ownership_use_after_free__handle: asan = ownership/use-after-free
}

FUNCTION(twin_use_after_free) {
  fx_box *box = fx_box_new(1);
  if (box == NULL) return PyErr_NoMemory();
  PyObject *value = PyLong_FromLong(fx_box_get(box));
  fx_box_free(box);
  return value;
}

FUNCTION(hazard_allocator) {
  void *made = PyMem_Malloc(32);
  fx_label_free(made); //~ ownership_allocator_mismatch__pymem: asan = ownership/invalid-free
  Py_RETURN_NONE;
}

FUNCTION(twin_allocator) {
  void *made = PyMem_Malloc(32);
  PyMem_Free(made);
  Py_RETURN_NONE;
}

FUNCTION(hazard_buffer) {
  PyObject *bytes = PyBytes_FromStringAndSize(NULL, 600);
  fx_fill((unsigned char *)PyBytes_AS_STRING(bytes), 664, 1); //~ bounds_host_buffer_too_small: asan = bounds/heap-overflow
  return bytes;
}

FUNCTION(twin_buffer) {
  PyObject *bytes = PyBytes_FromStringAndSize(NULL, 600);
  if (bytes) fx_fill((unsigned char *)PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes), 1);
  return bytes;
}

FUNCTION(hazard_hold) {
  PyObject *bytes = PyBytes_FromStringAndSize(NULL, 600);
  memset(PyBytes_AS_STRING(bytes), 0, 600);
  fx_hold((const unsigned char *)PyBytes_AS_STRING(bytes), 600);
  Py_DECREF(bytes);
  const int sum = fx_held_sum(); //~ lifetime_host_buffer_freed: asan = ownership/use-after-free
  fx_release();
  return PyLong_FromLong(sum);
}

FUNCTION(twin_hold) {
  PyObject *bytes = PyBytes_FromStringAndSize(NULL, 600);
  if (!bytes) return NULL;
  memset(PyBytes_AS_STRING(bytes), 0, 600);
  fx_hold((const unsigned char *)PyBytes_AS_STRING(bytes), 600);
  const int sum = fx_held_sum();
  fx_release();
  Py_DECREF(bytes);
  return PyLong_FromLong(sum);
}

FUNCTION(hazard_null) {
  return PyLong_FromLong(fx_box_get(fx_find("two"))); //~ null_dereference__unchecked: asan = null/dereference
}

FUNCTION(twin_null) {
  fx_box *box = fx_find("two");
  if (!box) Py_RETURN_NONE;
  PyObject *value = PyLong_FromLong(fx_box_get(box));
  fx_box_free(box);
  return value;
}

FUNCTION(hazard_out_parameter) {
  int *out = malloc(sizeof *out);
  fx_measure(0, out);
  const long more = *out > 7; //~ init_uninitialised_out_parameter: blind = init/uninitialised-out-parameter
  free(out);
  return PyLong_FromLong(more);
}

FUNCTION(twin_out_parameter) {
  int out = 0;
  if (fx_measure(3, &out) != 0) return PyErr_Format(PyExc_ValueError, "no measure");
  return PyLong_FromLong(out > 7);
}

FUNCTION(hazard_error_ignored) {
  int out = 0;
  fx_measure(3, &out); //~ unwind_error_ignored: errors = unwind/error-ignored
  return PyLong_FromLong(out);
}

FUNCTION(twin_error_ignored) {
  int out = 0;
  if (fx_measure(3, &out) != 0) return PyErr_Format(PyExc_ValueError, "no measure");
  return PyLong_FromLong(out);
}

FUNCTION(hazard_gil) {
  void *made;
  Py_BEGIN_ALLOW_THREADS
  made = PyMem_Malloc(16); //~ threading_gil_not_held: pydebug = threading/gil-not-held
  Py_END_ALLOW_THREADS
  PyMem_Free(made);
  Py_RETURN_NONE;
}

FUNCTION(twin_gil) {
  void *made = NULL;
  Py_BEGIN_ALLOW_THREADS
  const PyGILState_STATE state = PyGILState_Ensure();
  made = PyMem_Malloc(16);
  PyGILState_Release(state);
  Py_END_ALLOW_THREADS
  PyMem_Free(made);
  Py_RETURN_NONE;
}

FUNCTION(hazard_blocking) {
  fx_sleep_ms(150);
  Py_RETURN_NONE;
}

FUNCTION(twin_blocking) {
  Py_BEGIN_ALLOW_THREADS
  fx_sleep_ms(150);
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}

static int fire_again(int value, void *user) {
  (void)user;
  return value == 0 ? fx_fire(1) : value; //~ threading_reentrancy: callguard = threading/reentrancy
}

static int queue(int value, void *user) {
  *(int *)user = value + 1;
  return value;
}

static PyObject *fired(fx_callback callback, void *user) {
  fx_on_event(callback, user);
  const int result = fx_fire(0);
  fx_on_event(NULL, NULL);
  return PyLong_FromLong(result);
}

FUNCTION(hazard_reentrancy) { return fired(fire_again, NULL); }

FUNCTION(twin_reentrancy) {
  int queued = 0;
  PyObject *result = fired(queue, &queued);
  if (queued == 1) return result;
  Py_XDECREF(result);
  return PyErr_Format(PyExc_ValueError, "nothing was queued");
}

FUNCTION(hazard_refcount_leak) {
  PyObject *bytes = PyBytes_FromStringAndSize(NULL, 600);
  Py_XINCREF(bytes);
  return bytes;
}

FUNCTION(twin_refcount_leak) { return PyBytes_FromStringAndSize(NULL, 600); }

FUNCTION(hazard_refcount_underflow) {
  PyObject *bytes = PyBytes_FromStringAndSize("0123456789", 10);
  Py_DECREF(bytes);
  Py_DECREF(bytes); //~ resource_python_refcount_underflow: asan = ownership/use-after-free
  Py_RETURN_NONE;
}

FUNCTION(twin_refcount_underflow) {
  PyObject *bytes = PyBytes_FromStringAndSize("0123456789", 10);
  Py_XDECREF(bytes);
  Py_RETURN_NONE;
}

FUNCTION(hazard_exception_set) {
  PyErr_SetString(PyExc_ValueError, "set, but a result is returned");
  return PyLong_FromLong(1); //~ rules_python_exception_set: plain = rules/python-exception-set
}

FUNCTION(twin_exception_set) {
  PyErr_SetString(PyExc_ValueError, "set, and NULL is returned");
  return NULL;
}

FUNCTION(hazard_descriptor) { return PyLong_FromLong(fx_open_self()); } //~ resource_handle_leak__descriptor: fdguard = resource/handle-leak
FUNCTION(twin_descriptor) { return PyLong_FromLong(fx_close(fx_open_self())); }

#define TAKING(name) static PyObject *name(PyObject *self, PyObject *args)

#include "values.c"

#define METHOD(name) {#name, name, METH_NOARGS, NULL}
#define VALUES(name) {#name, name, METH_VARARGS, NULL}
#define BOTH(name) VALUES(hazard_##name), VALUES(twin_##name)
#define PAIR(name) METHOD(hazard_##name), METHOD(twin_##name)
static PyMethodDef methods[] = {
    {"hazard_run", hazard_run, METH_O, NULL},
    {"twin_run", twin_run, METH_O, NULL},
    PAIR(leak),
    PAIR(leak_on_error),
    PAIR(pymem),
    PAIR(new_reference),
    PAIR(slot),
    PAIR(double_free),
    PAIR(use_after_free),
    PAIR(allocator),
    PAIR(buffer),
    PAIR(hold),
    PAIR(null),
    PAIR(out_parameter),
    PAIR(error_ignored),
    PAIR(gil),
    PAIR(blocking), PAIR(reentrancy),
    PAIR(refcount_leak),
    PAIR(refcount_underflow),
    PAIR(exception_set),
    PAIR(descriptor),
    PAIR(unsigned_max),
    BOTH(wide),
    VALUES(hazard_alone),
    BOTH(points),
    VALUES(hazard_points_to_nul),
    BOTH(sum),
    BOTH(digest),
    BOTH(mean),
    BOTH(box),
    BOTH(slice),
    BOTH(double),
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "fixture_extension", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_fixture_extension(void) { return PyModule_Create(&module); }
