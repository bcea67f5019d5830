/*
 * Which lines of the host a call came from, by the machine's stack: asking the host takes microseconds, comparing return
 * addresses does not.
 *
 * A return address says where a function goes on, but in an interpreter: there it is always the same, and the place is kept in
 * the interpreter's frame. So the answer of the host is kept by the return addresses together with these words. Code that was
 * compiled keeps other things in their place, which change from call to call. Where many different words have had the same
 * answer, they say nothing, and the return addresses alone decide. An interpreter has one place for each line that calls.
 */
#ifndef FFI_GATES_HOSTCACHE_H
#define FFI_GATES_HOSTCACHE_H
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

/* Frames of the host that are kept of a call, and frames of the machine that decide. */
#define FRAMES 8
#define CHAIN 64
#define ANSWERS 4096
/* So many words with one answer say nothing. */
#define SAME 64
/* Compiled code may have moved, and others be in its place: after so many answers the host is asked anew. */
#define TRUSTED (1 << 16)

typedef struct {
  uint64_t key;
  uint32_t at[FRAMES];
  uint8_t frames, differs;
  uint16_t same;
} answer;

typedef struct {
  answer *answers;
  uintptr_t from, to; /* the stack of this thread */
  uint64_t age;
  uint32_t walks, found;
  int by_code; /* whether the last call was known by its return addresses alone */
} cache;

/* The words of an interpreter's frame that hold its place, counted from its frame pointer; 0 is none. */
typedef struct {
  int words[2];
} layout;

static int open_cache(cache *c) {
  pthread_attr_t attributes;
  void *stack;
  size_t size;
  if (c->answers != NULL) return c->answers != MAP_FAILED;
  c->answers = MAP_FAILED;
  const int error = errno;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 0;
  if (pthread_attr_getstack(&attributes, &stack, &size) == 0) {
    c->from = (uintptr_t)stack;
    c->to = c->from + size;
    c->answers = mmap(NULL, ANSWERS * sizeof *c->answers, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  }
  pthread_attr_destroy(&attributes);
  errno = error;
  return c->answers != MAP_FAILED;
}

static uint64_t mix(uint64_t h, uint64_t word) {
  h = (h ^ word) * 0x9E3779B97F4A7C15ull;
  return h ^ h >> 29;
}

/* Quicker: words of one chain wait for each other only here. */
static uint64_t append(uint64_t h, uint64_t word) { return (h << 7 | h >> 57) ^ word * 0xC2B2AE3D27D4EB4Full; }

/* Hashes of the return addresses from a frame outwards, and of these with the interpreter's words. */
static void chain_of(const cache *c, uintptr_t frame, const layout *l, uint64_t *code, uint64_t *place) {
  uint64_t h = c->age + 1, words = 0;
  for (int n = 0; n < CHAIN && frame - c->from < c->to - c->from - 16 && (frame & 7) == 0; n++) {
    const uintptr_t *at = (const uintptr_t *)frame;
    const uintptr_t outer = at[0];
    h = append(h, at[1]);
    /* A frame pointer that is none ends the chain: further out there is no host. */
    if (outer <= frame) break;
    for (int k = 0; k < 2 && l->words[k] != 0; k++) {
      const uintptr_t word = outer + sizeof(uintptr_t) * l->words[k];
      if (word > frame && word < c->to - 16) words = append(words, *(const uintptr_t *)word);
    }
    frame = outer;
  }
  h = mix(h, 0);
  *code = h | 1;
  *place = mix(h, words ^ 0x5bd1e995) | 1;
}

static answer *answer_of(const cache *c, uint64_t key) { return &c->answers[(key >> 20) % ANSWERS]; }

/* The answer that is known for these return addresses whatever the words are, or NULL. */
static const answer *answer_of_code(const cache *c, uint64_t code) {
  const answer *a = answer_of(c, code);
  return a->key == code && !a->differs && a->same >= SAME ? a : NULL;
}

/* The answer that is known for a call from this frame, or NULL and by what it is to be kept. */
static const answer *known_answer(cache *c, uintptr_t frame, const layout *l, uint64_t *code, uint64_t *place) {
  static const layout none;
  const int is_old = ++c->found % TRUSTED == 0;
  const answer *a = NULL;
  /* Words of compiled code are not even read. */
  if (c->by_code && !is_old) {
    chain_of(c, frame, &none, code, place);
    a = answer_of_code(c, *code);
    if (a != NULL) return a;
  }
  chain_of(c, frame, l, code, place);
  if (!is_old && answer_of(c, *place)->key == *place) return answer_of(c, *place);
  if (!is_old) a = answer_of_code(c, *code);
  c->by_code = a != NULL;
  return a;
}

static int is_same(const answer *a, const uint32_t *at, int frames) {
  return a->frames == frames && memcmp(a->at, at, frames * sizeof *at) == 0;
}

static void keep(answer *a, uint64_t key, const uint32_t *at, int frames) {
  a->key = key;
  a->frames = (uint8_t)frames;
  a->differs = 0;
  a->same = 1;
  memcpy(a->at, at, frames * sizeof *at);
}

/* Keeps what the host answered. */
static void keep_answer(cache *c, uint64_t code, uint64_t place, const uint32_t *at, int frames) {
  answer *a = answer_of(c, code);
  if (a->key != code)
    keep(a, code, at, frames);
  else if (!is_same(a, at, frames))
    a->differs = 1;
  else if (a->same < SAME)
    a->same++;
  if (code != place && answer_of(c, place) != a) keep(answer_of(c, place), place, at, frames);
}

#endif
