/* Addon of the twin suite: the wrappers of the hazard suite, with their mistakes corrected. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "fixture.h"
#include "napi-words.h"

static napi_value run(napi_env env, napi_callback_info info) {
  ARGS;
  char name[64] = "";
  napi_get_value_string_utf8(env, argv[0], name, sizeof name, NULL);
  return number(env, fx_twin_run(name));
}

/* The caller must keep the Buffer alive until release(). */
static napi_value hold(napi_env env, napi_callback_info info) {
  ARGS;
  size_t n;
  unsigned char *p = bytes_of(env, argv[0], &n);
  fx_hold(p, n);
  return NULL;
}
static napi_value heldSum(napi_env env, napi_callback_info info) { return number(env, fx_held_sum()); }
static napi_value release(napi_env env, napi_callback_info info) { fx_release(); return NULL; }

/* -1 when the Buffer is shorter than the declared length. */
static napi_value fill(napi_env env, napi_callback_info info) {
  ARGS;
  size_t size;
  unsigned char *p = bytes_of(env, argv[0], &size);
  const int32_t n = int_of(env, argv[1]);
  if (n < 0 || (size_t)n > size) return number(env, -1);
  fx_fill(p, (size_t)n, int_of(env, argv[2]));
  return number(env, n);
}

static napi_value textLength(napi_env env, napi_callback_info info) {
  ARGS;
  size_t size;
  const unsigned char *p = bytes_of(env, argv[0], &size);
  if (!memchr(p, 0, size)) return number(env, -1);
  return number(env, (double)fx_text_length((const char *)p));
}

static napi_value copySlice(napi_env env, napi_callback_info info) {
  ARGS;
  size_t cap;
  unsigned char *dst = bytes_of(env, argv[0], &cap);
  const unsigned char *src = bytes_of(env, argv[1], NULL);
  const int32_t from = int_of(env, argv[2]), to = int_of(env, argv[3]);
  if (from < 0 || to < from || (size_t)(to - from) > cap) return number(env, -1);
  return number(env, fx_copy_slice(dst, cap, src, from, to));
}

/* A reference that lives as long as it is needed. */
static napi_value remember(napi_env env, napi_callback_info info) {
  ARGS;
  napi_ref ref;
  napi_create_reference(env, argv[0], 1, &ref);
  napi_delete_reference(env, ref);
  return NULL;
}

static void execute(napi_env env, void *data) { (void)env, (void)data; }
static napi_value prepareWork(napi_env env, napi_callback_info info) {
  ARGS;
  napi_async_work work;
  napi_create_async_work(env, NULL, argv[0], execute, NULL, NULL, &work);
  napi_delete_async_work(env, work);
  return NULL;
}

static napi_value context(napi_env env, napi_callback_info info) {
  ARGS;
  napi_value resource;
  napi_async_context context;
  napi_create_object(env, &resource);
  napi_async_init(env, resource, argv[0], &context);
  napi_async_destroy(env, context);
  return NULL;
}

static napi_value interfaces(napi_env env, napi_callback_info info) {
  uv_interface_address_t *all;
  int n = 0;
  if (uv_interface_addresses(&all, &n) == 0) uv_free_interface_addresses(all, n);
  return number(env, n);
}

static napi_value promise(napi_env env, napi_callback_info info) {
  napi_deferred deferred;
  napi_value promise;
  napi_create_promise(env, &deferred, &promise);
  napi_resolve_deferred(env, deferred, number(env, 1));
  return promise;
}

/* Keeps the callback strongly until offEvent. */
static napi_ref kept;
static napi_env kept_env;
static int call_kept(int value, void *user) {
  napi_value f, global, arg = number(kept_env, value), result;
  napi_get_reference_value(kept_env, kept, &f);
  napi_get_global(kept_env, &global);
  if (napi_call_function(kept_env, global, f, 1, &arg, &result) != napi_ok) return -2;
  return int_of(kept_env, result);
}
static napi_value onEvent(napi_env env, napi_callback_info info) {
  ARGS;
  kept_env = env;
  napi_create_reference(env, argv[0], 1, &kept);
  fx_on_event(call_kept, NULL);
  return NULL;
}
static napi_value offEvent(napi_env env, napi_callback_info info) {
  fx_on_event(NULL, NULL);
  napi_delete_reference(env, kept);
  return NULL;
}
static napi_value fire(napi_env env, napi_callback_info info) {
  ARGS;
  return number(env, fx_fire(int_of(env, argv[0])));
}

