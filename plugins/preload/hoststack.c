/*
 * Behind each report of a sanitizer: the host's stack of the thread that called, in the report's own log.
 *
 *     SUMMARY: AddressSanitizer: heap-buffer-overflow a.c:5 in fill
 *     HOST STACK (python) of this thread:
 *         #0 fill in /p/binding.py:12
 *     END OF HOST STACK
 *
 * Behind it, for a block that ASan reports, the lines that allocated and freed it (`hostblocks.h`), and behind a report
 * of leaks the lines that allocated them (`hostleaks.h`).
 *
 * The library comes before the sanitizer's runtime in LD_PRELOAD and overrides `__sanitizer_report_error_summary`, which is made
 * to be overridden (sanitizer/common_interface_defs.h) and which all runtimes call last, on the thread that reports. The report is
 * complete by then: whatever happens here costs these lines and nothing else. A host that does not answer in time is left.
 *
 * FFI_GATES_HOST_STACK names the host: python, jvm, mono, node. Read by src/parsers/guards/host-stack.ts.
 */
#define _GNU_SOURCE
#include "hostwalk.h"
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Real-time signals that neither glibc nor a host uses: CPython's dumper is registered for the first. */
#define PYTHON_SIGNAL 61
#define DEADLINE_SIGNAL 62
#define DEADLINE_SECONDS 5
/* Descriptors of the tests begin low. */
#define HIGH_FD 200

typedef void printer(const char *line);

static printer *print;
/* Where lines go that belong to no report of the sanitizer. */
static printer *instead;
/* Who else takes the frames: another library of the tool that asks (`ffi_gates_host_frames`). */
static __thread void (*taker)(const char *function, const char *file, int line);
static __thread int busy;
static __thread int frames;
/* A host that once did not answer is not asked again. */
static volatile int given_up;
static __thread sigjmp_buf out_of_time;

/* ---- Output ---- */

/* One line into the report's own log, at its place, by the runtime's own printer. */
static void say(const char *line) {
  if (instead != NULL) instead(line);
  else if (print != NULL) print(line);
}

static const struct host {
  const char *name;
  int (*walk)(int most);
} * host;

#ifdef HOST_STACK_PYTHON
#include "hostcalls.h"
#endif
#include "hostleaks.h"

int host_knows(uint64_t code, uint64_t place) { return noting != NULL && note_place(noting, code, place); }

void host_moved(void) {}

void host_frame(const char *function, const char *file, int line, int column) {
  char text[1400];
  (void)column;
  if (noting != NULL) {
    name_place(noting, "", function, file, line);
    return;
  }
  if (frames >= HOST_FRAMES) return;
  if (taker != NULL) {
    frames++;
    taker(function, file, line);
    return;
  }
  if (file != NULL && line > 0)
    snprintf(text, sizeof text, "    #%d %.500s in %.800s:%d", frames, function, file, line);
  else
    snprintf(text, sizeof text, "    #%d %.500s", frames, function);
  frames++;
  say(text);
}

/* ---- CPython: the dumper of faulthandler, which needs no lock and is safe in a signal handler ---- */

static int dump_fd = -1;

static void python_line(char *line) {
  /* `  File "a.py", line 3 in f` (Python/traceback.c) */
  char *file = strstr(line, "File \""), *at, *in;
  if (file == NULL) return;
  file += 6;
  at = strstr(file, "\", line ");
  if (at == NULL) return;
  *at = 0;
  at += 8;
  in = strstr(at, " in ");
  host_frame(in == NULL ? "<unknown>" : in + 4, file, atoi(at), 0);
}

static int frames_of_python(int most) {
  static char text[1 << 16];
  struct sigaction now;
  ssize_t size;
  char *rest;
  (void)most;
  if (dump_fd < 0 || sigaction(PYTHON_SIGNAL, NULL, &now) != 0) return 0;
  if (now.sa_handler == SIG_DFL || now.sa_handler == SIG_IGN) return 0;
  if (ftruncate(dump_fd, 0) != 0 || lseek(dump_fd, 0, SEEK_SET) != 0) return 0;
  now.sa_handler(PYTHON_SIGNAL);
  size = pread(dump_fd, text, sizeof text - 1, 0);
  if (size <= 0) return 0;
  text[size] = 0;
  for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) python_line(line);
  return 1;
}

/* ---- The report ---- */

static const struct host hosts[] = {
    {"python", frames_of_python},
#ifdef HOST_STACK_JVM
    {"jvm", frames_of_jvm},
#endif
    {"mono", frames_of_mono},
#ifdef HOST_STACK_NODE
    {"node", host_frames_of_node},
#endif
};

static void too_late(int signal) {
  (void)signal;
  if (busy) siglongjmp(out_of_time, 1);
}

