/*
 * mono takes faults for itself, prints its stack without lines, and may die of that. So its lines are printed before it is told of a
 * fault in native code:
 *
 *     HOST STACK (mono) of the thread that crashes:
 *         #0 Host:Call in /p/Host.cs:12
 *     END OF HOST STACK
 *
 * Read by src/parsers/dotnet/mono.ts. Its handlers are found as they are installed.
 */
#ifndef FFI_GATES_HOSTFAULTS_H
#define FFI_GATES_HOSTFAULTS_H
#include <link.h>
#include <signal.h>
#include <ucontext.h>

static struct sigaction of_mono[65];

/* An address in a library. */
static int is_library(struct dl_phdr_info *object, size_t size, void *wanted) {
  (void)size;
  if (object->dlpi_name[0] == 0) return 0;
  for (int k = 0; k < object->dlpi_phnum; k++) {
    const ElfW(Phdr) *p = &object->dlpi_phdr[k];
    if (p->p_type == PT_LOAD && p->p_flags & PF_X && (uintptr_t)wanted - object->dlpi_addr - p->p_vaddr < p->p_memsz) return 1;
  }
  return 0;
}

/* In what it compiled itself, mono makes an exception of a fault; anything else is the end, also code of a delegate that is gone. */
static int is_crash(uintptr_t pc) {
  void *(*code_at)(void *, void *), *(*domain)(void);
  volatile int is = 0;
  if (dl_iterate_phdr(is_library, (void *)pc)) return 1;
  *(void **)&code_at = dlsym(RTLD_DEFAULT, "mono_jit_info_table_find");
  *(void **)&domain = dlsym(RTLD_DEFAULT, "mono_domain_get");
  if (code_at == NULL || domain == NULL) return 0;
  busy = 1;
  if (sigsetjmp(out_of_time, 1) == 0) is = domain() != NULL && code_at(domain(), (void *)pc) == NULL;
  busy = 0;
  return is;
}

static void to_errors(const char *line) {
  char text[1500];
  const int n = snprintf(text, sizeof text, "%.1490s\n", line);
  if (n > 0 && write(STDERR_FILENO, text, (size_t)n) < 0) return;
}

static void before_mono(int number, siginfo_t *info, void *context) {
  static volatile int told;
  const ucontext_t *u = context;
#if defined(__x86_64__)
  const uintptr_t pc = (uintptr_t)u->uc_mcontext.gregs[REG_RIP];
#else
  const uintptr_t pc = (uintptr_t)u->uc_mcontext.pc;
#endif
  /* The host crashed while it was asked. */
  if (busy) siglongjmp(out_of_time, 1);
  if (!told && !given_up) {
    sigset_t this, mask;
    sigemptyset(&this);
    sigaddset(&this, number);
    pthread_sigmask(SIG_UNBLOCK, &this, &mask);
    if (is_crash(pc)) {
      told = 1;
      instead = to_errors;
      say_host_stack("of the thread that crashes");
      instead = NULL;
    }
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
  }
  of_mono[number].sa_sigaction(number, info, context);
}

static int is_fault(int number) { return number == SIGSEGV || number == SIGBUS || number == SIGILL || number == SIGFPE; }

__attribute__((visibility("default"))) int sigaction(int number, const struct sigaction *now, struct sigaction *before) {
  static int (*real)(int, const struct sigaction *, struct sigaction *);
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "sigaction");
  if (real == NULL) return -1;
  if (host == NULL || host->walk != frames_of_mono || now == NULL || !is_fault(number) || !(now->sa_flags & SA_SIGINFO))
    return real(number, now, before);
  struct sigaction ours = *now;
  of_mono[number] = *now;
  ours.sa_sigaction = before_mono;
  const int done = real(number, &ours, before);
  if (before != NULL && before->sa_flags & SA_SIGINFO && before->sa_sigaction == before_mono) *before = of_mono[number];
  return done;
}

#endif
