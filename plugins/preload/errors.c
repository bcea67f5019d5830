/*
 * Makes functions of the project report an error that did not happen, one call at a time: the function runs, and its caller gets
 * the result by which it says that it failed. What the caller does then is seen by its tests. Calls are led here where one object
 * of the project calls into another (objects.h), and where a host looks a function up by its name (`dlsym`).
 *
 *   FFI_GATES_ERRORS        directory of the logs
 *   FFI_GATES_ERRORS_OF     NAME=HOW, separated by ',': how each function says that it failed
 *   FFI_GATES_OWN           the project's code (own.h)
 *   FFI_GATES_FAIL          keys of calls, separated by ',': the first call of each in a process fails, at most one in each of them.
 *                           Without it calls are only listed.
 *
 * The lines are those of failing.c. A call is told by the function and by who calls it: the frames of objects, and of Python.
 */
#include "guard-log.h"
#include "objects.h"
#include "python-frames.h"
#include <errno.h>
#include <stdint.h>

#if !defined(__x86_64__)
#error "calls are led through machine code of x86-64"
#endif

#define FUNCTIONS 256
#define KEYS 4096
/* Lines of one call's key: it may be made by many tests, of which each is to have it. */
#define LISTED 4096
#define FRAMES 24
/* Of these tell a call. Those behind them differ where a framework runs one test and where it runs all. */
#define TELLING 2

enum how { NEGATIVE, NULL_POINTER, NONZERO, ZERO, ERRNO };
static const char *const HOWS[] = {"negative", "null", "nonzero", "zero", "errno"};

static struct function {
  char name[128];
  enum how how;
} functions[FUNCTIONS];
static int function_count;
/* What the machine code jumps to. */
void *ffi_gates_real[FUNCTIONS] __attribute__((visibility("hidden")));
extern char ffi_gates_thunks[] __attribute__((visibility("hidden")));
#define THUNK_SIZE 16

static uint64_t keys[KEYS];
static int key_count;
static _Atomic int failed_here;
static _Atomic unsigned seen_calls;
static int watching;

/* ---- calls ---- */

typedef struct {
  uint64_t key;
  log_text places;
} caller;

/* Who calls: frames of files, as far as they can be unwound, and the lines of Python. */
static void locate(caller *out, const struct function *f, void *real) {
  void *frames[FRAMES];
  Dl_info self, info;
  out->places.length = 0;
  out->key = hashed(0xcbf29ce484222325u, f->name, strlen(f->name));
  if (dladdr(real, &info) && info.dli_fname)
    log_add(&out->places, "\t%s+0x%zx", info.dli_fname, (size_t)((char *)real - (char *)info.dli_fbase));
  if (!dladdr((void *)locate, &self)) return;
  const int count = backtrace(frames, FRAMES);
  int told = 0;
  for (int i = 0; i < count; i++) {
    char *at = (char *)frames[i] - 1;
    if (!dladdr(at, &info) || info.dli_fname == NULL) break;
    if (info.dli_fbase == self.dli_fbase) continue;
    const ElfW(Ehdr) *header = info.dli_fbase;
    const size_t offset = (size_t)(at - (header->e_type == ET_EXEC ? NULL : (char *)info.dli_fbase));
    const ElfW(Phdr) *parts = (const void *)((const char *)info.dli_fbase + header->e_phoff);
    const uint64_t identity = identity_of(parts, header->e_phnum, header->e_type == ET_EXEC ? 0 : (uintptr_t)info.dli_fbase, info.dli_fname);
    if (told++ < TELLING) out->key = hashed(hashed(out->key, &identity, sizeof identity), &offset, sizeof offset);
    log_add(&out->places, "\t%s+0x%zx", info.dli_fname, offset);
  }
  char python[2048];
  const size_t length = python_frames(python, sizeof python);
  out->key = hashed(out->key, python, length);
  /* `file:line function`, one a line. */
  for (char *line = strtok(python, "\n"); length > 0 && line != NULL; line = strtok(NULL, "\n"))
    log_add(&out->places, "\t%s", line);
}

static void tell(const char *word, const caller *who, const struct function *f) {
  static log_text line;
  line.length = 0;
  log_add(&line, "ffi-gates guard errors: note: %s %016llx\t%s", word, (unsigned long long)who->key, f->name);
  log_add(&line, "%s\n", who->places.text);
  log_write(line.text, line.length);
}

