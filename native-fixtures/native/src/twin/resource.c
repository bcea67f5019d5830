/* A descriptor that is closed. */
#include "../case.h"
#include "fixture.h"

static void resource_handle_leak(void) {
  const int fd = fx_open_self();
  if (fd >= 0) fx_sink += fx_close(fd);
}

const fx_case fx_twin_resource[] = {FX_RESOURCE_CASES(FX_CASE) FX_END};
