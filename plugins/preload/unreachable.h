/*
 * Which of some blocks nothing refers to any more. LeakSanitizer cannot say it in hosts that have memory of their own (Go, the JVM,
 * mono, V8): it does not look there, or dies. Here all memory that may be written is read, whoever's it is, so that a block that the
 * host keeps anywhere is never called lost. An old copy of an address may hide a leak.
 */
#ifndef FFI_GATES_UNREACHABLE_H
#define FFI_GATES_UNREACHABLE_H
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

typedef struct {
  uintptr_t start, size;
  /* Something that is no block refers to it, or a block to which this applies. */
  int rooted;
  /* Another of the blocks leads to it, which is lost as well. */
  int held;
  /* The last block from which it was reached. */
  size_t reached;
} suspect;

typedef struct {
  uint32_t from, to;
} reference;

#define REFERENCES 65536
#define CHUNK (1u << 20)
#define PAGE 4096u

typedef struct {
  uintptr_t from, to;
} extent;

typedef struct {
  suspect *suspects;
  size_t count;
  uintptr_t least, most;
  reference *references;
  size_t reference_count;
  /* What lies below the stack pointer in its stack is over. */
  extent over;
  int (*is_poisoned)(const void *);
} search;

static int by_start(const void *a, const void *b) {
  const uintptr_t x = ((const suspect *)a)->start, y = ((const suspect *)b)->start;
  return x < y ? -1 : x > y;
}

static suspect *suspect_at(const search *s, uintptr_t address) {
  size_t low = 0, high = s->count;
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (s->suspects[middle].start <= address) low = middle + 1;
    else high = middle;
  }
  if (low == 0) return NULL;
  suspect *found = &s->suspects[low - 1];
  return address - found->start < (found->size ? found->size : 1) ? found : NULL;
}

/* A word of memory, or of a register where it has no place. Hosts keep marks in the upper bits of an address. */
static void consider(search *s, uintptr_t word, uintptr_t place) {
  const uintptr_t address = word & 0xffffffffffffu;
  if (address < s->least || address >= s->most || (place >= s->over.from && place < s->over.to)) return;
  suspect *to = suspect_at(s, address);
  /* Memory that was released, and variables of functions that have returned. */
  if (to == NULL || to->rooted || (place && s->is_poisoned && s->is_poisoned((const void *)place))) return;
  suspect *from = place ? suspect_at(s, place) : NULL;
  if (from == NULL || s->reference_count == REFERENCES) to->rooted = 1;
  else if (from != to) s->references[s->reference_count++] = (reference){(uint32_t)(from - s->suspects), (uint32_t)(to - s->suspects)};
}

/* Reads by a system call, since other threads may unmap what is read. */
static void search_memory(search *s, extent memory, uintptr_t *buffer) {
  static unsigned char resident[CHUNK / PAGE];
  for (uintptr_t at = memory.from; at < memory.to; at += CHUNK) {
    const size_t size = memory.to - at < CHUNK ? memory.to - at : CHUNK;
    if (mincore((void *)at, size, resident) != 0) continue;
    for (size_t page = 0; page < size / PAGE;) {
      size_t end = page;
      while (end < size / PAGE && (resident[end] & 1)) end++;
      const uintptr_t begin = at + page * PAGE;
      const struct iovec here = {buffer, (end - page) * PAGE}, there = {(void *)begin, (end - page) * PAGE};
      const ssize_t got = end > page ? process_vm_readv(getpid(), &here, 1, &there, 1, 0) : 0;
      for (ssize_t i = 0; i < got / (ssize_t)sizeof *buffer; i++) consider(s, buffer[i], begin + (size_t)i * sizeof *buffer);
      page = end > page ? end : page + 1;
    }
  }
}

