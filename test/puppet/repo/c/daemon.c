#include "ffi_gates_suite.h"
#include "puppet.h"

#include <signal.h>
#include <stdio.h>

/* A daemon in a session of its own that ignores polite signals, and a test that never ends. Says where they are. */
static int stays(void) {
  fflush(stdout);
  if (fork() == 0) {
    setsid();
    signal(SIGTERM, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    if (fork() != 0) _exit(0);
    FILE *f = fopen(getenv("PUPPET_PIDS"), "w");
    fprintf(f, "%ld %ld\n", (long)getpid(), (long)getppid());
    fclose(f);
    for (;;) pause();
  }
  for (;;) pause();
}

const suite_test suite_tests[] = {{"stays", stays}, {NULL, NULL}};
