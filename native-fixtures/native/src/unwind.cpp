/* Errors on their way to the host: a C++ exception and errno. */
#include <fcntl.h>
#include <stdexcept>

#include "fixture.h"

int fx_may_throw(int really) {
  if (really) throw std::runtime_error("fx_may_throw");
  return 0;
}

int fx_open_missing(void) { return open("/nonexistent/fixture", O_RDONLY); }
