/*
 * Calls that one loaded object makes into others, led elsewhere: its global offset table is rewritten. A host's executable
 * that exports functions itself wins over every preloaded library, so that a function of the same name would never be called.
 */
#ifndef FFI_GATES_GOT_H
#define FFI_GATES_GOT_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__x86_64__)
#define GOT_IS_ADDRESS(type) ((type) == R_X86_64_JUMP_SLOT || (type) == R_X86_64_GLOB_DAT || (type) == R_X86_64_64)
#elif defined(__aarch64__)
#define GOT_IS_ADDRESS(type) ((type) == R_AARCH64_JUMP_SLOT || (type) == R_AARCH64_GLOB_DAT || (type) == R_AARCH64_ABS64)
#else
#error "this guard knows the relocations of x86-64 and arm64"
#endif

/* What to put in the place of a function, or NULL to leave it. */
typedef void *got_choice(const char *name);

/* Dynamic entries are addresses once glibc has relocated them, and offsets where it must not write. */
static const void *got_at(const struct link_map *map, ElfW(Addr) value) {
  return (const void *)(value < map->l_addr ? map->l_addr + value : value);
}

/* The number of entries of the object that were led elsewhere. */
static int got_rewrite(const struct link_map *map, got_choice *choose) {
  const ElfW(Sym) *symbols = NULL;
  const char *names = NULL;
  struct {
    const ElfW(Rela) *entries;
    size_t bytes;
  } tables[2] = {{NULL, 0}, {NULL, 0}};
  for (const ElfW(Dyn) *d = map->l_ld; d->d_tag != DT_NULL; d++) switch (d->d_tag) {
      case DT_SYMTAB: symbols = got_at(map, d->d_un.d_ptr); break;
      case DT_STRTAB: names = got_at(map, d->d_un.d_ptr); break;
      case DT_JMPREL: tables[0].entries = got_at(map, d->d_un.d_ptr); break;
      case DT_PLTRELSZ: tables[0].bytes = d->d_un.d_val; break;
      case DT_RELA: tables[1].entries = got_at(map, d->d_un.d_ptr); break;
      case DT_RELASZ: tables[1].bytes = d->d_un.d_val; break;
    }
  if (symbols == NULL || names == NULL) return 0;
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  int done = 0;
  for (int t = 0; t < 2; t++)
    for (size_t i = 0; tables[t].entries != NULL && i < tables[t].bytes / sizeof(ElfW(Rela)); i++) {
      const ElfW(Rela) *entry = &tables[t].entries[i];
      const size_t symbol = ELF64_R_SYM(entry->r_info);
      if (!GOT_IS_ADDRESS(ELF64_R_TYPE(entry->r_info)) || symbol == 0) continue;
      void *with = choose(names + symbols[symbol].st_name);
      if (with == NULL) continue;
      void **slot = (void **)(map->l_addr + entry->r_offset);
      if (mprotect((void *)((uintptr_t)slot & ~(page - 1)), page, PROT_READ | PROT_WRITE) != 0) continue;
      *slot = with;
      done++;
    }
  return done;
}

#endif
