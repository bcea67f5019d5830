/* Addon of the twin suite: the wrappers of the hazard suite, with their mistakes corrected. */
#define LIBRARY_RUN fx_twin_run
#include "../addon.h"
#include "values.c"

/* -1 when the Buffer is shorter than the declared length. */
WRAPPER(fill) {
  ARGS;
  size_t size;
  unsigned char *p = bytes_of(env, argv[0], &size);
  const int32_t n = int_of(env, argv[1]);
  if (n < 0 || (size_t)n > size) return number(env, -1);
  fx_fill(p, (size_t)n, int_of(env, argv[2]));
  return number(env, n);
}
WRAPPER(fillPooled) { return fill(env, info); }

WRAPPER(textLength) {
  ARGS;
  size_t size;
  const unsigned char *p = bytes_of(env, argv[0], &size);
  if (!memchr(p, 0, size)) return number(env, -1);
  return number(env, (double)fx_text_length((const char *)p));
}

WRAPPER(copySlice) {
  ARGS;
  size_t cap;
  unsigned char *dst = bytes_of(env, argv[0], &cap);
  const unsigned char *src = bytes_of(env, argv[1], NULL);
  const int32_t from = int_of(env, argv[2]), to = int_of(env, argv[3]);
  if (from < 0 || to < from || (size_t)(to - from) > cap) return number(env, -1);
  return number(env, fx_copy_slice(dst, cap, src, from, to));
}

/* A reference that lives as long as it is needed. */
WRAPPER(remember) {
  ARGS;
  napi_ref ref;
  napi_create_reference(env, argv[0], 1, &ref);
  napi_delete_reference(env, ref);
  return NULL;
}

static void execute(napi_env env, void *data) { (void)env, (void)data; }
WRAPPER(prepareWork) {
  ARGS;
  napi_async_work work;
  napi_create_async_work(env, NULL, argv[0], execute, NULL, NULL, &work);
  napi_delete_async_work(env, work);
  return NULL;
}

/* On a thread of the pool: a promise. */
typedef struct {
  int ms;
  napi_deferred deferred;
  napi_async_work work;
} nap;
static void sleep_now(napi_env env, void *data) {
  (void)env;
  fx_sleep_ms(((nap *)data)->ms);
}
static void sleep_ended(napi_env env, napi_status status, void *data) {
  nap *n = data;
  (void)status;
  napi_resolve_deferred(env, n->deferred, number(env, n->ms));
  napi_delete_async_work(env, n->work);
  free(n);
}
WRAPPER(sleep_for) {
  ARGS;
  napi_value promise, name;
  nap *n = calloc(1, sizeof *n);
  if (n == NULL) {
    napi_throw_error(env, NULL, "no memory");
    return NULL;
  }
  n->ms = int_of(env, argv[0]);
  napi_create_promise(env, &n->deferred, &promise);
  napi_create_string_utf8(env, "sleep", NAPI_AUTO_LENGTH, &name);
  napi_create_async_work(env, NULL, name, sleep_now, sleep_ended, n, &n->work);
  napi_queue_async_work(env, n->work);
  return promise;
}

WRAPPER(context) {
  ARGS;
  napi_value resource;
  napi_async_context context;
  napi_create_object(env, &resource);
  napi_async_init(env, resource, argv[0], &context);
  napi_async_destroy(env, context);
  return NULL;
}

WRAPPER(interfaces) {
  uv_interface_address_t *all;
  int n = 0;
  if (uv_interface_addresses(&all, &n) == 0) uv_free_interface_addresses(all, n);
  return number(env, n);
}

WRAPPER(promise) {
  napi_deferred deferred;
  napi_value promise;
  napi_create_promise(env, &deferred, &promise);
  napi_resolve_deferred(env, deferred, number(env, 1));
  return promise;
}

/* Calls on only after it cleared what the callback threw. */
WRAPPER(callTwice) {
  ARGS;
  napi_value global, result;
  napi_get_global(env, &global);
  int refused = 0;
  for (int i = 0; i < 2; i++) {
    refused += napi_call_function(env, global, argv[0], 0, NULL, &result) == napi_pending_exception;
    bool pending;
    napi_is_exception_pending(env, &pending);
    if (pending) napi_get_and_clear_last_exception(env, &result);
  }
  return number(env, refused);
}

/* Computes on another thread, uses the env on its own. */
static void *compute(void *result) {
  *(double *)result = 1;
  return NULL;
}
WRAPPER(onOtherThread) {
  pthread_t t;
  double result = 0;
  pthread_create(&t, NULL, compute, &result);
  pthread_join(t, NULL);
  return number(env, result);
}

/* A box and whether it is still open: a closed one is refused, one that nobody closed is freed with its external. */
typedef struct {
  fx_box *box;
} owner;
static void close_owner(owner *o) {
  if (o->box) fx_box_free(o->box);
  o->box = NULL;
}
static void finalize(napi_env env, void *data, void *hint) {
  close_owner(data);
  free(data);
}
WRAPPER(boxNew) {
  ARGS;
  owner *o = malloc(sizeof *o);
  if (o == NULL) {
    napi_throw_error(env, NULL, "no memory");
    return NULL;
  }
  o->box = fx_box_new(int_of(env, argv[0]));
  napi_value v;
  napi_create_external(env, o, finalize, NULL, &v);
  return v;
}
WRAPPER(boxGet) {
  ARGS;
  const owner *o = pointer_of(env, argv[0]);
  return number(env, o->box ? fx_box_get(o->box) : -1);
}
WRAPPER(boxFree) {
  ARGS;
  close_owner(pointer_of(env, argv[0]));
  return NULL;
}

/* Looks at the status first: -1 when there is no measure. */
WRAPPER(measure) {
  ARGS;
  int *out = malloc(sizeof *out);
  const int status = fx_measure(int_of(env, argv[0]), out);
  napi_value v = number(env, status == 0 ? *out > 100 : -1);
  free(out);
  return v;
}

/* Reads errno at once. */
WRAPPER(openMissing) {
  fx_open_missing();
  const int error = errno;
  access("/dev/null/log", W_OK);
  return number(env, error);
}

WRAPPER(points) {
  ARGS;
  char text[64] = "";
  napi_get_value_string_utf8(env, argv[0], text, sizeof text, NULL);
  return points_of(env, text);
}

static int64_t wide_of(napi_env env, napi_value v) {
  int64_t n = 0;
  napi_get_value_int64(env, v, &n);
  return n;
}
WRAPPER(wide) {
  ARGS;
  return number(env, (double)fx_wide(wide_of(env, argv[0]), 0));
}
