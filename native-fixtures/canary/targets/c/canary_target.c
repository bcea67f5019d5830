#include <ffi_canary.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  canary_unpack(data, size); //~ canary_target: fuzz = bounds/heap-overflow
  return 0;
}
