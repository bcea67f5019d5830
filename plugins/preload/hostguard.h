/*
 * A call of a host that may crash or hang, made by code that must go on. The kernel is asked directly for signals: the runtime of
 * a sanitizer holds them back, and its own handlers would report a fault of the tool.
 */
#ifndef FFI_GATES_HOSTGUARD_H
#define FFI_GATES_HOSTGUARD_H
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define GUARD_SECONDS 5
/* A real-time signal that neither glibc nor a host uses. */
#define GUARD_SIGNAL 62

/* As the kernel has it (asm/signal.h). */
struct kernel_action {
  void (*handler)(int, siginfo_t *, void *);
  unsigned long flags;
#ifdef __x86_64__
  void (*restorer)(void);
#endif
  uint64_t mask;
};

/* A host that once crashed or did not answer is not asked again. */
static atomic_int given_up;
static __thread void *guard_return[5] __attribute__((tls_model("initial-exec")));
static __thread volatile int guard_on __attribute__((tls_model("initial-exec")));
static struct kernel_action before[65];

#ifdef __x86_64__
__attribute__((naked)) static void guard_restorer(void) { __asm__("mov $15, %eax\n\tsyscall"); }
#endif

static long set_action(int signal, const struct kernel_action *now, struct kernel_action *old) {
  return syscall(SYS_rt_sigaction, signal, now, old, sizeof now->mask);
}

/* Leaves the host if this thread is in it. Otherwise the signal is for whoever would have had it. */
static void guard_handler(int signal, siginfo_t *info, void *context) {
  if (guard_on) {
    guard_on = 0;
    given_up = 1;
    __builtin_longjmp(guard_return, 1);
  }
  if (signal == GUARD_SIGNAL) return;
  if (before[signal].handler != (void *)SIG_DFL && before[signal].handler != (void *)SIG_IGN)
    before[signal].handler(signal, info, context);
  else /* comes again, and has its usual end */
    set_action(signal, &before[signal], NULL);
}

static void install_guard(void) {
  static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, GUARD_SIGNAL};
  struct kernel_action now;
  memset(&now, 0, sizeof now);
  now.handler = guard_handler;
  now.flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
#ifdef __x86_64__
  now.flags |= 0x04000000; /* SA_RESTORER */
  now.restorer = guard_restorer;
#endif
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) set_action(signals[i], &now, &before[signals[i]]);
}

/* A timer of this thread alone. False if there is none to be had. */
static int start_guard(timer_t *timer) {
  const struct itimerspec once = {{0, 0}, {GUARD_SECONDS, 0}};
  struct sigevent event;
  memset(&event, 0, sizeof event);
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = GUARD_SIGNAL;
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif
  event.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
  return timer_create(CLOCK_MONOTONIC, &event, timer) == 0 && timer_settime(*timer, 0, &once, NULL) == 0;
}

/* The host's answer; false if it crashed, or did not answer in time. It must have set its own handlers of signals before. */
__attribute__((noinline)) static int guarded(int (*walk)(int most), int most) {
  static atomic_int installed;
  timer_t timer;
  volatile int answered = 0;
  if (given_up) return 0;
  if (!atomic_exchange(&installed, 1)) install_guard();
  if (!start_guard(&timer)) return 0;
  if (__builtin_setjmp(guard_return) == 0) {
    guard_on = 1;
    answered = walk(most);
    guard_on = 0;
  }
  timer_delete(timer);
  return answered;
}

#endif
