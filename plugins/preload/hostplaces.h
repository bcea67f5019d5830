/*
 * Lines of the host by number: each is named once, and known again by the numbers that the host has for it.
 */
#ifndef FFI_GATES_HOSTPLACES_H
#define FFI_GATES_HOSTPLACES_H
#include "hoststack.h"
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>

#define PLACES (1 << 16)

struct place {
  _Atomic uint64_t key;
  atomic_int ready;
  int line;
  char function[160], file[400];
};

static struct place *places;

/* The lines of one answer. */
typedef struct {
  int most, noted;
  uint32_t *at;
  struct place *unnamed;
} lines;

static int open_places(void) {
  void *room = mmap(NULL, PLACES * sizeof *places, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room == MAP_FAILED) return 0;
  places = room;
  return 1;
}

/* As `host_knows`. A line for which there is no room is left out. */
static int note_place(lines *to, uint64_t code, uint64_t place) {
  const uint64_t key = (code * 0x9E3779B97F4A7C15ull ^ (place + 1) * 0xC2B2AE3D27D4EB4Full) | 1;
  uint32_t i = (uint32_t)(key >> 40) % PLACES;
  if (to->noted >= to->most) return 1;
  for (int k = 0; k < 64; k++, i = (i + 1) % PLACES) {
    uint64_t was = atomic_load(&places[i].key);
    if (was == 0 && atomic_compare_exchange_strong(&places[i].key, &was, key)) {
      to->at[to->noted++] = i;
      to->unnamed = &places[i];
      return 0;
    }
    if (was != key) continue;
    to->at[to->noted++] = i;
    return 1;
  }
  return 1;
}

/* As `host_frame`, for the place that was not known. `mark` comes before the function's name. */
static void name_place(lines *to, const char *mark, const char *function, const char *file, int line) {
  struct place *p = to->unnamed;
  if (p == NULL) return;
  to->unnamed = NULL;
  snprintf(p->function, sizeof p->function, "%.20s%.139s", mark, function);
  snprintf(p->file, sizeof p->file, "%.399s", file == NULL ? "" : file);
  p->line = line;
  atomic_store(&p->ready, 1);
}

#endif
