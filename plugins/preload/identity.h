/*
 * By what an object is known in every process: the linker's mark of the build, or the name of its file where there is none. Packages
 * of Java unpack their library under another name each time.
 */
#ifndef FFI_GATES_IDENTITY_H
#define FFI_GATES_IDENTITY_H
#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <string.h>

static uint64_t hashed(uint64_t hash, const void *bytes, size_t n) {
  for (size_t i = 0; i < n; i++) hash = (hash ^ ((const unsigned char *)bytes)[i]) * 0x100000001b3u;
  return hash;
}

static uint64_t identity_of(const ElfW(Phdr) *parts, int count, uintptr_t base, const char *name) {
  for (int i = 0; i < count; i++) {
    if (parts[i].p_type != PT_NOTE) continue;
    const char *at = (const char *)(base + parts[i].p_vaddr), *end = at + parts[i].p_memsz;
    while (at + sizeof(ElfW(Nhdr)) <= end) {
      const ElfW(Nhdr) *note = (const void *)at;
      const char *owner = at + sizeof *note, *mark = owner + ((note->n_namesz + 3u) & ~3u);
      if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && memcmp(owner, "GNU", 4) == 0 && mark + note->n_descsz <= end)
        return hashed(0xcbf29ce484222325u, mark, note->n_descsz);
      at = mark + ((note->n_descsz + 3u) & ~3u);
    }
  }
  const char *slash = strrchr(name, '/');
  const char *file = slash ? slash + 1 : name;
  return hashed(0xcbf29ce484222325u, file, strlen(file));
}

#endif
