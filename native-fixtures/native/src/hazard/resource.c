/* A descriptor that nobody closes, memory that nobody unmaps, and a temporary file that nobody removes. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../case.h"
#include "fixture.h"

static void resource_handle_leak(void) {
  fx_sink += fx_open_self(); //~ resource_handle_leak: fdguard = resource/handle-leak
}

static void resource_handle_leak__map(void) {
  for (int i = 0; i < 10; i++)
    fx_sink += mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED; //~ resource_handle_leak__map on c py pyx jni rs net node: fdguard = resource/handle-leak
}

static void resource_handle_leak__temporary(void) {
  char path[512];
  const char *dir = getenv("TMPDIR");
  snprintf(path, sizeof path, "%s/fixture-XXXXXX", dir ? dir : "/tmp");
  const int fd = mkstemp(path); //~ resource_handle_leak__temporary: fdguard = resource/handle-leak
  if (fd >= 0) close(fd);
}

const fx_case fx_hazard_resource[] = {FX_RESOURCE_CASES(FX_CASE) FX_END};
