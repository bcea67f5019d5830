/*
 * Where the host allocated and freed a block, for reports of AddressSanitizer and LeakSanitizer about it. Usually only what is
 * allocated in a call of ctypes or cffi is noted (`hostcalls.h`). A launch with FFI_GATES_HOST_BLOCKS, which follows one that
 * reported blocks without lines of the host, notes from its beginning all that code of the project allocates, with the whole stack.
 *
 * Frames of Python are read where they lie. Other hosts are asked only where the project itself calls the allocator: in the midst of
 * a call of their own they may not be.
 */
#ifndef FFI_GATES_HOSTBLOCKS_H
#define FFI_GATES_HOSTBLOCKS_H
#include "hostnative.h"
#include "hostplaces.h"
#include "hosttests.h"
#include <dlfcn.h>
#include <string.h>

/* Blocks and answers that are kept; blocks are in sets, in which those that were freed make room. */
#define BLOCKS (1 << 20)
#define WAYS 4
#define ANSWERS (1 << 15)
#define BLOCK_FRAMES 16
#define MARKS (1 << 20)

typedef struct {
  /* Inverted: who looks in memory for references to lost blocks must find none here. */
  _Atomic uintptr_t inverted;
  uint32_t born, died; /* numbers of answers; 0 is none */
} block;

/* A block that was freed outside of all calls. */
#define NOWHERE UINT32_MAX

/* The lines of the host, the test, and the stack of the project's code, if it was unwound. */
typedef struct {
  _Atomic uint64_t key;
  int frames, natives;
  uint32_t test, at[BLOCK_FRAMES];
  uintptr_t native[NATIVE_FRAMES];
} answer;

/* Set where the host is Python, until it makes its first call. */
static atomic_int wants_blocks;
/* How the host is asked, and whether it may be at any time. */
static int (*walk_block)(int most);
static int asks_anywhere;
/* Whether all blocks of the project are noted; those of which the notes had to make room. */
static int notes_all;
static atomic_long forgotten;
static block *blocks;
static answer *answers;
/* Which places may hold a block: small, as every call of `free` asks. */
static _Atomic uint32_t marks[MARKS / 32];
/* Calls of ctypes that are under way, and the lines of the innermost one as soon as they are known. */
static __thread int calls __attribute__((tls_model("initial-exec")));
static __thread uint32_t call_lines __attribute__((tls_model("initial-exec")));
static __thread lines *noting __attribute__((tls_model("initial-exec")));

static void *room_for(size_t size) {
  void *room = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return room == MAP_FAILED ? NULL : room;
}

/* The number of these lines. */
static uint32_t keep_lines(const lines *l, const native_stack *n, uint32_t test) {
  uint64_t key = 1 + test;
  for (int i = 0; i < l->noted; i++) key = (key ^ l->at[i]) * 0x9E3779B97F4A7C15ull;
  for (int i = 0; n != NULL && i < n->frames; i++) key = (key ^ key >> 29 ^ n->at[i]) * 0xC2B2AE3D27D4EB4Full;
  key |= 1;
  for (uint32_t k = 0, i = (uint32_t)(key >> 33) % ANSWERS; k < 64; k++, i = (i + 1) % ANSWERS) {
    uint64_t was = atomic_load(&answers[i].key);
    if (i == 0 || (was != 0 && was != key)) continue;
    if (was == key) return i;
    if (!atomic_compare_exchange_strong(&answers[i].key, &was, key)) continue;
    memcpy(answers[i].at, l->at, l->noted * sizeof *l->at);
    if (n != NULL) memcpy(answers[i].native, n->at, n->frames * sizeof *n->at);
    answers[i].natives = n == NULL ? 0 : n->frames;
    answers[i].test = test;
    answers[i].frames = l->noted;
    return i;
  }
  return 0;
}

static uint32_t ask_lines(const native_stack *n) {
  uint32_t at[BLOCK_FRAMES];
  lines l = {BLOCK_FRAMES, 0, at, NULL};
  noting = &l;
  const int answered = walk_block != NULL && (n == NULL || asks_anywhere || n->direct) && walk_block(BLOCK_FRAMES);
  noting = NULL;
  return (answered && l.noted > 0) || n != NULL ? keep_lines(&l, n, test_here()) : 0;
}

