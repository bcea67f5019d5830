/* Functions whose declaration on the host's side is easy to get wrong. */
#include <stdarg.h>

#include "fixture.h"

int64_t fx_record_digest(const fx_record *r) {
  return (int64_t)r->kind + (int64_t)r->count * 10 + (int64_t)r->tag * 100 + (int64_t)(r->weight * 1000);
}

const fx_record *fx_record_sample(void) {
  static const fx_record sample = {1, 2, 3, 0.5};
  return &sample;
}

int64_t fx_wide(int64_t a, int64_t b) { return a + b; }
uint32_t fx_unsigned_max(void) { return 0xffffffffu; }
double fx_mean(double a, float b, int n) { return n ? (a + (double)b) / n : 0; }

int fx_sum_varargs(int n, ...) {
  va_list rest;
  va_start(rest, n);
  int sum = 0;
  for (int i = 0; i < n; i++) sum += va_arg(rest, int);
  va_end(rest);
  return sum;
}

/* Length of the UTF-8 sequence that `lead` opens; 0 when it opens none. */
static int sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  if (lead >= 0xf0 && lead < 0xf5) return 4;
  return 0;
}

size_t fx_utf8_points(const char *text) {
  size_t points = 0;
  for (const unsigned char *p = (const unsigned char *)text; *p; points++) {
    const int n = sequence_length(*p);
    if (n == 0) return SIZE_MAX;
    /* Overlong forms, surrogates and what lies above U+10FFFF show in the second byte. */
    if (n == 3 && ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f))) return SIZE_MAX;
    if (n == 4 && ((*p == 0xf0 && p[1] < 0x90) || (*p == 0xf4 && p[1] > 0x8f))) return SIZE_MAX;
    for (int i = 1; i < n; i++)
      if ((p[i] & 0xc0) != 0x80) return SIZE_MAX;
    p += n;
  }
  return points;
}
