/* A reader of records from anywhere that does not look at the number. */
#include <fixture.h>

enum { ROOM = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 3) return 0;
  fx_unpack(data, size, ROOM);
  return 0;
}