/* A timer of this thread alone. False if there is none to be had. */
static int start_deadline(timer_t *timer) {
  struct sigaction act;
  struct sigevent event;
  const struct itimerspec once = {{0, 0}, {DEADLINE_SECONDS, 0}};
  memset(&act, 0, sizeof act);
  act.sa_handler = too_late;
  memset(&event, 0, sizeof event);
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = DEADLINE_SIGNAL;
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif
  event.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
  if (sigaction(DEADLINE_SIGNAL, &act, NULL) != 0 || timer_create(CLOCK_MONOTONIC, &event, timer) != 0) return 0;
  return timer_settime(*timer, 0, &once, NULL) == 0;
}

/* Asks the host for the frames of this thread: why there are none, or NULL. */
static const char *ask_host(void) {
  const char *volatile lacks = NULL;
  timer_t timer;
  if (!start_deadline(&timer)) return "the host was not asked";
  busy = 1;
  frames = 0;
  if (sigsetjmp(out_of_time, 1) == 0) {
    if (!host->walk(HOST_FRAMES) || frames == 0) lacks = "this thread runs no code of the host";
  } else {
    given_up = 1;
    lacks = "the host did not answer";
  }
  timer_delete(timer);
  busy = 0;
  return lacks;
}

static void say_host_stack(const char *whose) {
  char line[100];
  if (host == NULL || given_up || busy) return;
  snprintf(line, sizeof line, "HOST STACK (%s) %s:", host->name, whose);
  say(line);
  const char *lacks = ask_host();
  if (lacks != NULL) {
    snprintf(line, sizeof line, "    (%s)", lacks);
    say(line);
  }
  say("END OF HOST STACK");
}

#include "hostfaults.h"

/* For other libraries of the tool: the frames of this thread, innermost first. False if there are none. */
int ffi_gates_host_frames(void (*take)(const char *function, const char *file, int line)) {
  if (host == NULL || given_up || busy) return 0;
  taker = take;
  const char *lacks = ask_host();
  taker = NULL;
  return lacks == NULL;
}

/* The lines of a call of the allocator: a host that does not answer in time has none. */
static int ask_for_block(int most) {
  timer_t timer;
  volatile int answered = 0;
  if (host == NULL || given_up || busy || !start_deadline(&timer)) return 0;
  busy = 1;
  if (sigsetjmp(out_of_time, 1) == 0) answered = host->walk(most);
  else given_up = 1;
  timer_delete(timer);
  busy = 0;
  return answered;
}

void __sanitizer_report_error_summary(const char *summary) {
  if (print == NULL) *(void **)&print = dlsym(RTLD_NEXT, "__sanitizer_report_error_summary");
  if (print == NULL) return;
  print(summary);
  /* Leaks are reported when the host has ended. */
  const int is_leaks = strstr(summary, " leaked in ") != NULL;
  if (!is_leaks) say_host_stack("of this thread");
  if (is_leaks) say_leaks();
  else say_block();
}

/* ---- Beginning ---- */

/* A file in memory. Under the same number in a forked process, which has a file of its own. */
static int open_memory(const char *name, int number) {
  int made = memfd_create(name, MFD_CLOEXEC), high;
  if (made < 0) return number;
  if (number >= 0) {
    dup3(made, number, O_CLOEXEC);
    close(made);
    return number;
  }
  high = fcntl(made, F_DUPFD_CLOEXEC, HIGH_FD);
  if (high >= 0) close(made);
  return high >= 0 ? high : made;
}

static int is_python(void) { return host->walk == frames_of_python; }

static void open_files(void) {
  if (is_python()) dump_fd = open_memory("ffi-gates-host-stack", dump_fd);
  if (notes_all || asks_anywhere) map_tests(open_memory("ffi-gates-test", test_fd));
}

static void tell_number(const char *variable, int fd) {
  char number[16];
  snprintf(number, sizeof number, "%d", fd);
  setenv(variable, number, 1);
}

/* Shells have a `getenv` of their own, which knows nothing yet. */
static const char *variable(const char *name) {
  const size_t length = strlen(name);
  for (char **at = environ; at != NULL && *at != NULL; at++)
    if (strncmp(*at, name, length) == 0 && (*at)[length] == '=') return *at + length + 1;
  return NULL;
}

__attribute__((constructor)) static void begin(void) {
  const char *wanted = variable("FFI_GATES_HOST_STACK");
  for (size_t i = 0; wanted != NULL && i < sizeof hosts / sizeof *hosts; i++)
    if (strcmp(hosts[i].name, wanted) == 0) host = &hosts[i];
  if (host == NULL) return;
#ifdef HOST_STACK_PYTHON
  asks_anywhere = is_python();
  if (asks_anywhere) walk_block = host_frames_of_python;
#endif
  if (!is_python()) walk_block = ask_for_block;
  notes_all = walk_block != NULL && variable("FFI_GATES_HOST_BLOCKS") != NULL;
  wants_blocks = asks_anywhere && !notes_all;
  open_files();
  if (dump_fd >= 0) tell_number("FFI_GATES_HOST_STACK_FD", dump_fd);
  if (test_fd >= 0) tell_number("FFI_GATES_HOST_STACK_TEST_FD", test_fd);
  if (is_python() || notes_all) pthread_atfork(NULL, NULL, open_files);
  if (notes_all) begin_blocks();
}
