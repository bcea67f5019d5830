/* The calls of workers: which read a request, which write an answer, and where a fault strikes. */
#ifndef FFI_GATES_CALLS_H
#define FFI_GATES_CALLS_H
#include "inject.h"
#include "progress.h"

static long requests;

static struct process *process_of(pid_t pid) {
  struct process *free_one = NULL;
  for (int i = 0; i < PROCESSES; i++) {
    if (processes[i].used && processes[i].pid == pid && !processes[i].dead) return &processes[i];
    /* One that broke is remembered: its parent may never wait for it. */
    bool over = !processes[i].used || (processes[i].dead && !processes[i].fault);
    if (over && !free_one) free_one = &processes[i];
  }
  if (!free_one) return NULL;
  memset(free_one, 0, sizeof *free_one);
  free_one->used = true;
  free_one->pid = pid;
  free_one->parent = (pid_t)status_of(pid, "PPid:");
  free_one->forked = true;
  free_one->born = struck;
  free_one->worker = is_worker(pid);
  if (free_one->worker) descriptors_of(pid, inherit, free_one);
  return free_one;
}

static struct task *task_of(pid_t tid) {
  struct task *free_one = NULL;
  for (int i = 0; i < TASKS; i++) {
    if (tasks[i].used && tasks[i].tid == tid) return &tasks[i];
    if (!tasks[i].used && !free_one) free_one = &tasks[i];
  }
  pid_t pid = (pid_t)status_of(tid, "Tgid:");
  if (!free_one || pid == 0) return NULL;
  memset(free_one, 0, sizeof *free_one);
  free_one->of = process_of(pid);
  if (!free_one->of) return NULL;
  free_one->used = true;
  free_one->tid = tid;
  return free_one;
}

static void resume(struct task *t, int signal) {
  ptrace(t->of->worker ? PTRACE_SYSCALL : PTRACE_CONT, t->tid, 0, (void *)(intptr_t)signal);
}

/* A program was started in a process: what it has open now is what it was given. */
static void started(struct process *p) {
  p->forked = false;
  p->worker = is_worker(p->pid);
  p->channel_count = p->talked_count = 0;
  p->open = false;
  if (p->worker) descriptors_of(p->pid, inherit, p);
}

static long request_of(const char *test) {
  enum { TESTS = 4096 };
  static struct { uint64_t key; long n; } counts[TESTS];
  uint64_t key = 1469598103934665603u;
  for (const char *c = test; *c; c++) key = (key ^ (unsigned char)*c) * 1099511628211u;
  for (size_t i = 0; i < TESTS; i++) {
    long *n = &counts[(key + i) % TESTS].n;
    if (*n == 0) counts[(key + i) % TESTS].key = key;
    if (counts[(key + i) % TESTS].key == key) return ++*n;
  }
  return 0;
}

static void break_worker(struct fault *f, struct task *t) {
  struct process *p = t->of;
  char command[512];
  command_of(p->pid, command, sizeof command);
  f->worker = p->pid;
  f->parent = (pid_t)status_of(p->pid, "PPid:");
  ends_of(p, f);
  remember_memory(f->parent, f->test);
  p->fault = f;
  f->state = BROKEN;
  f->order = struck++;
  bool done = inject(f, t);
  note("%s\t%s\t%ld\t%s\t%ld\t%s", done ? "broke" : "unbroken", f->test, f->n, KIND_NAMES[f->kind], f->more, command);
}

static void count_end(pid_t pid, int fd, void *with) {
  struct fault *f = with;
  char link[LINK];
  if (channel_at(pid, fd, link) && among(f->channels, f->channel_count, link)) f->held++;
}

/*
 * A worker that was started later reads a request: the parent knows that the other one is gone. What it still has of it then, it
 * keeps.
 */
static void holds(struct fault *f) {
  char path[64], text[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", f->worker);
  slurp(path, text, sizeof text);
  char *at = strrchr(text, ')');
  bool zombie = at && at[2] == 'Z' && status_of(f->worker, "PPid:") == f->parent;
  f->held = 0;
  descriptors_of(f->parent, count_end, f);
  note("holds\t%s\t%ld\t%d\t%d", f->test, f->n, zombie, f->held);
}

/* A worker has read from a channel. What follows an answer is another request. */
static void has_read(struct task *t) {
  struct process *p = t->of;
  if (p->open) return;
  follow();
  p->open = true;
  strcpy(p->test, current);
  requests++;
  long n = request_of(current);
  note("request\t%s\t%ld\t%d", current, n, p->pid);
  remember_memory(p->pid, current);
  for (int i = 0; i < fault_count; i++) {
    struct fault *f = &faults[i];
    if (strcmp(f->test, current) != 0) continue;
    if (f->state == WAITING && n == f->n) break_worker(f, t);
    else if (f->state == GONE && f->kind != GARBAGE && p->born > f->order) holds(f);
  }
}

/* The channel that a call uses, if it is one of the worker's. */
static bool uses_channel(struct task *t) {
  char link[LINK];
  struct process *p = t->of;
  int fd = (int)t->args[0];
  if (!channel_at(p->pid, fd, link)) return false;
  if (!among(p->channels, p->channel_count, link)) return false;
  if (writes(t->nr) && fd == STDERR_FILENO) return false;
  add_channel(p->talked, &p->talked_count, link);
  return true;
}

static void enters(struct task *t) {
  struct fault *f = t->of->fault;
  if (t->closing_count > 0 && steal(t)) return;
  if (!writes(t->nr) || !uses_channel(t)) return;
  if (f && f->kind == GARBAGE && f->state == BROKEN && f->worker == t->of->pid) {
    if (!garble(t)) note("unbroken\t%s\t%ld\t%s\t%ld\t", f->test, f->n, KIND_NAMES[f->kind], f->more);
    f->state = GONE;
  }
}

static void leaves(struct task *t, int64_t result) {
  char link[LINK];
  struct process *p = t->of;
  if (t->stolen) {
    give_back(t);
    return;
  }
  if (t->saved) ungarble(t);
  if (result > 0 && reads(t->nr) && uses_channel(t)) has_read(t);
  else if (result > 0 && writes(t->nr) && uses_channel(t)) p->open = false;
  else if (result >= 0 && accepts(t->nr) && channel_at(p->pid, (int)result, link))
    add_channel(p->channels, &p->channel_count, link);
  else if ((result == 0 || result == -EINPROGRESS) && t->nr == SYS_connect && channel_at(p->pid, (int)t->args[0], link))
    add_channel(p->channels, &p->channel_count, link);
}

static void at_system_call(struct task *t) {
  struct __ptrace_syscall_info i;
  if (ptrace(PTRACE_GET_SYSCALL_INFO, t->tid, (void *)sizeof i, &i) <= 0) return;
  if (i.op == PTRACE_SYSCALL_INFO_ENTRY) {
    t->inside = true;
    t->nr = (int64_t)i.entry.nr;
    memcpy(t->args, i.entry.args, sizeof t->args);
    enters(t);
  } else if (i.op == PTRACE_SYSCALL_INFO_EXIT && t->inside) {
    t->inside = false;
    leaves(t, i.exit.rval);
  }
}
#endif
