/* The same accesses, inside. */
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../case.h"

static int fx_table[8];

static void bounds_heap_overflow(void) {
  char *p = fx_opaque(malloc(24));
  if (p) p[fx_unknown(23)] = 1;
  free(p);
}

static void bounds_heap_overread(void) {
  char *p = fx_opaque(calloc(1, 24));
  if (p) fx_sink += p[fx_unknown(23)];
  free(p);
}

static void bounds_stack_overflow(void) {
  int local[8] = {0};
  int *p = fx_opaque(local);
  fx_sink += p[fx_unknown(7)];
}

static void bounds_global_overflow(void) {
  int *p = fx_opaque(fx_table);
  fx_sink += p[fx_unknown(7)];
}

static void bounds_missing_terminator(void) {
  char *p = fx_opaque(malloc(16));
  if (!p) return;
  memset(p, 'x', 15);
  p[15] = '\0';
  fx_sink += (long)strlen(fx_opaque(p));
  free(p);
}

static void bounds_length_arithmetic(void) {
  char *to = fx_opaque(malloc(16)), *from = fx_opaque(calloc(1, 16));
  const int32_t header = (int32_t)fx_unknown(12), total = (int32_t)fx_unknown(8);
  if (to && from && total >= header) fx_copy(to, from, (size_t)(total - header));
  free(from);
  free(to);
}

static void bounds_length_arithmetic__product(void) {
  const int32_t count = (int32_t)fx_unknown(INT_MAX / 4), size = (int32_t)fx_unknown(16);
  const int64_t bytes = (int64_t)count * size;
  fx_sink += (long)bytes;
}

static void bounds_redzone_jump(void) {
  char *near = fx_opaque(malloc(64)), *far = fx_opaque(malloc(64));
  if (near && far) {
    near[fx_unknown(63)] = 1;
    far[fx_unknown(0)] = 1;
  }
  free(far);
  free(near);
}

const fx_case fx_twin_bounds[] = {FX_BOUNDS_CASES(FX_CASE) FX_END};
