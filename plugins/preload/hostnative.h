/*
 * Whether code of the project is on the stack, and the whole stack where it is. Sanitizers unwind allocations by frame pointers,
 * which hosts do not keep; unwinding by tables takes microseconds, and is done only where an address of the project's code lies
 * near the top of the stack.
 */
#ifndef FFI_GATES_HOSTNATIVE_H
#define FFI_GATES_HOSTNATIVE_H
#include "own.h"
#include <errno.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <unwind.h>

/* Frames of a stack that are kept, and those of the tool that may precede them. */
#define NATIVE_FRAMES 16
#define TOOL_FRAMES 12
#ifndef OWN_RANGES
#define OWN_RANGES 1024
#endif
/* Bytes of the stack that are searched: the sanitizer's own frames take some of them. */
#define NEAR_BYTES 12288

typedef struct {
  uintptr_t from, to;
} range;

static range own_ranges[OWN_RANGES];
/* From the first of them to the last: most words of a stack lie outside. */
static range own_hull = {UINTPTR_MAX, 0};
static atomic_int own_count;
/* An object of the project found no room: what is not on a stack may be it. */
static atomic_int own_lost;
/* The sanitizer's runtime, this library, and the host's. */
static range runtime_range, tool_range, host_range;
static uintptr_t in_runtime, in_host;
static const struct link_map *last_object;
static atomic_flag looking = ATOMIC_FLAG_INIT;
/* A part of the stack that may be read, and whether nothing follows it. */
static __thread range my_stack __attribute__((tls_model("initial-exec")));
static __thread int ends_there __attribute__((tls_model("initial-exec")));

static int in_range(range r, uintptr_t at) { return at - r.from < r.to - r.from; }

static int is_own(uintptr_t at) {
  for (int k = 0, n = atomic_load_explicit(&own_count, memory_order_acquire); k < n; k++)
    if (in_range(own_ranges[k], at)) return 1;
  return 0;
}

static int note_own(struct dl_phdr_info *object, size_t size, void *unused) {
  char real[PATH_MAX];
  int is_listed = -1;
  (void)size, (void)unused;
  for (int k = 0; k < object->dlpi_phnum; k++) {
    const ElfW(Phdr) *p = &object->dlpi_phdr[k];
    const range r = {object->dlpi_addr + p->p_vaddr, object->dlpi_addr + p->p_vaddr + p->p_memsz};
    if (p->p_type != PT_LOAD || !(p->p_flags & PF_X)) continue;
    if (in_range(r, (uintptr_t)note_own)) tool_range = r;
    if (in_range(r, in_runtime)) runtime_range = r;
    if (in_range(r, in_host)) host_range = r;
    const int n = atomic_load(&own_count);
    if (is_own(r.from) || object->dlpi_name[0] == 0) continue;
    if (is_listed < 0)
      is_listed = listed(object->dlpi_name) || (realpath(object->dlpi_name, real) != NULL && listed(real));
    if (!is_listed || in_range(tool_range, r.from)) continue;
    if (n == OWN_RANGES) {
      atomic_store(&own_lost, 1);
      continue;
    }
    own_ranges[n] = r;
    if (r.from < own_hull.from) own_hull.from = r.from;
    if (r.to > own_hull.to) own_hull.to = r.to;
    atomic_store_explicit(&own_count, n + 1, memory_order_release);
  }
  return 0;
}

/* Any function of the host. */
static uintptr_t find_host(void) {
  static const char *const names[] = {"JNI_GetCreatedJavaVMs", "mono_domain_get", "napi_get_undefined"};
  uintptr_t found = 0;
  for (size_t i = 0; found == 0 && i < sizeof names / sizeof *names; i++) found = (uintptr_t)dlsym(RTLD_DEFAULT, names[i]);
  return found;
}

/* Objects that were loaded since the last time: the loader appends them to its list. */
static void look_for_own(void) {
  const struct link_map *last = last_object;
  if ((last != NULL && last->l_next == NULL) || atomic_flag_test_and_set(&looking)) return;
  if (in_runtime == 0) in_runtime = (uintptr_t)dlsym(RTLD_DEFAULT, "__asan_init");
  if (in_host == 0) in_host = find_host();
  dl_iterate_phdr(note_own, NULL);
  for (last = _r_debug.r_map; last != NULL && last->l_next != NULL;) last = last->l_next;
  last_object = last;
  atomic_flag_clear(&looking);
}

