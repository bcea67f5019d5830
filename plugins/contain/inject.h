/* The faults, and how each is put into a worker that is stopped at a system call. */
#ifndef FFI_GATES_INJECT_H
#define FFI_GATES_INJECT_H
#include "processes.h"
#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>

enum { GARBAGE_BYTES = 1 << 16 };

static bool reads(int64_t nr) { return nr == SYS_read || nr == SYS_readv || nr == SYS_recvfrom || nr == SYS_recvmsg; }
static bool writes(int64_t nr) { return nr == SYS_write || nr == SYS_writev || nr == SYS_sendto || nr == SYS_sendmsg; }
static bool accepts(int64_t nr) {
#ifdef SYS_accept
  if (nr == SYS_accept) return true;
#endif
  return nr == SYS_accept4;
}

static bool peek(pid_t pid, uint64_t at, void *into, size_t size) {
  struct iovec here = {into, size}, there = {(void *)(uintptr_t)at, size};
  return process_vm_readv(pid, &here, 1, &there, 1, 0) == (ssize_t)size;
}

/* Also into pages that the process itself may only read. */
static bool poke(pid_t pid, uint64_t at, const void *from, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/mem", pid);
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  bool done = pwrite(fd, from, size, (off_t)at) == (ssize_t)size;
  close(fd);
  return done;
}

/* Where the bytes of a call that writes stand. */
static bool written(const struct task *t, uint64_t *at, uint64_t *size) {
  if (t->nr == SYS_write || t->nr == SYS_sendto) {
    *at = t->args[1];
    *size = t->args[2];
    return true;
  }
  uint64_t vector = t->args[1], message[4], first[2];
  if (t->nr == SYS_sendmsg) {
    if (!peek(t->tid, t->args[1], message, sizeof message)) return false;
    vector = message[2];
  }
  if (!peek(t->tid, vector, first, sizeof first)) return false;
  *at = first[0];
  *size = first[1];
  return true;
}

/*
 * Replaces what is about to be written by bytes that no protocol has: a length read from them is enormous, text is invalid. A line
 * stays a line, or its reader would wait, which is another fault. They are put back after the call.
 */
static bool garble(struct task *t) {
  uint64_t at, size;
  if (!written(t, &at, &size) || size == 0) return false;
  if (size > GARBAGE_BYTES) size = GARBAGE_BYTES;
  t->saved = malloc(size);
  unsigned char *bytes = malloc(size);
  bool done = t->saved && bytes && peek(t->tid, at, t->saved, size);
  uint32_t x = 0x9e3779b9;
  for (uint64_t i = 0; done && i < size; i++) {
    x ^= x << 13, x ^= x >> 17, x ^= x << 5;
    bytes[i] = t->saved[i] == '\n' ? '\n' : (unsigned char)(0x80 | x);
  }
  done = done && poke(t->tid, at, bytes, size);
  free(bytes);
  t->where = at;
  t->saved_bytes = size;
  if (!done) free(t->saved), t->saved = NULL;
  return done;
}

static void ungarble(struct task *t) {
  poke(t->tid, t->where, t->saved, t->saved_bytes);
  free(t->saved);
  t->saved = NULL;
}

static void to_close(pid_t pid, int fd, void *with) {
  struct task *t = with;
  char link[LINK];
  if (fd == STDERR_FILENO || t->closing_count == CHANNELS || !channel_at(pid, fd, link)) return;
  if (among(t->of->channels, t->of->channel_count, link)) t->closing[t->closing_count++] = fd;
}

/* Makes the thread close a channel instead of its next system call, which it makes again afterwards. */
static bool steal(struct task *t) {
#ifdef __x86_64__
  struct user_regs_struct r;
  if (ptrace(PTRACE_GETREGS, t->tid, 0, &r) != 0) return false;
  t->kept[0] = r.orig_rax, t->kept[1] = r.rdi;
  r.orig_rax = SYS_close;
  r.rdi = (unsigned long)t->closing[--t->closing_count];
  return t->stolen = ptrace(PTRACE_SETREGS, t->tid, 0, &r) == 0;
#else
  (void)t;
  return false;
#endif
}

static void give_back(struct task *t) {
#ifdef __x86_64__
  struct user_regs_struct r;
  if (ptrace(PTRACE_GETREGS, t->tid, 0, &r) == 0) {
    r.rax = t->kept[0], r.rdi = t->kept[1], r.rip -= 2;
    ptrace(PTRACE_SETREGS, t->tid, 0, &r);
  }
#endif
  t->stolen = false;
}

static bool can_close(void) {
#ifdef __x86_64__
  return true;
#else
  return false;
#endif
}

/* Puts the fault into the worker, which has just read the request. False if it cannot be. */
static bool inject(struct fault *f, struct task *t) {
  pid_t pid = t->of->pid;
  switch (f->kind) {
  case SEGV: return syscall(SYS_tgkill, pid, t->tid, SIGSEGV) == 0;
  case ABORT: return syscall(SYS_tgkill, pid, t->tid, SIGABRT) == 0;
  /* The kernel's way with a process that has taken too much. */
  case MEMORY: return kill(pid, SIGKILL) == 0;
  case HANG: return kill(pid, SIGSTOP) == 0;
  /* When it answers. */
  case GARBAGE: return true;
  case CLOSE:
    if (!can_close()) return false;
    descriptors_of(pid, to_close, t);
    return t->closing_count > 0;
  default: return false;
  }
}
#endif
