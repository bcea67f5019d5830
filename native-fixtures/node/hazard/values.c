/* Wrappers through which other values arrive than JavaScript passed, or return. */

WRAPPER(valueWide) {
  ARGS;
  return number(env, (int32_t)fx_wide(int64_of(env, argv[0]), int64_of(env, argv[1])));
}
WRAPPER(valueWideArgument) {
  ARGS;
  return bigint(env, fx_wide((int32_t)int64_of(env, argv[0]), int64_of(env, argv[1])));
}
/* Numbers of JavaScript hold 53 bits. */
WRAPPER(valueWideDouble) {
  ARGS;
  return number(env, (double)fx_wide(int64_of(env, argv[0]), int64_of(env, argv[1])));
}
WRAPPER(valueWideAlone) {
  ARGS;
  return bigint(env, fx_wide(int64_of(env, argv[0]), 0));
}
WRAPPER(valueUnsignedMax) { return number(env, (int32_t)fx_unsigned_max()); }

/* The record without its padding. */
typedef struct {
  uint8_t kind;
  uint32_t count;
  uint16_t tag;
  double weight;
  char room[8];
} __attribute__((packed)) packed_record;
WRAPPER(valueDigest) {
  ARGS;
  _Alignas(16) packed_record r = {(uint8_t)double_of(env, argv[0]), (uint32_t)double_of(env, argv[1]),
                                  (uint16_t)double_of(env, argv[2]), double_of(env, argv[3]), {0}};
  return bigint(env, fx_record_digest((const void *)&r));
}

WRAPPER(valueMean) {
  ARGS;
  double (*with_a_double)(double, double, int) = (double (*)(double, double, int))(void *)fx_mean;
  return number(env, with_a_double(double_of(env, argv[0]), double_of(env, argv[1]), int_of(env, argv[2])));
}

WRAPPER(valuePointsLatin1) {
  ARGS;
  char text[8192];
  napi_get_value_string_latin1(env, argv[0], text, sizeof text, NULL);
  return points_in(env, text);
}
/* UTF-8, but the library never sees what comes behind a NUL. */
WRAPPER(valuePoints) {
  ARGS;
  char text[8192];
  napi_get_value_string_utf8(env, argv[0], text, sizeof text, NULL);
  return points_in(env, text);
}

WRAPPER(valueSum) {
  ARGS;
  size_t n;
  const unsigned char *bytes = bytes_of(env, argv[0], &n);
  return number(env, fx_sum(bytes, (uint16_t)n));
}

/* A handle as a number of 16 bits: Node is linked to a fixed place, and the first 4 GiB hold its heap. */
WRAPPER(valueBox) {
  ARGS;
  const uint16_t handle = (uint16_t)(uintptr_t)fx_box_new(int_of(env, argv[0]));
  return number(env, fx_box_get((const fx_box *)(uintptr_t)handle));
}

WRAPPER(valueSlice) {
  ARGS;
  static unsigned char dst[64], src[64];
  return number(env, fx_copy_slice(dst, sizeof dst, src, int_of(env, argv[0]), int_of(env, argv[1])));
}

WRAPPER(valueDouble) {
  ARGS;
  int out = 0;
  fx_measure(int_of(env, argv[0]), &out);
  return number(env, out);
}