/* The kernel reads the set before it finds that there is no such way to use it. A guard page of the next stack is mapped as well. */
static int is_readable(uintptr_t page) { return syscall(SYS_rt_sigprocmask, ~0, page, NULL, 8) != -1 || errno != EFAULT; }

/*
 * How far the stack may be read from `at`. The C library knows where stacks end, but may not be asked: it holds a lock while it
 * allocates for its answer.
 */
static uintptr_t readable_from(uintptr_t at) {
  const uintptr_t page = 4096, end = at + NEAR_BYTES;
  if (in_range(my_stack, at) && (end <= my_stack.to || ends_there)) return end < my_stack.to ? end : my_stack.to;
  /* Another stack, or one that has grown. */
  const uintptr_t bottom = at & ~(page - 1);
  uintptr_t top = bottom + page;
  const int error = errno;
  while (top < end && is_readable(top)) top += page;
  errno = error;
  const int is_same = bottom <= my_stack.to && top >= my_stack.from;
  if (!is_same || top >= my_stack.to) ends_there = top < end;
  if (!is_same) my_stack = (range){bottom, top};
  if (bottom < my_stack.from) my_stack.from = bottom;
  if (top > my_stack.to) my_stack.to = top;
  return end < top ? end : top;
}

/* Whether an address of the project's code lies near the top of the stack: a return address, or what is left of one. */
static int may_be_own(void) {
  const uintptr_t *at = __builtin_frame_address(0);
  look_for_own();
  if (atomic_load(&own_count) == 0) return 0;
  const uintptr_t end = readable_from((uintptr_t)at);
  const range hull = own_hull;
  for (; (uintptr_t)at < end - sizeof *at; at++)
    if (in_range(hull, *at) && is_own(*at)) return 1;
  return 0;
}

typedef struct {
  uintptr_t at[NATIVE_FRAMES];
  int frames, skipped, own;
  /* Whether the project called the allocator, not the host on its behalf. */
  int direct;
} native_stack;

/*
 * Whether the host may be asked from within a function of its own: those of Node-API and libuv allocate in code of C++ that stands in
 * front of V8.
 */
static int is_in_front(uintptr_t pc) {
  static const char *const names[] = {"napi_", "node_api_", "uv_"};
  Dl_info found;
  if (dladdr((void *)pc, &found) == 0 || found.dli_sname == NULL) return 0;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strncmp(found.dli_sname, names[i], strlen(names[i])) == 0) return 1;
  return 0;
}

static _Unwind_Reason_Code note_pc(struct _Unwind_Context *context, void *to) {
  native_stack *s = to;
  const uintptr_t pc = _Unwind_GetIP(context);
  if (pc == 0) return _URC_END_OF_STACK;
  /* Of the tool and the runtime only the function that was called is of interest. */
  if ((in_range(tool_range, pc - 1) || in_range(runtime_range, pc - 1)) && s->frames <= 1 && s->skipped < TOOL_FRAMES) {
    s->at[0] = pc;
    s->frames = in_range(runtime_range, pc - 1);
    s->skipped++;
    return _URC_NO_REASON;
  }
  s->at[s->frames++] = pc;
  const int is = is_own(pc - 1);
  if (s->own == 0 && in_range(host_range, pc - 1) && !is_in_front(pc - 1)) s->direct = 0;
  s->own += is;
  /* Who called the project is of interest, and no more. Two of its functions are what tells leaks apart. */
  return s->frames == NATIVE_FRAMES || (s->own > 1 && !is) ? _URC_END_OF_STACK : _URC_NO_REASON;
}

/* The stack of this call of the allocator. False if the project has no part in it. */
static int own_stack(native_stack *s) {
  static _Unwind_Reason_Code (*unwind)(_Unwind_Trace_Fn, void *);
  if (!may_be_own()) return 0;
  if (unwind == NULL) *(void **)&unwind = dlsym(RTLD_DEFAULT, "_Unwind_Backtrace");
  s->frames = s->skipped = s->own = 0;
  s->direct = 1;
  if (unwind == NULL) return 0;
  unwind(note_pc, s);
  return s->own > 0;
}

#endif
