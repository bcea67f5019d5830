/* Functions that believe the lengths they are given, and the two results a caller has to check. */
#include <string.h>

#include "case.h"
#include "fixture.h"

void fx_fill(unsigned char *buf, size_t n, int byte) {
  for (size_t i = 0; i < n; i++)
    buf[i] = (unsigned char)byte;
}

int fx_sum(const unsigned char *buf, size_t n) {
  int sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += buf[i];
  return sum;
}

size_t fx_text_length(const char *text) {
  return strlen(text);
}

int fx_copy_slice(unsigned char *dst, size_t cap, const unsigned char *src, int32_t from, int32_t to) {
  (void)cap; /* the contract makes the caller check it */
  fx_copy(dst, src + from, (size_t)(to - from));
  return to - from;
}

fx_box *fx_find(const char *name) { return strcmp(name, "one") == 0 ? fx_box_new(1) : NULL; }

int fx_measure(int want, int *out) {
  if (want <= 0) return -1;
  *out = want * 2;
  return 0;
}
