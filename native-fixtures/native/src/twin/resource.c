/* A descriptor that is closed, memory that is unmapped, and a temporary file that is removed. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../case.h"
#include "fixture.h"

static void resource_handle_leak(void) {
  const int fd = fx_open_self();
  if (fd >= 0) fx_sink += fx_close(fd);
}

static void resource_handle_leak__map(void) {
  for (int i = 0; i < 10; i++) {
    void *map = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map != MAP_FAILED) fx_sink += munmap(map, 4096);
  }
}

static void resource_handle_leak__temporary(void) {
  char path[512];
  const char *dir = getenv("TMPDIR");
  snprintf(path, sizeof path, "%s/fixture-XXXXXX", dir ? dir : "/tmp");
  const int fd = mkstemp(path);
  if (fd < 0) return;
  unlink(path);
  close(fd);
}

const fx_case fx_twin_resource[] = {FX_RESOURCE_CASES(FX_CASE) FX_END};
