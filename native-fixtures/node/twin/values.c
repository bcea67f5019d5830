/* Wrappers through which each value arrives as it is, or that refuse it. */

static napi_value refuse(napi_env env, const char *why) {
  napi_throw_range_error(env, NULL, why);
  return NULL;
}

WRAPPER(valueWide) {
  ARGS;
  int64_t a, b;
  bool exact_a, exact_b;
  if (napi_get_value_bigint_int64(env, argv[0], &a, &exact_a) != napi_ok) return refuse(env, "no bigint");
  if (napi_get_value_bigint_int64(env, argv[1], &b, &exact_b) != napi_ok) return refuse(env, "no bigint");
  if (!exact_a || !exact_b) return refuse(env, "more than 64 bits");
  return bigint(env, fx_wide(a, b));
}
WRAPPER(valueWideArgument) { return valueWide(env, info); }
WRAPPER(valueWideDouble) { return valueWide(env, info); }
WRAPPER(valueWideAlone) { return valueWide(env, info); }
WRAPPER(valueUnsignedMax) { return number(env, fx_unsigned_max()); }

/* Whether a number is an integer from least to most. */
static bool within(napi_env env, napi_value v, double least, double most) {
  const double x = double_of(env, v);
  return x >= least && x <= most && x == (double)(int64_t)x;
}

WRAPPER(valueDigest) {
  ARGS;
  if (!within(env, argv[0], 0, UINT8_MAX) || !within(env, argv[1], 0, UINT32_MAX) || !within(env, argv[2], 0, UINT16_MAX))
    return refuse(env, "beyond the record's field");
  const fx_record r = {(uint8_t)double_of(env, argv[0]), (uint32_t)double_of(env, argv[1]),
                       (uint16_t)double_of(env, argv[2]), double_of(env, argv[3])};
  return bigint(env, fx_record_digest(&r));
}

WRAPPER(valueMean) {
  ARGS;
  if (!within(env, argv[2], INT32_MIN, INT32_MAX)) return refuse(env, "no 32-bit integer");
  return number(env, fx_mean(double_of(env, argv[0]), (float)double_of(env, argv[1]), int_of(env, argv[2])));
}

WRAPPER(valuePoints) {
  ARGS;
  char text[8192];
  size_t n;
  napi_get_value_string_utf8(env, argv[0], text, sizeof text, &n);
  if (n + 1 == sizeof text) return refuse(env, "too long");
  if (strlen(text) != n) return refuse(env, "text of C ends at NUL");
  return points_in(env, text);
}
WRAPPER(valuePointsLatin1) { return valuePoints(env, info); }

WRAPPER(valueSum) {
  ARGS;
  size_t n;
  const unsigned char *bytes = bytes_of(env, argv[0], &n);
  return number(env, fx_sum(bytes, n));
}

WRAPPER(valueBox) {
  ARGS;
  if (!within(env, argv[0], INT32_MIN, INT32_MAX)) return refuse(env, "no 32-bit integer");
  fx_box *box = fx_box_new(int_of(env, argv[0]));
  const int got = fx_box_get(box);
  fx_box_free(box);
  return number(env, got);
}

WRAPPER(valueSlice) {
  ARGS;
  static unsigned char dst[64], src[64];
  if (!within(env, argv[0], 0, 64) || !within(env, argv[1], double_of(env, argv[0]), 64))
    return refuse(env, "no slice of 64 bytes");
  return number(env, fx_copy_slice(dst, sizeof dst, src, int_of(env, argv[0]), int_of(env, argv[1])));
}

WRAPPER(valueDouble) {
  ARGS;
  int out = 0;
  if (!within(env, argv[0], INT32_MIN, INT32_MAX / 2) || fx_measure(int_of(env, argv[0]), &out) != 0)
    return refuse(env, "no measure");
  return number(env, out);
}
