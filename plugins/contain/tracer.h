/* What the tracer knows: processes, their threads, faults to inject. See tracer.c. */
#ifndef FFI_GATES_TRACER_H
#define FFI_GATES_TRACER_H
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

enum { KEY = 1024, LINK = 64, CHANNELS = 64, PROCESSES = 512, TASKS = 8192, FAULTS = 1024, MEMORIES = 256 };

enum fault_kind { SEGV, ABORT, MEMORY, HANG, GARBAGE, CLOSE, KINDS };
static const char *const KIND_NAMES[KINDS] = {"segv", "abort", "memory", "hang", "garbage", "close"};

/* A fault of this launch: the nth request that a worker reads while a test runs. */
struct fault {
  char test[KEY];
  /* Milliseconds for which the parent may wait, and requests that follow when nothing breaks. */
  long n, patience, more;
  enum fault_kind kind;
  enum { WAITING, BROKEN, GONE, ENDED } state;
  pid_t worker, parent;
  /* Which of the faults that struck it is. */
  int order;
  /* Ends of the worker's channels in its parent, as in /proc/PID/fd. */
  char channels[CHANNELS][LINK];
  int channel_count, held;
  long idle;
  bool hung;
};

struct process {
  pid_t pid, parent;
  bool used, worker, dead, forked;
  /* Faults that had struck when it began. */
  int born;
  /* It has read a request and not answered. */
  bool open;
  char test[KEY];
  /* What it inherited, accepted or connected, and what of it it used. */
  char channels[CHANNELS][LINK], talked[CHANNELS][LINK];
  int channel_count, talked_count;
  struct fault *fault;
};

/* A thread, and what is to be done at its next stops. */
struct task {
  pid_t tid;
  struct process *of;
  bool used, inside, syscalls;
  int64_t nr;
  uint64_t args[6];
  /* What stood where garbage was written. */
  uint64_t where;
  unsigned char *saved;
  size_t saved_bytes;
  /* Descriptors that are still to be closed, and the call that waits for it. */
  int closing[CHANNELS], closing_count;
  bool stolen;
  uint64_t kept[3];
};

/* A file or segment of shared memory that the workers or their parents had mapped. */
struct memory {
  char name[256], test[KEY];
  uint64_t inode;
};

static struct process processes[PROCESSES];
static struct task tasks[TASKS];
static struct fault faults[FAULTS];
static struct memory memories[MEMORIES];
static int fault_count, memory_count, struck;
static FILE *journal;
static pid_t root;
static const char *pattern;

static void note(const char *format, ...) {
  va_list args;
  va_start(args, format);
  fputs("ffi-gates guard contain: note: ", journal);
  vfprintf(journal, format, args);
  fputc('\n', journal);
  fflush(journal);
  va_end(args);
}
#endif
