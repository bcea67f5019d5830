/* Accesses outside an object. */
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../case.h"

/* Two globals, so that what lies behind the first is the library's own. */
static int fx_table[8];
static int fx_behind[8];

static void bounds_heap_overflow(void) {
  char *p = fx_opaque(malloc(24));
  p[fx_unknown(24)] = 1; //~ bounds_heap_overflow: asan goasan rsasan memcheck = bounds/heap-overflow
  free(p);
}

static void bounds_heap_overread(void) {
  char *p = fx_opaque(calloc(1, 24));
  fx_sink += p[fx_unknown(24)]; //~ bounds_heap_overread: asan goasan rsasan memcheck = bounds/heap-overread
  free(p);
}

static void bounds_stack_overflow(void) {
  int local[8] = {0};
  int *p = fx_opaque(local);
  fx_sink += p[fx_unknown(8)]; //~ bounds_stack_overflow: asan goasan rsasan = bounds/stack-overflow
}

static void bounds_global_overflow(void) {
  int *p = fx_opaque(fx_table);
  fx_sink += p[fx_unknown(8)]; //~ bounds_global_overflow: asan goasan rsasan = bounds/global-overflow
  fx_sink += *(int *)fx_opaque(fx_behind);
}

static void bounds_missing_terminator(void) {
  char *p = fx_opaque(malloc(16));
  memset(p, 'x', 16);
  fx_sink += (long)strlen(fx_opaque(p)); //~ bounds_missing_terminator: asan goasan rsasan memcheck = bounds/heap-overread
  free(p);
}

static void bounds_length_arithmetic(void) {
  char *to = fx_opaque(malloc(16)), *from = fx_opaque(calloc(1, 16));
  const int32_t header = (int32_t)fx_unknown(12), total = (int32_t)fx_unknown(8);
  fx_copy(to, from, (size_t)(total - header)); //~ bounds_length_arithmetic: asan goasan rsasan = bounds/length-arithmetic
  fx_sink += *(char *)fx_opaque(to) & 1;
  free(from);
  free(to);
}

static void bounds_length_arithmetic__product(void) {
  const int32_t count = (int32_t)fx_unknown(INT_MAX / 4), size = (int32_t)fx_unknown(16);
  const int32_t bytes = count * size; //~ bounds_length_arithmetic__product: ubsan = ub/integer-overflow
  fx_sink += bytes;
}

static void bounds_redzone_jump(void) {
  char *near = fx_opaque(malloc(64)), *far = fx_opaque(malloc(64));
  const intptr_t distance = (intptr_t)far - (intptr_t)near;
  near[fx_unknown(distance)] = 1; //~ bounds_redzone_jump: blind = bounds/redzone-jump
  free(far);
  free(near);
}

const fx_case fx_hazard_bounds[] = {FX_BOUNDS_CASES(FX_CASE) FX_END};
