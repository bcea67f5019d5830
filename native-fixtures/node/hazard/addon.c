/* Addon of the hazard suite: thin wrappers of the fixture library, some of them wrong on purpose. */
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
  return number(env, fx_hazard_run(name));
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

/* Believes the length that JavaScript declares. */
static napi_value fill(napi_env env, napi_callback_info info) {
  ARGS;
  fx_fill(bytes_of(env, argv[0], NULL), (size_t)int_of(env, argv[1]), int_of(env, argv[2]));
  return NULL;
}

static napi_value textLength(napi_env env, napi_callback_info info) {
  ARGS;
  return number(env, (double)fx_text_length((const char *)bytes_of(env, argv[0], NULL)));
}

static napi_value copySlice(napi_env env, napi_callback_info info) {
  ARGS;
  size_t cap;
  unsigned char *dst = bytes_of(env, argv[0], &cap);
  const unsigned char *src = bytes_of(env, argv[1], NULL);
  return number(env, fx_copy_slice(dst, cap, src, int_of(env, argv[2]), int_of(env, argv[3])));
}

/* A reference that nobody deletes. */
static napi_value remember(napi_env env, napi_callback_info info) {
  ARGS;
  napi_ref ref;
  napi_create_reference(env, argv[0], 1, &ref); //~ resource_napi_ref_leak: asan/clang memcheck = ownership/leak
  return NULL;
}

/* Work that is neither queued nor deleted. */
static void execute(napi_env env, void *data) { (void)env, (void)data; }
static napi_value prepareWork(napi_env env, napi_callback_info info) {
  ARGS;
  napi_async_work work;
  napi_create_async_work(env, NULL, argv[0], execute, NULL, NULL, &work); //~ ownership_leak__async_work: asan/clang memcheck = ownership/leak
  return NULL;
}

/* The context of callbacks that never came. */
static napi_value context(napi_env env, napi_callback_info info) {
  ARGS;
  napi_value resource;
  napi_async_context context;
  napi_create_object(env, &resource);
  napi_async_init(env, resource, argv[0], &context); //~ ownership_leak__async_context: asan/clang memcheck = ownership/leak
  return NULL;
}

/* What libuv allocated for its caller. */
static napi_value interfaces(napi_env env, napi_callback_info info) {
  uv_interface_address_t *all;
  int n = 0;
  uv_interface_addresses(&all, &n); //~ ownership_leak__uv: asan/clang memcheck = ownership/leak
  return number(env, n);
}

/* A promise that is never settled: its deferred half is the addon's. */
static napi_value promise(napi_env env, napi_callback_info info) {
  napi_deferred deferred;
  napi_value promise;
  napi_create_promise(env, &deferred, &promise); //~ ownership_leak__deferred: asan/clang memcheck = ownership/leak
  return promise;
}

/* Keeps the callback weakly: the collector may take it while the library still calls. */
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
  napi_create_reference(env, argv[0], (uint32_t)int_of(env, argv[1]), &kept);
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

/* Calls on after a callback threw, without asking. */
static napi_value callTwice(napi_env env, napi_callback_info info) {
  ARGS;
  napi_value global, result;
  napi_get_global(env, &global);
  int refused = 0;
  for (int i = 0; i < 2; i++)
    refused += napi_call_function(env, global, argv[0], 0, NULL, &result) == napi_pending_exception; //~ unwind_pending_exception: blind = unwind/pending-exception
  bool pending;
  napi_is_exception_pending(env, &pending);
  if (pending) napi_get_and_clear_last_exception(env, &result);
  return number(env, refused);
}

/* Uses the env of the main thread on another one. */
static void *make_string(void *env) {
  napi_value v;
  napi_create_double(env, 1, &v); //~ threading_wrong_thread_env: blind = threading/wrong-thread-env
  return NULL;
}
static napi_value onOtherThread(napi_env env, napi_callback_info info) {
  pthread_t t;
  napi_handle_scope scope;
  napi_open_handle_scope(env, &scope);
  pthread_create(&t, NULL, make_string, env);
  pthread_join(t, NULL);
  napi_close_handle_scope(env, scope);
  return NULL;
}

static napi_value boxNew(napi_env env, napi_callback_info info) {
  ARGS;
  return external(env, fx_box_new(int_of(env, argv[0])));
}
static napi_value boxGet(napi_env env, napi_callback_info info) {
  ARGS;
  return number(env, fx_box_get(pointer_of(env, argv[0])));
}
static napi_value boxFree(napi_env env, napi_callback_info info) {
  ARGS;
  fx_box_free(pointer_of(env, argv[0]));
  return NULL;
}

/* Branches on the out parameter without looking at the status. */
static napi_value measure(napi_env env, napi_callback_info info) {
  ARGS;
  int *out = malloc(sizeof *out);
  fx_measure(int_of(env, argv[0]), out);
  const int big = *out > 100; //~ init_uninitialised_out_parameter: memcheck = init/uninitialised-read
  napi_value v = number(env, big ? 1 : 0);
  free(out);
  return v;
}

static napi_value mayThrow(napi_env env, napi_callback_info info) {
  ARGS;
  return number(env, fx_may_throw(int_of(env, argv[0])));
}

/* Reads errno after another call failed for a reason of its own. */
static napi_value openMissing(napi_env env, napi_callback_info info) {
  fx_open_missing();
  access("/dev/null/log", W_OK);
  return number(env, errno); //~ errno_clobbered: blind = errno/clobbered
}

static napi_value points(napi_env env, napi_callback_info info) {
  ARGS;
  char text[64] = "";
  napi_get_value_string_latin1(env, argv[0], text, sizeof text, NULL); //~ abi_encoding: blind = abi/encoding
  return number(env, fx_utf8_points(text) == SIZE_MAX ? -1 : (double)fx_utf8_points(text));
}

static napi_value wide(napi_env env, napi_callback_info info) {
  ARGS;
  return number(env, (double)fx_wide(int_of(env, argv[0]), 0)); //~ abi_wrong_width: blind = abi/wrong-width
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
