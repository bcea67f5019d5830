#include "ffi_gates_suite.h"
#include "puppet.h"

#include <signal.h>

static int fine(void) { return puppet_sum(1, 1) == 2 ? 0 : 1; }

/* Hangs, outside the group in which it was started, and will not be asked to end. */
static int hangs(void) {
  const pid_t other = fork();
  if (other == 0) {
    setpgid(0, 0);
    for (;;) pause();
  }
  while (setpgid(0, other) != 0) usleep(1000);
  for (int s = 1; s < 32; s++) signal(s, SIG_IGN);
  for (;;) pause();
}

const suite_test suite_tests[] = {{"first", fine}, {"hangs", hangs}, {"last", fine}, {NULL, NULL}};
