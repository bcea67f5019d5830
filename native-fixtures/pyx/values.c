/* Functions through which values cross: the hazards pass other values on, the twins refuse what C cannot hold. */

TAKING(hazard_wide) {
  (void)self;
  unsigned int a, b; /* which Python fills without a look at what is lost */
  return PyArg_ParseTuple(args, "II", &a, &b) ? PyLong_FromLongLong(fx_wide((int)a, (int)b)) : NULL;
}

TAKING(twin_wide) {
  (void)self;
  long long a, b;
  return PyArg_ParseTuple(args, "LL", &a, &b) ? PyLong_FromLongLong(fx_wide(a, b)) : NULL;
}

FUNCTION(hazard_unsigned_max) { return PyLong_FromLong((int)fx_unsigned_max()); }
FUNCTION(twin_unsigned_max) { return PyLong_FromUnsignedLong(fx_unsigned_max()); }

TAKING(hazard_points) {
  (void)self;
  PyObject *text, *bytes = NULL;
  if (PyArg_ParseTuple(args, "U", &text)) bytes = PyUnicode_AsLatin1String(text);
  PyObject *points = bytes ? PyLong_FromSize_t(fx_utf8_points(PyBytes_AsString(bytes))) : NULL;
  Py_XDECREF(bytes);
  return points;
}

TAKING(hazard_points_to_nul) {
  (void)self;
  const char *text;
  Py_ssize_t length;
  return PyArg_ParseTuple(args, "s#", &text, &length) ? PyLong_FromSize_t(fx_utf8_points(text)) : NULL;
}

TAKING(twin_points) {
  (void)self;
  const char *text;
  return PyArg_ParseTuple(args, "s", &text) ? PyLong_FromSize_t(fx_utf8_points(text)) : NULL;
}

static PyObject *sum(PyObject *args, size_t most) {
  const char *data;
  Py_ssize_t length;
  if (!PyArg_ParseTuple(args, "y#", &data, &length)) return NULL;
  return PyLong_FromLong(fx_sum((const unsigned char *)data, (size_t)length & most));
}

TAKING(hazard_sum) { return (void)self, sum(args, 0xffff); }
TAKING(twin_sum) { return (void)self, sum(args, SIZE_MAX); }

TAKING(hazard_alone) {
  (void)self;
  long long a, b;
  return PyArg_ParseTuple(args, "LL", &a, &b) ? PyLong_FromLongLong(fx_wide(a, 0)) : NULL;
}

/* The record without its padding. */
typedef struct {
  uint8_t kind;
  uint32_t count;
  uint16_t tag;
  double weight;
  char room[8];
} __attribute__((packed)) packed_record;

static int record_of(PyObject *args, unsigned long *kind, unsigned long *count, unsigned long *tag, double *weight) {
  PyObject *o[3];
  if (!PyArg_ParseTuple(args, "OOOd", &o[0], &o[1], &o[2], weight)) return 0;
  *kind = PyLong_AsUnsignedLong(o[0]);
  if (!PyErr_Occurred()) *count = PyLong_AsUnsignedLong(o[1]);
  if (!PyErr_Occurred()) *tag = PyLong_AsUnsignedLong(o[2]);
  if (PyErr_Occurred()) return 0;
  if (*kind <= UINT8_MAX && *count <= UINT32_MAX && *tag <= UINT16_MAX) return 1;
  PyErr_SetString(PyExc_OverflowError, "beyond the record's field");
  return 0;
}

TAKING(hazard_digest) {
  (void)self;
  unsigned long kind, count, tag;
  double weight;
  if (!record_of(args, &kind, &count, &tag, &weight)) return NULL;
  _Alignas(16) packed_record r = {(uint8_t)kind, (uint32_t)count, (uint16_t)tag, weight, {0}};
  return PyLong_FromLongLong(fx_record_digest((const void *)&r));
}

TAKING(twin_digest) {
  (void)self;
  unsigned long kind, count, tag;
  double weight;
  if (!record_of(args, &kind, &count, &tag, &weight)) return NULL;
  const fx_record r = {(uint8_t)kind, (uint32_t)count, (uint16_t)tag, weight};
  return PyLong_FromLongLong(fx_record_digest(&r));
}

/* Passes a double where C takes a float. */
TAKING(hazard_mean) {
  (void)self;
  double (*with_a_double)(double, double, int) = (double (*)(double, double, int))(void *)fx_mean;
  double a, b;
  int n;
  return PyArg_ParseTuple(args, "ddi", &a, &b, &n) ? PyFloat_FromDouble(with_a_double(a, b, n)) : NULL;
}

TAKING(twin_mean) {
  (void)self;
  double a;
  float b;
  int n;
  return PyArg_ParseTuple(args, "dfi", &a, &b, &n) ? PyFloat_FromDouble(fx_mean(a, b, n)) : NULL;
}

/* A handle as a number of 32 bits. */
TAKING(hazard_box) {
  (void)self;
  int value;
  if (!PyArg_ParseTuple(args, "i", &value)) return NULL;
  const uint32_t handle = (uint32_t)(uintptr_t)fx_box_new(value);
  return PyLong_FromLong(fx_box_get((const fx_box *)(uintptr_t)handle));
}

TAKING(twin_box) {
  (void)self;
  int value;
  if (!PyArg_ParseTuple(args, "i", &value)) return NULL;
  fx_box *box = fx_box_new(value);
  const int got = fx_box_get(box);
  fx_box_free(box);
  return PyLong_FromLong(got);
}

static unsigned char slice_from[3 << 16], slice_to[3 << 16]; /* with room, so that C alone decides what is an error */

TAKING(hazard_slice) {
  (void)self;
  int from, to;
  if (!PyArg_ParseTuple(args, "ii", &from, &to)) return NULL;
  return PyLong_FromLong(fx_copy_slice(slice_to + (1 << 16), 64, slice_from + (1 << 16), from, to));
}

TAKING(twin_slice) {
  (void)self;
  int from, to;
  if (!PyArg_ParseTuple(args, "ii", &from, &to)) return NULL;
  if (0 <= from && from <= to && to <= 64) return PyLong_FromLong(fx_copy_slice(slice_to, 64, slice_from, from, to));
  PyErr_SetString(PyExc_ValueError, "no slice of 64 bytes");
  return NULL;
}

TAKING(hazard_double) {
  (void)self;
  int want, out = 0;
  if (!PyArg_ParseTuple(args, "i", &want)) return NULL;
  fx_measure(want, &out);
  return PyLong_FromLong(out);
}

TAKING(twin_double) {
  (void)self;
  int want, out = 0;
  if (!PyArg_ParseTuple(args, "i", &want)) return NULL;
  if (want <= INT32_MAX / 2 && fx_measure(want, &out) == 0) return PyLong_FromLong(out);
  PyErr_SetString(PyExc_ValueError, "no measure");
  return NULL;
}