static int has_failed(enum how how, uint64_t result) {
  switch (how) {
    case NEGATIVE:
    case ERRNO: return (int32_t)result < 0;
    case NULL_POINTER: return result == 0;
    case NONZERO: return (int32_t)result != 0;
    case ZERO: return (int32_t)result == 0;
  }
  return 1;
}

static uint64_t failure_of(enum how how) {
  if (how == NEGATIVE || how == ERRNO) return UINT64_MAX;
  return how == NONZERO ? 1 : 0;
}

/* Few keys are listed more than once, and all of them by few tests. */
static int listed_enough(uint64_t key) {
  static struct {
    uint64_t key;
    unsigned times;
  } known[1 << 14];
  const size_t slots = sizeof known / sizeof *known;
  for (size_t i = 0; i < slots; i++) {
    const size_t slot = (key + i) % slots;
    if (known[slot].times > 0 && known[slot].key != key) continue;
    known[slot].key = key;
    return ++known[slot].times > LISTED;
  }
  return 1;
}

/* Called by the machine code when a function has returned. What its caller gets. */
__attribute__((visibility("hidden"), used)) uint64_t ffi_gates_returned(int index, uint64_t result) {
  const struct function *f = &functions[index];
  if (!watching || has_failed(f->how, result) || (key_count > 0 && failed_here)) return result;
  const int saved = errno;
  static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
  static caller who;
  int fails = 0;
  pthread_mutex_lock(&one);
  locate(&who, f, ffi_gates_real[index]);
  for (int i = 0; i < key_count && !fails; i++) fails = keys[i] == who.key;
  if (fails) {
    failed_here = 1;
    tell("failed", &who, f);
  } else if (key_count == 0) {
    if (seen_calls++ == 0) {
      /* Not every host ends its processes in a way that one notices. */
      static const char first[] = "ffi-gates guard errors: note: watched 1 call\n";
      log_write(first, sizeof first - 1);
    }
    if (!listed_enough(who.key)) tell("site", &who, f);
  }
  pthread_mutex_unlock(&one);
  errno = fails && f->how == ERRNO ? EIO : saved;
  return fails ? failure_of(f->how) : result;
}

/*
 * One entry for each function, of THUNK_SIZE bytes; then what they have in common. The function is called with a copy of what its
 * caller put onto the stack (512 bytes, which are more than any list of arguments), so that it can return here.
 */
__asm__(
    ".text\n.p2align 4\n.hidden ffi_gates_thunks\n.globl ffi_gates_thunks\nffi_gates_thunks:\n"
    ".set ffi_gates_index, 0\n.rept 256\n.p2align 4\n  endbr64\n  movl $ffi_gates_index, %r11d\n  jmp ffi_gates_call\n.set ffi_gates_index, ffi_gates_index + 1\n.endr\n"
    ".p2align 4\n.type ffi_gates_call, @function\nffi_gates_call:\n"
    "  .cfi_startproc\n  pushq %rbp\n  .cfi_def_cfa_offset 16\n  .cfi_offset %rbp, -16\n"
    "  movq %rsp, %rbp\n  .cfi_def_cfa_register %rbp\n"
    "  pushq %rbx\n  .cfi_offset %rbx, -24\n  movl %r11d, %ebx\n"
    "  subq $520, %rsp\n  pushq %rsi\n  pushq %rdi\n  pushq %rcx\n"
    "  leaq 24(%rsp), %rdi\n  leaq 16(%rbp), %rsi\n  movl $64, %ecx\n  cld\n  rep movsq\n"
    "  popq %rcx\n  popq %rdi\n  popq %rsi\n"
    "  leaq ffi_gates_real(%rip), %r11\n  movq (%r11,%rbx,8), %r11\n  call *%r11\n"
    "  subq $48, %rsp\n  movq %rdx, (%rsp)\n  movups %xmm0, 16(%rsp)\n  movups %xmm1, 32(%rsp)\n"
    "  movl %ebx, %edi\n  movq %rax, %rsi\n  call ffi_gates_returned\n"
    "  movq (%rsp), %rdx\n  movups 16(%rsp), %xmm0\n  movups 32(%rsp), %xmm1\n"
    "  movq -8(%rbp), %rbx\n  leave\n  .cfi_def_cfa %rsp, 8\n  ret\n  .cfi_endproc\n"
    ".size ffi_gates_call, . - ffi_gates_call\n");

