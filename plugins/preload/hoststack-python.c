/*
 * The stack of Python of this thread, by the structures of the interpreter that runs, with whose headers this is compiled: it
 * needs neither the interpreter's lock nor memory. The frames of a thread do not change while it is in native code.
 */
#define Py_BUILD_CORE 1
#include <Python.h>
#if PY_VERSION_HEX >= 0x030e0000 || PY_VERSION_HEX < 0x03080000
#error "the frames of this version of Python are not known"
#elif PY_VERSION_HEX >= 0x030b0000
#include <internal/pycore_frame.h>
#else
#include <frameobject.h>
#endif
#include "hoststack.h"

#pragma weak PyGILState_GetThisThreadState
#pragma weak PyCode_Addr2Line
#pragma weak Py_GetVersion

#define CHARS 512

/* Text as UTF-8: Python's own conversion keeps it, for which it needs the lock. */
static const char *text_of(PyObject *text, char *to) {
  size_t at = 0;
  if (text == NULL || !PyUnicode_Check(text)) return "?";
  for (Py_ssize_t i = 0; i < PyUnicode_GET_LENGTH(text) && at < CHARS - 4; i++) {
    const Py_UCS4 c = PyUnicode_READ_CHAR(text, i);
    if (c < 0x80)
      to[at++] = (char)c;
    else {
      const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
      to[at++] = (char)((0xff00 >> (more + 1) & 0xff) | (c >> 6 * more));
      for (int k = more - 1; k >= 0; k--) to[at++] = (char)(0x80 | (c >> 6 * k & 0x3f));
    }
  }
  to[at] = 0;
  return to;
}

static void frame_of(PyCodeObject *code, int lasti) {
  char function[CHARS], file[CHARS];
  /* The address of a code object that died may be that of another. */
  const uint64_t names = (uint64_t)(uintptr_t)code->co_filename * 31 + (uint64_t)(uintptr_t)code->co_name;
  if (host_knows((uint64_t)(uintptr_t)code + names, (uint64_t)code->co_firstlineno << 32 | (uint32_t)lasti)) return;
#if PY_VERSION_HEX >= 0x030b0000
  PyObject *name = code->co_qualname;
#else
  PyObject *name = code->co_name;
#endif
  host_frame(text_of(name, function), text_of(code->co_filename, file), PyCode_Addr2Line(code, lasti), 0);
}

/* Whether the interpreter has the structures that this was compiled with. */
static int is_known(void) {
  static int known = -1;
  if (known < 0) {
    /* They are the same within a minor version. */
    char minor[20];
    snprintf(minor, sizeof minor, "%d.%d.", PY_MAJOR_VERSION, PY_MINOR_VERSION);
    known = Py_GetVersion != NULL && strncmp(Py_GetVersion(), minor, strlen(minor)) == 0;
  }
  return known;
}

int host_frames_of_python(int most) {
  PyThreadState *state = PyGILState_GetThisThreadState ? PyGILState_GetThisThreadState() : NULL;
  if (state == NULL || PyCode_Addr2Line == NULL || !is_known()) return 0;
#if PY_VERSION_HEX >= 0x030b0000
#if PY_VERSION_HEX >= 0x030d0000
  struct _PyInterpreterFrame *frame = state->current_frame;
#else
  struct _PyInterpreterFrame *frame = state->cframe ? state->cframe->current_frame : NULL;
#endif
  for (; frame != NULL && most > 0; frame = frame->previous) {
    if (_PyFrame_IsIncomplete(frame)) continue;
#if PY_VERSION_HEX >= 0x030d0000
    frame_of(_PyFrame_GetCode(frame), _PyInterpreterFrame_LASTI(frame) * (int)sizeof(_Py_CODEUNIT));
#else
    frame_of(frame->f_code, _PyInterpreterFrame_LASTI(frame) * (int)sizeof(_Py_CODEUNIT));
#endif
    most--;
  }
#else
  for (PyFrameObject *frame = state->frame; frame != NULL && most > 0; frame = frame->f_back, most--)
#if PY_VERSION_HEX >= 0x030a0000
    frame_of(frame->f_code, frame->f_lasti * 2);
#else
    frame_of(frame->f_code, frame->f_lasti);
#endif
#endif
  return 1;
}
