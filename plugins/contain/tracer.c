/*
 * Runs a suite and breaks its workers. Usage: tracer SETTINGS PROGRAM [ARGUMENT...]
 *
 * All processes of the suite are traced, workers from system call to system call: what a worker reads from another process is a
 * request, what it writes an answer. So a worker may be written in any language, and needs no change. A fault strikes when the
 * worker has read the nth request of a test. What the parent makes of it is told in the journal: whether it goes on, whether
 * another request is read, and what remains when it ends.
 *
 * Whether the parent hangs is told by states, not by a clock alone: only time in which all its threads wait counts, so that a
 * machine that has no time for it changes nothing.
 */
#define _GNU_SOURCE
#include "calls.h"
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

enum { LOOK_MS = 50, SETTLE_MS = 300 };

static const char *log_path;
static int root_status;
static bool root_gone, killed_all;

/* A process is gone. */
static void ended(struct process *p, int status) {
  follow();
  p->dead = true;
  for (int i = 0; i < fault_count; i++) {
    struct fault *f = &faults[i];
    if (f->worker == p->pid && f->state == BROKEN) f->state = GONE;
  }
  if (p->pid != root) return;
  root_gone = true;
  root_status = status;
}

static void kill_all(void) {
  killed_all = true;
  for (int i = 0; i < PROCESSES; i++)
    if (processes[i].used && !processes[i].dead) kill(processes[i].pid, SIGKILL);
}

/* A look at a parent whose worker is broken: if it only waits for longer than it may, it hangs. */
static void look_at(struct fault *f, long ms) {
  if (f->state != BROKEN && f->state != GONE) return;
  if (all_wait(f->state == BROKEN && f->kind == HANG ? f->worker : 0)) f->idle += ms;
  if (f->idle <= f->patience) return;
  f->idle = 0;
  if (f->hung) {
    note("stuck\t%s\t%ld", f->test, f->n);
    kill_all();
    return;
  }
  f->hung = true;
  note("hung\t%s\t%ld\t%ld", f->test, f->n, f->patience);
  /* As its operator would do. The tests behind it can go on then. */
  if (f->state == BROKEN) kill(f->worker, SIGKILL);
}

/* Workers that outlive the suite, once nothing that remains does anything but wait. */
static void leave(void) {
  for (int i = 0; i < PROCESSES; i++) {
    struct process *p = &processes[i];
    char command[512];
    if (!p->used || p->dead || !p->worker) continue;
    command_of(p->pid, command, sizeof command);
    note("left\t%s\t%ld\tprocess\t%d\t%s", p->fault ? p->fault->test : p->test, p->fault ? p->fault->n : 0L, p->pid, command);
  }
  kill_all();
}

/* Threads of a process that ends are told one by one; the last one, or its leader, is the process. */
static void gone(pid_t tid, int status) {
  for (int i = 0; i < TASKS; i++)
    if (tasks[i].used && tasks[i].tid == tid) {
      struct process *p = tasks[i].of;
      tasks[i].used = false;
      if (p->pid == tid && !p->dead) ended(p, status);
    }
}

static void stopped(pid_t tid, int status) {
  struct task *t = task_of(tid);
  int signal = WSTOPSIG(status), event = status >> 16;
  if (killed_all) kill(tid, SIGKILL);
  if (!t) {
    ptrace(PTRACE_CONT, tid, 0, 0);
    return;
  }
  if (event == PTRACE_EVENT_STOP && (signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU)) {
    ptrace(PTRACE_LISTEN, tid, 0, 0);
    return;
  }
  if (event == PTRACE_EVENT_EXEC) started(t->of);
  if (signal == (SIGTRAP | 0x80)) at_system_call(t);
  resume(t, event || signal == (SIGTRAP | 0x80) ? 0 : signal);
}

static void on_alarm(int signal) { (void)signal; }