/* ---- functions ---- */

static int index_of(const char *name) {
  for (int i = 0; i < function_count; i++)
    if (strcmp(functions[i].name, name) == 0) return i;
  return -1;
}

static void *lead(int index, void *real) {
  ffi_gates_real[index] = real;
  return ffi_gates_thunks + index * THUNK_SIZE;
}

/* Where one of the project's objects defines the function. */
static void *defined(const char *name) {
  for (int i = 0; i < object_count; i++) {
    void *handle = dlopen(objects[i].name, RTLD_LAZY | RTLD_NOLOAD);
    void *at = handle ? dlsym(handle, name) : NULL;
    if (handle) dlclose(handle);
    if (at != NULL && object_of((uintptr_t)at) == &objects[i]) return at;
  }
  return NULL;
}

/* Calls within the object that defines the function are its own affair. */
static void *instead(const char *name) {
  const int index = index_of(name);
  void *real = index < 0 ? NULL : defined(name);
  if (real == NULL || object_of((uintptr_t)real)->base == objects_looked_at->l_addr) return NULL;
  return lead(index, real);
}

void *dlopen(const char *name, int mode) {
  static __typeof__(&dlopen) real;
  if (real == NULL) real = (__typeof__(&dlopen))dlvsym(RTLD_NEXT, "dlopen", "GLIBC_2.2.5");
  if (real == NULL) real = (__typeof__(&dlopen))dlvsym(RTLD_NEXT, "dlopen", "GLIBC_2.34");
  void *handle = real(name, mode);
  if (watching && handle != NULL && !(mode & RTLD_NOLOAD)) objects_look(instead);
  return handle;
}

void *dlsym(void *handle, const char *name) {
  static __typeof__(&dlsym) real;
  if (real == NULL) real = (__typeof__(&dlsym))dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
  if (real == NULL) real = (__typeof__(&dlsym))dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34");
  const int index = watching && handle != RTLD_NEXT ? index_of(name) : -1;
  /* A jump: what RTLD_NEXT means depends on who calls. */
  if (index < 0) return real(handle, name);
  void *at = real(handle, name);
  Dl_info from, to;
  /* Ours asks for the function itself. */
  if (at == NULL || (dladdr(__builtin_return_address(0), &from) && dladdr((void *)dlsym, &to) && from.dli_fbase == to.dli_fbase))
    return at;
  objects_look(instead);
  return object_of((uintptr_t)at) ? lead(index, at) : at;
}

/* ---- processes ---- */

static void begin_process(void) {
  log_begin("errors", getenv("FFI_GATES_ERRORS"));
  failed_here = 0;
  seen_calls = 0;
}

static void read_functions(const char *list) {
  while (list && *list && function_count < FUNCTIONS) {
    struct function *f = &functions[function_count];
    char how[16] = "";
    if (sscanf(list, "%127[^=,]=%15[^,]", f->name, how) == 2)
      for (size_t h = 0; h < sizeof HOWS / sizeof *HOWS; h++)
        if (strcmp(how, HOWS[h]) == 0) {
          f->how = (enum how)h;
          function_count++;
        }
    list = strchr(list, ',');
    if (list) list++;
  }
}

static void read_keys(const char *list) {
  for (char *end; list && *list && key_count < KEYS; list = *end == ',' ? end + 1 : end) {
    keys[key_count] = strtoull(list, &end, 16);
    if (end == list) break;
    key_count++;
  }
}

__attribute__((constructor(102))) static void begin(void) {
  if (getenv("FFI_GATES_ERRORS") == NULL) return;
  read_functions(getenv("FFI_GATES_ERRORS_OF"));
  read_keys(getenv("FFI_GATES_FAIL"));
  begin_process();
  pthread_atfork(NULL, NULL, begin_process);
  watching = 1;
  objects_look(instead);
}

__attribute__((destructor)) static void end(void) {
  if (!watching) return;
  watching = 0;
  log_text line = {.length = 0};
  log_add(&line, "ffi-gates guard errors: done, %u calls of functions that can fail\n", seen_calls);
  log_write(line.text, line.length);
}