/* Without the parts that begin at `except`, of which the last one has no extent. */
static void search_without(search *s, extent memory, const extent *except, uintptr_t *buffer) {
  for (; except->to != 0; except++) {
    if (except->from >= memory.to || except->to <= memory.from) continue;
    if (except->from > memory.from) search_without(s, (extent){memory.from, except->from & ~(uintptr_t)(PAGE - 1)}, except + 1, buffer);
    memory.from = (except->to + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
    if (memory.from >= memory.to) return;
  }
  search_memory(s, memory, buffer);
}

/* The blocks that were reached from this one hold all that they lead to. */
static void spread(search *s, size_t number) {
  for (int more = 1; more;) {
    more = 0;
    for (size_t i = 0; i < s->reference_count; i++) {
      const suspect *from = &s->suspects[s->references[i].from];
      suspect *to = &s->suspects[s->references[i].to];
      if (from->reached != number || to->reached == number || to->rooted) continue;
      to->reached = number;
      to->held = 1;
      more = 1;
    }
  }
}

/* Of lost blocks that lead to each other one is told: that to which none leads, and of a ring its first. */
static void tell_apart(search *s) {
  for (size_t i = 0; i < s->reference_count; i++)
    if (!s->suspects[s->references[i].from].rooted) s->suspects[s->references[i].to].held = 1;
  for (size_t i = 0; i < s->count; i++)
    if (!s->suspects[i].rooted && !s->suspects[i].held) s->suspects[i].reached = 1;
  spread(s, 1);
  /* What is left is in a ring, or behind one: a later one may still lead to it. */
  for (size_t i = 0; i < s->count; i++) {
    suspect *first = &s->suspects[i];
    if (first->rooted || first->reached) continue;
    first->held = 0;
    first->reached = i + 2;
    spread(s, i + 2);
  }
}

/*
 * Looks for references to the suspects, all but those in `except`, in memory and in some registers. Returns 0 if memory could
 * not be read.
 */
static int find_unreachable(search *s, const extent *except, uintptr_t sp, const uintptr_t *registers, size_t register_count) {
  const size_t room = CHUNK + REFERENCES * sizeof(reference);
  char *own = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (own == MAP_FAILED) return 0;
  uintptr_t *buffer = (uintptr_t *)own;
  s->references = (reference *)(own + CHUNK);
  s->reference_count = 0;
  qsort(s->suspects, s->count, sizeof *s->suspects, by_start);
  s->least = s->suspects[0].start;
  s->most = 0;
  for (size_t i = 0; i < s->count; i++)
    if (s->suspects[i].start + s->suspects[i].size + 1 > s->most) s->most = s->suspects[i].start + s->suspects[i].size + 1;
  for (size_t i = 0; i < register_count; i++) consider(s, registers[i], 0);
  uintptr_t probe = 0;
  const struct iovec here = {&probe, sizeof probe}, there = {(void *)registers, sizeof probe};
  FILE *maps = process_vm_readv(getpid(), &here, 1, &there, 1, 0) == (ssize_t)sizeof probe ? fopen("/proc/self/maps", "re") : NULL;
  char line[512];
  while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
    extent memory;
    char may[5] = "", name[256] = "";
    if (sscanf(line, "%lx-%lx %4s %*s %*s %*s %255[^\n]", &memory.from, &memory.to, may, name) < 3) continue;
    if (may[0] != 'r' || may[1] != 'w' || strncmp(name, "/dev/", 5) == 0) continue;
    if (memory.from <= (uintptr_t)own && (uintptr_t)own < memory.to) {
      /* Neighbours are mapped as one. */
      search_without(s, (extent){memory.from, (uintptr_t)own}, except, buffer);
      memory.from = (uintptr_t)own + room;
      if (memory.from >= memory.to) continue;
    }
    if (memory.from <= sp && sp < memory.to) {
      s->over = (extent){memory.from, sp};
      memory.from = sp & ~(uintptr_t)(PAGE - 1);
    }
    search_without(s, memory, except, buffer);
  }
  const int done = maps != NULL;
  if (maps) fclose(maps);
  for (int more = 1; more;) {
    more = 0;
    for (size_t i = 0; i < s->reference_count; i++) {
      suspect *from = &s->suspects[s->references[i].from], *to = &s->suspects[s->references[i].to];
      if (from->rooted && !to->rooted) to->rooted = more = 1;
    }
  }
  tell_apart(s);
  munmap(own, room);
  return done;
}

#endif