static void watch(void) {
  long quiet = 0;
  for (;;) {
    int status;
    pid_t tid = waitpid(-1, &status, __WALL);
    if (tid < 0 && errno == ECHILD) return;
    if (tid > 0 && WIFSTOPPED(status)) stopped(tid, status);
    else if (tid > 0) gone(tid, status);
    /* Time in which we do not get to look is not time in which they wait. */
    static struct timespec last;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long ms = (now.tv_sec - last.tv_sec) * 1000 + (now.tv_nsec - last.tv_nsec) / 1000000;
    if (ms < LOOK_MS) continue;
    last = now;
    if (killed_all) continue;
    if (root_gone) {
      quiet = all_wait(0) ? quiet + LOOK_MS : 0;
      if (quiet >= SETTLE_MS) leave();
      continue;
    }
    follow();
    for (int i = 0; i < fault_count; i++) look_at(&faults[i], LOOK_MS);
  }
}

static bool settle(const char *path) {
  static char line[4 * KEY];
  FILE *f = fopen(path, "re");
  if (!f) return false;
  pattern = "";
  while (fgets(line, sizeof line, f)) {
    line[strcspn(line, "\n")] = 0;
    char *value = strchr(line, '\t');
    if (!value) continue;
    *value++ = 0;
    if (strcmp(line, "log") == 0) log_path = strdup(value);
    else if (strcmp(line, "worker") == 0) pattern = strdup(value);
    else if (strcmp(line, "fault") == 0 && fault_count < FAULTS) {
      struct fault *x = &faults[fault_count];
      char *n = strchr(value, '\t'), *kind = n ? strchr(n + 1, '\t') : NULL, *patience = kind ? strchr(kind + 1, '\t') : NULL;
      char *more = patience ? strchr(patience + 1, '\t') : NULL;
      if (!more || n - value >= KEY) continue;
      *n++ = *kind++ = *patience++ = *more++ = 0;
      x->more = atol(more);
      strcpy(x->test, value);
      x->n = atol(n);
      x->patience = atol(patience);
      for (x->kind = SEGV; x->kind < KINDS && strcmp(kind, KIND_NAMES[x->kind]) != 0;) x->kind++;
      if (x->kind < KINDS) fault_count++;
    }
  }
  fclose(f);
  return log_path != NULL;
}

static int fail(const char *what) {
  if (journal) fprintf(journal, "ffi-gates guard contain: failed: %s: %s\n", what, strerror(errno));
  else fprintf(stderr, "ffi-gates guard contain: failed: %s: %s\n", what, strerror(errno));
  return 125;
}

int main(int argc, char **argv) {
  if (argc < 3 || !settle(argv[1])) return fail("the settings cannot be read");
  char path[4096];
  snprintf(path, sizeof path, "%s.%d.log", log_path, getpid());
  journal = fopen(path, "ae");
  if (!journal) return fail("the journal cannot be written");
  /* Workers that crash on purpose need no cores. */
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  descriptors_of(getpid(), note_outside, NULL);
  int gate[2];
  if (pipe(gate) != 0) return fail("no pipe");
  root = fork();
  if (root == 0) {
    char byte;
    close(gate[1]);
    if (read(gate[0], &byte, 1) != 1) _exit(125);
    close(gate[0]);
    execvp(argv[2], argv + 2);
    _exit(127);
  }
  close(gate[0]);
  long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
                 PTRACE_O_EXITKILL;
  if (root < 0 || ptrace(PTRACE_SEIZE, root, 0, (void *)options) != 0) return fail("processes cannot be traced here");
  if (write(gate[1], "x", 1) != 1) return fail("the program cannot be started");
  close(gate[1]);
  sigaction(SIGALRM, &(struct sigaction){.sa_handler = on_alarm}, NULL);
  setitimer(ITIMER_REAL, &(struct itimerval){{0, LOOK_MS * 1000}, {0, LOOK_MS * 1000}}, NULL);
  watch();
  for (int i = 0; i < memory_count; i++)
    if (is_left(&memories[i])) note("left\t%s\t0\tmemory\t0\t%s", memories[i].test, memories[i].name);
  fprintf(journal, "ffi-gates guard contain: done, %ld requests\n", requests);
  fclose(journal);
  if (WIFEXITED(root_status)) return WEXITSTATUS(root_status);
  sigset_t all;
  sigemptyset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  signal(WTERMSIG(root_status), SIG_DFL);
  kill(getpid(), WTERMSIG(root_status));
  return 128 + WTERMSIG(root_status);
}
