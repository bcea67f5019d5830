/* Undefined behaviour of the language itself. */
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../case.h"

static int eight[8];

static void ub_integer_overflow(void) {
  const int n = (int)fx_unknown(INT_MAX);
  fx_sink += n + 1; //~ ub_integer_overflow: ubsan = ub/integer-overflow
}

static void ub_shift(void) {
  const int by = (int)fx_unknown(40);
  fx_sink += 1 << by; //~ ub_shift: ubsan = ub/shift
}

static void ub_misaligned(void) {
  char bytes[16] = {0};
  const int32_t *p = fx_opaque((char *)fx_opaque(bytes) + 1);
  fx_sink += *p; //~ ub_misaligned: ubsan = ub/misaligned
}

static void ub_invalid_enum_or_bool(void) {
  bool flag;
  memset(&flag, 2, sizeof flag);
  const bool *p = fx_opaque(&flag);
  fx_sink += *p; //~ ub_invalid_enum_or_bool: ubsan = ub/invalid-enum-or-bool
}

static void ub_vla_bound(void) {
  const int n = (int)fx_unknown(0);
  char room[n]; //~ ub_vla_bound: ubsan = ub/vla-bound
  fx_sink += (long)fx_opaque(room) & 1;
}

static void ub_array_index(void) {
  const long i = fx_unknown(-1);
  fx_sink += (long)fx_opaque(&eight[i]) & 1; //~ ub_array_index: ubsan = ub/array-index
}

static void ub_division_by_zero(void) {
  const int n = (int)fx_unknown(0);
  fx_sink += 7 / n; //~ ub_division_by_zero: ubsan = ub/division-by-zero
}

static FX_NOINLINE __attribute__((nonnull)) void touch(const void *p) { fx_sink += (long)fx_opaque((void *)p) & 1; }

static void ub_null_argument(void) {
  touch(fx_opaque(NULL)); //~ ub_null_argument: ubsan = ub/null-argument
}

static void ub_pointer_overflow(void) {
  const char *p = fx_opaque(eight);
  fx_sink += (long)(p + (size_t)fx_unknown(LONG_MIN) * 2 - 1 - (size_t)p) & 1; //~ ub_pointer_overflow: ubsan = ub/pointer-overflow
}

static FX_NOINLINE int of_int(int n) { return n; }

static void ub_function_type(void) {
  long (*f)(void *) = (long (*)(void *))fx_opaque((void *)(intptr_t)of_int);
  fx_sink += f(NULL) & 1; //~ ub_function_type: ubsan/clang = ub/function-type
}

static void ub_unreachable(void) {
  if (fx_unknown(1)) __builtin_unreachable(); //~ ub_unreachable: ubsan = ub/unreachable
}

const fx_case fx_hazard_ub[] = {FX_UB_CASES(FX_CASE) FX_END};