/* Calls on only after it cleared what the callback threw. */
static napi_value callTwice(napi_env env, napi_callback_info info) {
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
static napi_value onOtherThread(napi_env env, napi_callback_info info) {
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
static napi_value boxNew(napi_env env, napi_callback_info info) {
  ARGS;
  owner *o = malloc(sizeof *o);
  o->box = fx_box_new(int_of(env, argv[0]));
  napi_value v;
  napi_create_external(env, o, finalize, NULL, &v);
  return v;
}
static napi_value boxGet(napi_env env, napi_callback_info info) {
  ARGS;
  const owner *o = pointer_of(env, argv[0]);
  return number(env, o->box ? fx_box_get(o->box) : -1);
}
static napi_value boxFree(napi_env env, napi_callback_info info) {
  ARGS;
  close_owner(pointer_of(env, argv[0]));
  return NULL;
}

/* Looks at the status first: -1 when there is no measure. */
static napi_value measure(napi_env env, napi_callback_info info) {
  ARGS;
  int *out = malloc(sizeof *out);
  const int status = fx_measure(int_of(env, argv[0]), out);
  napi_value v = number(env, status == 0 ? *out > 100 : -1);
  free(out);
  return v;
}

static napi_value mayThrow(napi_env env, napi_callback_info info) {
  ARGS;
  return number(env, fx_may_throw(int_of(env, argv[0])));
}

/* Reads errno at once. */
static napi_value openMissing(napi_env env, napi_callback_info info) {
  fx_open_missing();
  const int error = errno;
  access("/dev/null/log", W_OK);
  return number(env, error);
}

static napi_value points(napi_env env, napi_callback_info info) {
  ARGS;
  char text[64] = "";
  napi_get_value_string_utf8(env, argv[0], text, sizeof text, NULL);
  return number(env, fx_utf8_points(text) == SIZE_MAX ? -1 : (double)fx_utf8_points(text));
}

static int64_t wide_of(napi_env env, napi_value v) {
  int64_t n = 0;
  napi_get_value_int64(env, v, &n);
  return n;
}
static napi_value wide(napi_env env, napi_callback_info info) {
  ARGS;
  return number(env, (double)fx_wide(wide_of(env, argv[0]), 0));
}

static napi_value scribbleStart(napi_env env, napi_callback_info info) {
  ARGS;
  fx_scribble_start((int *)bytes_of(env, argv[0], NULL), int_of(env, argv[1]));
  return NULL;
}
static napi_value scribbleJoin(napi_env env, napi_callback_info info) { fx_scribble_join(); return NULL; }

static const export_row rows[] = {
    {"run", run}, {"hold", hold}, {"heldSum", heldSum}, {"release", release}, {"fill", fill},
    {"textLength", textLength}, {"copySlice", copySlice}, {"remember", remember}, {"prepareWork", prepareWork}, {"promise", promise},
    {"context", context}, {"interfaces", interfaces}, {"onEvent", onEvent},
    {"offEvent", offEvent}, {"fire", fire}, {"callTwice", callTwice}, {"onOtherThread", onOtherThread},
    {"boxNew", boxNew}, {"boxGet", boxGet}, {"boxFree", boxFree}, {"measure", measure}, {"mayThrow", mayThrow},
    {"openMissing", openMissing}, {"points", points}, {"wide", wide}, {"scribbleStart", scribbleStart},
    {"scribbleJoin", scribbleJoin}, {NULL, NULL},
};

NAPI_MODULE_INIT() { return export_all(env, exports, rows); }
