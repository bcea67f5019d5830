/* A reader of records from anywhere that looks at the number first. */
#include <fixture.h>

enum { ROOM = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 3 || data[2] > ROOM) return 0;
  fx_unpack(data, size, ROOM);
  return 0;
}
