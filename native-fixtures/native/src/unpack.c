#include "fixture.h"
#include <stdlib.h>
#include <string.h>

enum { HEAD = 3 };

int fx_unpack(const uint8_t *data, size_t size, size_t room) {
  if (size < HEAD || data[0] != 'F' || data[1] != 'X' || size - HEAD < data[2]) return -1;
  uint8_t *block = malloc(room);
  int sum = 0;
  if (!block) return -1;
  memcpy(block, data + HEAD, data[2]); //~ bounds_heap_overflow__target: fuzz = bounds/heap-overflow
  for (size_t i = 0; i < data[2]; i++) sum += block[i];
  free(block);
  return sum;
}
