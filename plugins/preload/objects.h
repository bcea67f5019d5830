/*
 * The project's objects (own.h) that are loaded: where the code of each lies, and by which name it was loaded. Their calls into
 * other objects are led elsewhere (got.h).
 */
#ifndef FFI_GATES_OBJECTS_H
#define FFI_GATES_OBJECTS_H
#include "got.h"
#include "identity.h"
#include "own.h"
#include <pthread.h>
#include <stdatomic.h>

#define OBJECTS 512

static struct object {
  uintptr_t start, end, base;
  const char *name;
  /* By which it is known in every process (identity.h). */
  uint64_t identity;
} objects[OBJECTS];
static _Atomic int object_count;
/* The object whose calls are being led elsewhere. */
__attribute__((unused)) static const struct link_map *objects_looked_at;

/* The object whose code lies at this address. */
static const struct object *object_of(uintptr_t at) {
  for (int i = 0; i < object_count; i++)
    if (at >= objects[i].start && at < objects[i].end) return &objects[i];
  return NULL;
}

static int look_at(struct dl_phdr_info *info, size_t size, void *unused) {
  (void)size, (void)unused;
  static char program[PATH_MAX];
  const char *name = info->dlpi_name;
  char real[PATH_MAX];
  if (name == NULL || *name == 0) {
    const ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    if (n <= 0) return 0;
    program[n] = 0;
    name = program;
  }
  for (int i = 0; i < object_count; i++)
    if (objects[i].base == info->dlpi_addr && strcmp(objects[i].name, name) == 0) return 0;
  if (object_count == OBJECTS || !(listed(name) || (realpath(name, real) != NULL && listed(real)))) return 0;
  uintptr_t start = UINTPTR_MAX, end = 0;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &info->dlpi_phdr[i];
    if (part->p_type != PT_LOAD || !(part->p_flags & PF_X)) continue;
    const uintptr_t at = info->dlpi_addr + part->p_vaddr;
    if (at < start) start = at;
    if (at + part->p_memsz > end) end = at + part->p_memsz;
  }
  const char *kept = name == program ? program : strdup(name);
  if (end <= start || kept == NULL) return 0;
  objects[object_count] = (struct object){start, end, info->dlpi_addr, kept, identity_of(info->dlpi_phdr, info->dlpi_phnum, info->dlpi_addr, kept)};
  object_count++;
  return 0;
}

/* Looks at the objects that were loaded since the last time, and leads their calls elsewhere. */
static void objects_look(got_choice *choose) {
  static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&one);
  const int known = object_count;
  dl_iterate_phdr(look_at, NULL);
  for (const struct link_map *m = _r_debug.r_map; known < object_count && m != NULL; m = m->l_next)
    for (int i = known; i < object_count; i++) {
      if (objects[i].base != m->l_addr || (*m->l_name != 0 && strcmp(objects[i].name, m->l_name) != 0)) continue;
      objects_looked_at = m;
      got_rewrite(m, choose);
    }
  pthread_mutex_unlock(&one);
}

#endif
