#include "ffi_gates_suite.h"
#include "puppet.h"

#include <signal.h>
#include <sys/wait.h>

/* Valgrind has written an error when it is killed. */
static int writes(void) {
  puppet_past_end();
  return 0;
}
static int dies(void) {
  pid_t victim = getpid();
  fflush(stdout);
  if (fork() == 0) {
    kill(victim, SIGKILL);
    _exit(0);
  }
  for (;;) pause();
}

const suite_test suite_tests[] = {{"writes", writes}, {"dies", dies}, {NULL, NULL}};
