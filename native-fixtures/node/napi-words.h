/* The few N-API phrases that the addon needs, so that its functions read as the calls they wrap. */
#ifndef NAPI_WORDS_H
#define NAPI_WORDS_H
#include <node_api.h>
#include <stdint.h>

#define MAX_ARGS 4
/* Declares `argv`, filled with the arguments of the call (undefined where absent). */
#define ARGS                                            \
  napi_value argv[MAX_ARGS];                            \
  size_t argc = MAX_ARGS;                               \
  napi_get_cb_info(env, info, &argc, argv, NULL, NULL)

static inline int32_t int_of(napi_env env, napi_value v) {
  int32_t n = 0;
  napi_get_value_int32(env, v, &n);
  return n;
}

static inline napi_value number(napi_env env, double n) {
  napi_value v;
  napi_create_double(env, n, &v);
  return v;
}

/* The low 64 bits of a bigint. */
static inline int64_t int64_of(napi_env env, napi_value v) {
  int64_t n = 0;
  bool exact;
  napi_get_value_bigint_int64(env, v, &n, &exact);
  return n;
}

static inline double double_of(napi_env env, napi_value v) {
  double x = 0;
  napi_get_value_double(env, v, &x);
  return x;
}

static inline napi_value bigint(napi_env env, int64_t n) {
  napi_value v;
  napi_create_bigint_int64(env, n, &v);
  return v;
}

/* Bytes of a Buffer; `size` may be NULL. */
static inline unsigned char *bytes_of(napi_env env, napi_value v, size_t *size) {
  void *data = NULL;
  size_t n = 0;
  napi_get_buffer_info(env, v, &data, &n);
  if (size) *size = n;
  return data;
}

static inline void *pointer_of(napi_env env, napi_value external) {
  void *p = NULL;
  napi_get_value_external(env, external, &p);
  return p;
}

static inline napi_value external(napi_env env, void *p) {
  napi_value v;
  napi_create_external(env, p, NULL, NULL, &v);
  return v;
}

typedef struct {
  const char *name;
  napi_callback call;
} export_row;

static inline napi_value export_all(napi_env env, napi_value exports, const export_row *rows) {
  for (; rows->name; rows++) {
    napi_value f;
    napi_create_function(env, rows->name, NAPI_AUTO_LENGTH, rows->call, NULL, &f);
    napi_set_named_property(env, exports, rows->name, f);
  }
  return exports;
}
#endif
