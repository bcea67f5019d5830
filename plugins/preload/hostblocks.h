/*
 * Where Python allocated and freed a block, for reports of AddressSanitizer about it. Only what is allocated in a call of ctypes
 * is noted: there the host waits for native code, and its lines can be read without its lock.
 */
#ifndef FFI_GATES_HOSTBLOCKS_H
#define FFI_GATES_HOSTBLOCKS_H
#include "hostplaces.h"
#include <dlfcn.h>
#include <string.h>

/* Blocks and answers that are kept; older ones make room. */
#define BLOCKS (1 << 18)
#define ANSWERS (1 << 15)
#define BLOCK_FRAMES 8

typedef struct {
  _Atomic uintptr_t address;
  uint32_t born, died; /* numbers of answers; 0 is none */
} block;

typedef struct {
  _Atomic uint64_t key;
  int frames;
  uint32_t at[BLOCK_FRAMES];
} answer;

/* Set where the host is Python, until it makes its first call. */
static atomic_int wants_blocks;
static block *blocks;
static answer *answers;
/* Which places hold a block that is not freed: small, as every call of `free` asks. */
static _Atomic uint32_t live[BLOCKS / 32];
/* Calls of ctypes that are under way, and the lines of the innermost one as soon as they are known. */
static __thread int calls __attribute__((tls_model("initial-exec")));
static __thread uint32_t call_lines __attribute__((tls_model("initial-exec")));
static __thread lines *noting __attribute__((tls_model("initial-exec")));

static void *room_for(size_t size) {
  void *room = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return room == MAP_FAILED ? NULL : room;
}

/* The number of these lines. */
static uint32_t keep_lines(const lines *l) {
  uint64_t key = 1;
  for (int i = 0; i < l->noted; i++) key = (key ^ l->at[i]) * 0x9E3779B97F4A7C15ull;
  key |= 1;
  for (uint32_t k = 0, i = (uint32_t)(key >> 33) % ANSWERS; k < 64; k++, i = (i + 1) % ANSWERS) {
    uint64_t was = atomic_load(&answers[i].key);
    if (i == 0 || (was != 0 && was != key)) continue;
    if (was == key) return i;
    if (!atomic_compare_exchange_strong(&answers[i].key, &was, key)) continue;
    memcpy(answers[i].at, l->at, l->noted * sizeof *l->at);
    answers[i].frames = l->noted;
    return i;
  }
  return 0;
}

static uint32_t lines_here(void) {
  uint32_t at[BLOCK_FRAMES];
  lines l = {BLOCK_FRAMES, 0, at, NULL};
  if (call_lines != 0 || noting != NULL) return call_lines;
  noting = &l;
  const int answered = host_frames_of_python(BLOCK_FRAMES);
  noting = NULL;
  return call_lines = answered && l.noted > 0 ? keep_lines(&l) : 0;
}

static uint32_t place_of_block(uintptr_t address) { return (uint32_t)((address >> 4) * 0x9E3779B97F4A7C15ull >> 40) % BLOCKS; }

static void on_malloc(const volatile void *p, size_t size) {
  (void)size;
  if (calls == 0) return;
  const uint32_t i = place_of_block((uintptr_t)p);
  blocks[i].born = lines_here();
  blocks[i].died = 0;
  atomic_store(&blocks[i].address, (uintptr_t)p);
  atomic_fetch_or(&live[i / 32], 1u << i % 32);
}

static void on_free(const volatile void *p) {
  const uint32_t i = place_of_block((uintptr_t)p), bit = 1u << i % 32;
  if (!(atomic_load_explicit(&live[i / 32], memory_order_relaxed) & bit) || atomic_load(&blocks[i].address) != (uintptr_t)p) return;
  /* A second call is the error that is reported next. */
  if (!(atomic_fetch_and(&live[i / 32], ~bit) & bit)) return;
  blocks[i].died = calls == 0 ? 0 : lines_here();
}

/* The first call of ctypes: who makes none pays for nothing. */
static void begin_blocks(void) {
  int (*install)(void (*)(const volatile void *, size_t), void (*)(const volatile void *));
  *(void **)&install = dlsym(RTLD_DEFAULT, "__sanitizer_install_malloc_and_free_hooks");
  /* Other sanitizers report no blocks. */
  if (install == NULL || dlsym(RTLD_DEFAULT, "__asan_get_report_address") == NULL || !open_places()) return;
  blocks = room_for(BLOCKS * sizeof *blocks);
  answers = room_for(ANSWERS * sizeof *answers);
  if (blocks != NULL && answers != NULL) install(on_malloc, on_free);
}

struct cif;
typedef void foreign_call(struct cif *cif, void (*function)(void), void *result, void **values);

/* Callers: ctypes, and cffi, which may have a library of its own. */
static struct {
  void *_Atomic caller;
  foreign_call *real;
} reals[8];

/* The function of the same name that the caller was linked with: it may be in no global scope. */
static foreign_call *real_call(void *caller) {
  Dl_info info;
  foreign_call *found = NULL;
  size_t i = 0;
  while (i < sizeof reals / sizeof *reals && atomic_load(&reals[i].caller) != NULL) {
    if (reals[i].caller == caller && reals[i].real != NULL) return reals[i].real;
    i++;
  }
  void *object = dladdr(caller, &info) != 0 ? dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD) : NULL;
  if (object != NULL) *(void **)&found = dlsym(object, "ffi_call");
  if (found == NULL) *(void **)&found = dlsym(RTLD_NEXT, "ffi_call");
  void *none = NULL;
  if (i < sizeof reals / sizeof *reals && atomic_compare_exchange_strong(&reals[i].caller, &none, caller)) reals[i].real = found;
  return found;
}

__attribute__((visibility("default"))) void ffi_call(struct cif *cif, void (*function)(void), void *result, void **values) {
  foreign_call *real = real_call(__builtin_return_address(0));
  const uint32_t outer = call_lines;
  if (wants_blocks && atomic_exchange(&wants_blocks, 0)) begin_blocks();
  call_lines = 0;
  calls++;
  real(cif, function, result, values);
  calls--;
  call_lines = outer;
}

/*
 * The block that the report is about, or NULL. The runtime locates what is not in its heap under a lock that it holds while it
 * reports; whose stack of allocation it knows is in its heap.
 */
static const block *block_of_report(void) {
  int (*reporting)(void);
  void *(*address)(void);
  const char *(*locate)(void *, char *, size_t, void **, size_t *);
  size_t (*allocated)(void *, void **, size_t, int *);
  char name[2];
  void *caller = NULL;
  int thread = 0;
  void *start = NULL;
  size_t size = 0;
  *(void **)&reporting = dlsym(RTLD_DEFAULT, "__asan_report_present");
  *(void **)&address = dlsym(RTLD_DEFAULT, "__asan_get_report_address");
  *(void **)&locate = dlsym(RTLD_DEFAULT, "__asan_locate_address");
  *(void **)&allocated = dlsym(RTLD_DEFAULT, "__asan_get_alloc_stack");
  if (blocks == NULL || !reporting || !address || !locate || !allocated || !reporting() || address() == NULL) return NULL;
  if (allocated(address(), &caller, 1, &thread) == 0) return NULL;
  locate(address(), name, sizeof name, &start, &size);
  if (start == NULL) return NULL;
  const block *b = &blocks[place_of_block((uintptr_t)start)];
  return b->address == (uintptr_t)start ? b : NULL;
}

#endif
