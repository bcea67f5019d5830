/* unpack(bytes): the planted bug. */
#include <ffi_canary.h>
#include <node_api.h>

static napi_value unpack(napi_env env, napi_callback_info info) {
  napi_value argv[1], sum;
  size_t argc = 1, size = 0;
  void *data = NULL;
  napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
  if (napi_get_buffer_info(env, argv[0], &data, &size) != napi_ok) return NULL;
  napi_create_int32(env, canary_unpack(data, size), &sum);
  return sum;
}

NAPI_MODULE_INIT() {
  napi_value fn;
  napi_create_function(env, "unpack", NAPI_AUTO_LENGTH, unpack, NULL, &fn);
  napi_set_named_property(env, exports, "unpack", fn);
  return exports;
}
