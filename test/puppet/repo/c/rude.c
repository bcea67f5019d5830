#include "ffi_gates_suite.h"
#include "puppet.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* What tests should not do, and do. None of it is a hazard: the suite is clean, and nothing is left running. */
static int fine(void) { return puppet_sum(1, 1) == 2 ? 0 : 1; }

/* A grandchild in a session of its own, with no descriptor of ours. */
static int daemon_of_its_own(void) {
  fflush(stdout);
  const pid_t pid = fork();
  if (pid == 0) {
    setsid();
    if (fork() != 0) _exit(0);
    for (int fd = 0; fd < 64; fd++) close(fd);
    for (int s = 1; s < 32; s++) signal(s, SIG_IGN);
    for (;;) pause();
  }
  return waitpid(pid, NULL, 0) == pid ? fine() : 1;
}

/* Another, with an empty environment: only its arguments tell whose it is. */
static int daemon_without_environment(void) {
  char mark[64];
  snprintf(mark, sizeof mark, "600.%s", getenv("PUPPET_MARK"));
  fflush(stdout);
  const pid_t pid = fork();
  if (pid == 0) {
    setsid();
    if (fork() != 0) _exit(0);
    char *const none[] = {NULL};
    execle("/bin/sleep", "sleep", mark, (char *)NULL, none);
    _exit(1);
  }
  return waitpid(pid, NULL, 0) == pid ? fine() : 1;
}

static int child_in_a_group_of_its_own(void) {
  fflush(stdout);
  if (fork() == 0) {
    setpgid(0, 0);
    for (;;) pause();
  }
  return fine();
}

static int limits(void) {
  const struct rlimit few = {24, 24}, none = {0, 0};
  return setrlimit(RLIMIT_NOFILE, &few) || setrlimit(RLIMIT_CORE, &none) ? 1 : fine();
}

static int ignores_signals(void) {
  for (int s = 1; s < 32; s++)
    if (s != SIGSEGV && s != SIGBUS && s != SIGABRT && s != SIGCHLD) signal(s, SIG_IGN);
  return fine();
}

static int writes_into_the_sources(void) {
  FILE *f = fopen("left-by-a-test.txt", "w");
  return f && fputs("x", f) >= 0 && fclose(f) == 0 ? fine() : 1;
}

static int removes_its_temporary_directory(void) {
  char command[4200];
  snprintf(command, sizeof command, "touch '%s/left' && rm -rf '%s'", getenv("TMPDIR"), getenv("TMPDIR"));
  return system(command) == 0 ? fine() : 1;
}

static int leaves_files_in_its_temporary_directory(void) {
  char command[4200];
  snprintf(command, sizeof command, "mkdir -p '%s/a' && touch '%s/a/b' && chmod 0 '%s/a'", getenv("TMPDIR"),
           getenv("TMPDIR"), getenv("TMPDIR"));
  return system(command) == 0 ? fine() : 1;
}

static int removes_its_working_directory(void) {
  char dir[] = "/tmp/puppet-XXXXXX";
  return !mkdtemp(dir) || chdir(dir) || rmdir(dir) ? 1 : fine();
}

static int changes_to_the_root(void) { return chdir("/") ? 1 : fine(); }

static int clears_the_environment(void) { return clearenv() ? 1 : fine(); }

static int closes_its_output(void) { return close(1) || close(2) ? 1 : fine(); }

static int runs_after_all_that(void) { return fine(); }

const suite_test suite_tests[] = {
    {"daemon_of_its_own", daemon_of_its_own},
    {"daemon_without_environment", daemon_without_environment},
    {"child_in_a_group_of_its_own", child_in_a_group_of_its_own},
    {"limits", limits},
    {"ignores_signals", ignores_signals},
    {"writes_into_the_sources", writes_into_the_sources},
    {"removes_its_temporary_directory", removes_its_temporary_directory},
    {"leaves_files_in_its_temporary_directory", leaves_files_in_its_temporary_directory},
    {"removes_its_working_directory", removes_its_working_directory},
    {"changes_to_the_root", changes_to_the_root},
    {"closes_its_output", closes_its_output},
    {"clears_the_environment", clears_the_environment},
    {"runs_after_all_that", runs_after_all_that},
    {NULL, NULL},
};
