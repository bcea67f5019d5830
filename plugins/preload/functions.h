/*
 * Functions of the project by their addresses: where each ends, and whether it is watched. Read once from the symbol tables of its
 * objects (objects.h), which name what is not exported, too.
 */
#ifndef FFI_GATES_FUNCTIONS_H
#define FFI_GATES_FUNCTIONS_H
#include "objects.h"
#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* Groups of functions, of each of which one may run at a time. A function belongs to the first that names it. */
#define GROUPS 64
#define MAX_FUNCTIONS (1u << 20)

static struct {
  const char *pattern, *end;
  int group;
} patterns[1024];
static int pattern_count, group_count;

typedef struct {
  uintptr_t start, end;
  const char *name;
  int group;
} function;

/* Of one object, by address. */
static struct {
  function *all;
  size_t count;
} functions[OBJECTS];
static _Atomic int objects_read;

/* `f;g*,h`: two groups, the second by two patterns. */
static void read_groups(const char *list) {
  while (list && *list && group_count < GROUPS) {
    const char *end = list + strcspn(list, ",;");
    if (pattern_count == sizeof patterns / sizeof *patterns) return;
    patterns[pattern_count].pattern = list;
    patterns[pattern_count].end = end;
    patterns[pattern_count++].group = group_count;
    if (*end != ',') group_count++;
    list = *end ? end + 1 : end;
  }
}

static int group_of(const char *name) {
  for (int i = 0; i < pattern_count; i++)
    if (fits(patterns[i].pattern, patterns[i].end, name)) return patterns[i].group;
  return -1;
}

static int by_address(const void *a, const void *b) {
  const function *l = a, *r = b;
  return l->start < r->start ? -1 : l->start > r->start;
}

/* The file stays mapped: names are read from it. */
static void read_object(int number) {
  const struct object *object = &objects[number];
  struct stat about;
  const int fd = open(object->name, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  const int known = fstat(fd, &about) == 0 && (size_t)about.st_size > sizeof(ElfW(Ehdr));
  const char *file = known ? mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
  close(fd);
  if (file == MAP_FAILED) return;
  const size_t size = (size_t)about.st_size;
  const ElfW(Ehdr) *header = (const void *)file;
  const ElfW(Shdr) *sections = (const void *)(file + header->e_shoff), *table = NULL;
  if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_shoff == 0 || header->e_shoff + (size_t)header->e_shnum * sizeof *sections > size) return;
  for (int i = 0; i < header->e_shnum; i++)
    if (sections[i].sh_type == SHT_SYMTAB || (sections[i].sh_type == SHT_DYNSYM && table == NULL)) table = &sections[i];
  if (table == NULL || table->sh_link >= header->e_shnum || table->sh_offset + table->sh_size > size) return;
  const ElfW(Shdr) *text = &sections[table->sh_link];
  if (text->sh_offset + text->sh_size > size) return;
  const ElfW(Sym) *symbols = (const void *)(file + table->sh_offset);
  const size_t entries = table->sh_size / sizeof *symbols;
  if (entries == 0 || entries > MAX_FUNCTIONS) return;
  function *all = mmap(NULL, entries * sizeof *all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (all == MAP_FAILED) return;
  size_t count = 0;
  for (size_t i = 0; i < entries; i++) {
    if (ELF64_ST_TYPE(symbols[i].st_info) != STT_FUNC || symbols[i].st_value == 0 || symbols[i].st_name >= text->sh_size) continue;
    const char *name = file + text->sh_offset + symbols[i].st_name;
    const uintptr_t start = object->base + symbols[i].st_value;
    all[count++] = (function){start, start + symbols[i].st_size, name, group_of(name)};
  }
  qsort(all, count, sizeof *all, by_address);
  functions[number].count = count;
  functions[number].all = all;
}

static void *nothing_instead(const char *name) {
  (void)name;
  return NULL;
}

static void look_around(void) {
  static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
  objects_look(nothing_instead);
  pthread_mutex_lock(&one);
  for (; objects_read < object_count; objects_read++) read_object(objects_read);
  pthread_mutex_unlock(&one);
}

/* The function in which this address lies, or NULL. Several names of one place are one function if any of them is watched. */
static const function *function_at(uintptr_t at) {
  const struct object *object = object_of(at);
  if (object == NULL) return NULL;
  const function *all = functions[object - objects].all;
  size_t low = 0, high = all ? functions[object - objects].count : 0;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (all[middle].start <= at) low = middle + 1;
    else high = middle;
  }
  const function *found = NULL;
  for (size_t i = low; i > 0 && (found == NULL || all[i - 1].start == found->start); i--)
    if (at < all[i - 1].end && (found == NULL || all[i - 1].group >= 0)) found = &all[i - 1];
    else if (found == NULL) break;
  return found;
}

#endif
