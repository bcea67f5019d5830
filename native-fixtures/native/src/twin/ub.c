/* The same computations within the language. */
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "../case.h"

static int eight[8];

static void ub_integer_overflow(void) {
  const int n = (int)fx_unknown(INT_MAX);
  fx_sink += n < INT_MAX ? n + 1 : n;
}

static void ub_shift(void) {
  const int by = (int)fx_unknown(40);
  fx_sink += by < 31 ? 1 << by : 0;
}

static void ub_misaligned(void) {
  char bytes[16] = {0};
  int32_t n;
  memcpy(&n, (char *)fx_opaque(bytes) + 1, sizeof n);
  fx_sink += n;
}

static void ub_invalid_enum_or_bool(void) {
  unsigned char byte = (unsigned char)fx_unknown(2);
  const bool flag = byte != 0;
  fx_sink += flag;
}

static void ub_vla_bound(void) {
  const int n = (int)fx_unknown(1);
  char room[n];
  fx_sink += (long)fx_opaque(room) & 1;
}

static void ub_array_index(void) {
  const long i = fx_unknown(7);
  fx_sink += (long)fx_opaque(&eight[i]) & 1;
}

static void ub_division_by_zero(void) {
  const int n = (int)fx_unknown(0);
  fx_sink += n ? 7 / n : 0;
}

static FX_NOINLINE __attribute__((nonnull)) void touch(const void *p) { fx_sink += (long)fx_opaque((void *)p) & 1; }

static void ub_null_argument(void) { touch(fx_opaque(eight)); }

static void ub_pointer_overflow(void) {
  const char *p = fx_opaque(eight);
  fx_sink += (long)(p + fx_unknown(8)) & 1;
}

static FX_NOINLINE long of_pointer(void *p) { return (long)p & 1; }

static void ub_function_type(void) {
  long (*f)(void *) = (long (*)(void *))fx_opaque((void *)(intptr_t)of_pointer);
  fx_sink += f(NULL);
}

static void ub_unreachable(void) {
  if (fx_unknown(1)) fx_sink++;
}

const fx_case fx_twin_ub[] = {FX_UB_CASES(FX_CASE) FX_END};
