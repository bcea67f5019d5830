#include "ffi_gates_suite.h"
#include "puppet.h"

/* Leaves the log of a Valgrind that was killed while it ran. */
static int leaves_log(void) {
  char path[4096];
  snprintf(path, sizeof path, "%s/vg.%ld.xml", getenv("FFI_GATES_LOG_DIR"), (long)getpid());
  FILE *f = fopen(path, "w");
  if (!f) return 1;
  fputs("<?xml version=\"1.0\"?>\n\n<valgrindoutput>\n\n<protocolversion>4</protocolversion>\n"
        "<protocoltool>memcheck</protocoltool>\n\n<pid>7</pid>\n<tool>memcheck</tool>\n\n"
        "<status>\n  <state>RUNNING</state>\n  <time>00:00:00:00.5 </time>\n</status>\n\n<error>\n  <unique>0x0</uni",
        f);
  return fclose(f);
}

const suite_test suite_tests[] = {{"leaves_log", leaves_log}, {NULL, NULL}};
