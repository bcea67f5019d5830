/* Addon of the hazard suite: thin wrappers of the fixture library, some of them wrong on purpose. */
#define LIBRARY_RUN fx_hazard_run
#include "../addon.h"
#include "values.c"

/* Believes the length that JavaScript declares. */
WRAPPER(fill) {
  ARGS;
  fx_fill(bytes_of(env, argv[0], NULL), (size_t)int_of(env, argv[1]), int_of(env, argv[2]));
  return NULL;
}

/* The same under another name: Valgrind reports errors with the same callers once. */
WRAPPER(fillPooled) {
  ARGS;
  fx_fill(bytes_of(env, argv[0], NULL), (size_t)int_of(env, argv[1]), int_of(env, argv[2]));
  return NULL;
}

WRAPPER(textLength) {
  ARGS;
  return number(env, (double)fx_text_length((const char *)bytes_of(env, argv[0], NULL)));
}

WRAPPER(copySlice) {
  ARGS;
  size_t cap;
  unsigned char *dst = bytes_of(env, argv[0], &cap);
  const unsigned char *src = bytes_of(env, argv[1], NULL);
  return number(env, fx_copy_slice(dst, cap, src, int_of(env, argv[2]), int_of(env, argv[3])));
}

/* A reference that nobody deletes. */
WRAPPER(remember) {
  ARGS;
  napi_ref ref;
  napi_create_reference(env, argv[0], 1, &ref); //~ resource_napi_ref_leak: napiguard = resource/napi-ref-leak
  //~^ resource_napi_ref_leak: asan/clang memcheck = ownership/leak
  return NULL;
}

/* On the thread of the event loop. */
WRAPPER(sleep_for) {
  ARGS;
  fx_sleep_ms(int_of(env, argv[0]));
  return NULL;
}

/* Work that is neither queued nor deleted. */
static void execute(napi_env env, void *data) { (void)env, (void)data; }
WRAPPER(prepareWork) {
  ARGS;
  napi_async_work work;
  napi_create_async_work(env, NULL, argv[0], execute, NULL, NULL, &work); //~ ownership_leak__async_work: asan/clang memcheck napiguard = ownership/leak
  return NULL;
}

/* The context of callbacks that never came. */
WRAPPER(context) {
  ARGS;
  napi_value resource;
  napi_async_context context;
  napi_create_object(env, &resource);
  napi_async_init(env, resource, argv[0], &context); //~ ownership_leak__async_context: asan/clang memcheck napiguard = ownership/leak
  return NULL;
}

/* What libuv allocated for its caller. */
WRAPPER(interfaces) {
  uv_interface_address_t *all;
  int n = 0;
  uv_interface_addresses(&all, &n); //~ ownership_leak__uv: asan/clang memcheck = ownership/leak
  return number(env, n);
}

/* A promise that is never settled: its deferred half is the addon's. */
WRAPPER(promise) {
  napi_deferred deferred;
  napi_value promise;
  napi_create_promise(env, &deferred, &promise); //~ ownership_leak__deferred: asan/clang memcheck napiguard = ownership/leak
  return promise;
}

/* Calls on after a callback threw, without asking. */
WRAPPER(callTwice) {
  ARGS;
  napi_value global, result;
  napi_get_global(env, &global);
  int refused = 0;
  for (int i = 0; i < 2; i++)
    refused += napi_call_function(env, global, argv[0], 0, NULL, &result) == napi_pending_exception; //~ unwind_pending_exception: napiguard = unwind/pending-exception
  bool pending;
  napi_is_exception_pending(env, &pending);
  if (pending) napi_get_and_clear_last_exception(env, &result);
  return number(env, refused);
}

/* Uses the env of the main thread on another one. */
static void *make_string(void *env) {
  napi_value v;
  napi_create_double(env, 1, &v); //~ threading_wrong_thread_env: napiguard = threading/wrong-thread-env
  return NULL;
}
WRAPPER(onOtherThread) {
  pthread_t t;
  napi_handle_scope scope;
  napi_open_handle_scope(env, &scope);
  pthread_create(&t, NULL, make_string, env);
  pthread_join(t, NULL);
  napi_close_handle_scope(env, scope);
  return NULL;
}

WRAPPER(boxNew) {
  ARGS;
  return external(env, fx_box_new(int_of(env, argv[0])));
}
WRAPPER(boxGet) {
  ARGS;
  return number(env, fx_box_get(pointer_of(env, argv[0])));
}
WRAPPER(boxFree) {
  ARGS;
  fx_box_free(pointer_of(env, argv[0]));
  return NULL;
}

/* Branches on the out parameter without looking at the status. */
WRAPPER(measure) {
  ARGS;
  int *out = malloc(sizeof *out);
  fx_measure(int_of(env, argv[0]), out);
  const int big = *out > 100; //~ init_uninitialised_out_parameter: memcheck = init/uninitialised-read
  napi_value v = number(env, big ? 1 : 0);
  free(out);
  return v;
}

/* Reads errno after another call failed for a reason of its own. */
WRAPPER(openMissing) {
  fx_open_missing();
  access("/dev/null/log", W_OK);
  return number(env, errno); //~ errno_clobbered: blind = errno/clobbered
}

WRAPPER(points) {
  ARGS;
  char text[64] = "";
  napi_get_value_string_latin1(env, argv[0], text, sizeof text, NULL); //~ abi_encoding: blind = abi/encoding
  return points_of(env, text);
}

WRAPPER(wide) {
  ARGS;
  return number(env, (double)fx_wide(int_of(env, argv[0]), 0)); //~ abi_wrong_width: napiguard = abi/wrong-width
}
