/* File descriptors. */
#include <fcntl.h>
#include <unistd.h>

#include "fixture.h"

int fx_open_self(void) { return open("/proc/self/exe", O_RDONLY); }
int fx_close(int fd) { return close(fd); }