/* The lines of the call of ctypes that is under way. */
static uint32_t lines_of_call(void) { return call_lines != 0 ? call_lines : (call_lines = ask_lines(NULL)); }

static uint64_t hash_of(uintptr_t address) { return (address >> 4) * 0x9E3779B97F4A7C15ull; }

static block *block_at(uintptr_t address) {
  block *set = &blocks[(hash_of(address) >> 40) % (BLOCKS / WAYS) * WAYS];
  for (int i = 0; i < WAYS; i++)
    if (atomic_load_explicit(&set[i].inverted, memory_order_relaxed) == ~address) return &set[i];
  return NULL;
}

static block *room_for_block(uintptr_t address) {
  block *known = block_at(address), *set = &blocks[(hash_of(address) >> 40) % (BLOCKS / WAYS) * WAYS];
  if (known != NULL) return known;
  for (int i = 0; i < WAYS; i++)
    if (atomic_load(&set[i].inverted) == 0) return &set[i];
  for (int i = 0; i < WAYS; i++)
    if (set[i].died != 0) return &set[i];
  atomic_fetch_add(&forgotten, 1);
  return &set[address >> 4 & (WAYS - 1)];
}

/* Whether the project has a part in this call of the allocator. */
static int is_of_project(native_stack *n) {
  /* What is allocated here meanwhile is the tool's. */
  lines none = {0, 0, NULL, NULL};
  noting = &none;
  const int is = own_stack(n);
  noting = NULL;
  return is;
}

/* The lines that free a block, which the host may do for itself. */
static uint32_t lines_of_free(void) {
  native_stack native;
  if (calls > 0) return lines_of_call();
  if (!notes_all || busy) return 0;
  if (asks_anywhere) return ask_lines(NULL);
  return is_of_project(&native) && native.direct ? ask_lines(&native) : 0;
}

static void on_malloc(const volatile void *p, size_t size) {
  native_stack native;
  uint32_t born = 0;
  (void)size;
  if (noting != NULL || busy || (calls == 0 && !notes_all)) return;
  if (notes_all && is_of_project(&native)) born = ask_lines(&native);
  if (born == 0 && calls > 0) born = lines_of_call();
  if (born == 0) {
    /* Another block had this address. */
    block *before = block_at((uintptr_t)p);
    if (before != NULL) before->died = NOWHERE, before->inverted = 0;
    return;
  }
  const uint32_t mark = (uint32_t)(hash_of((uintptr_t)p) >> 36) % MARKS;
  block *b = room_for_block((uintptr_t)p);
  b->born = born;
  b->died = 0;
  atomic_store(&b->inverted, ~(uintptr_t)p);
  atomic_fetch_or(&marks[mark / 32], 1u << mark % 32);
}

static void on_free(const volatile void *p) {
  const uint32_t mark = (uint32_t)(hash_of((uintptr_t)p) >> 36) % MARKS;
  if (!(atomic_load_explicit(&marks[mark / 32], memory_order_relaxed) & 1u << mark % 32) || noting != NULL) return;
  block *b = block_at((uintptr_t)p);
  /* A second call is the error that is reported next. */
  if (b == NULL || b->died != 0) return;
  const uint32_t died = lines_of_free();
  b->died = died == 0 ? NOWHERE : died;
}

static void begin_blocks(void) {
  int (*install)(void (*)(const volatile void *, size_t), void (*)(const volatile void *));
  *(void **)&install = dlsym(RTLD_DEFAULT, "__sanitizer_install_malloc_and_free_hooks");
  /* Other sanitizers report no blocks. */
  if (install == NULL || dlsym(RTLD_DEFAULT, "__asan_get_report_address") == NULL || !open_places()) return;
  blocks = room_for(BLOCKS * sizeof *blocks);
  answers = room_for(ANSWERS * sizeof *answers);
  if (blocks != NULL && answers != NULL) install(on_malloc, on_free);
  else blocks = NULL;
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
  return start == NULL ? NULL : block_at((uintptr_t)start);
}

#endif
