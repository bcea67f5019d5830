/* Addon of the Node lanes' canaries: run(name) plants one bug. */
#include <node_api.h>
#include <string.h>

#include "ffi_canary.h"

static void noop(void) { canary_noop(); }
static void errorcode(void) { canary_errorcode(); }
static void reentry(void) { canary_reentry(0); }
static void errorpath(void) { canary_errorpath(); }

static const struct { const char *name; void (*plant)(void); } rows[] = {
    {"noop", noop},           {"heap", canary_heap}, {"uaf", canary_uaf},
    {"leak", canary_leak},    {"uninit", canary_uninit}, {"race", canary_race},
    {"lockorder", canary_lockorder}, {"ub", canary_ub}, {"segv", canary_segv},
    {"handle", canary_handle}, {"errorcode", errorcode},
    {"errorpath", errorpath}, {"reentry", reentry},
};

/* Throws twice: the second time nothing happens. */
static void exception(napi_env env) {
  napi_value thrown;
  napi_throw_error(env, NULL, "first");
  napi_throw_error(env, NULL, "second"); //~ exception: napiguard = unwind/pending-exception
  napi_get_and_clear_last_exception(env, &thrown);
}

static napi_value run(napi_env env, napi_callback_info info) {
  napi_value argv[1];
  size_t argc = 1;
  char name[32] = "";
  napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
  napi_get_value_string_utf8(env, argv[0], name, sizeof name, NULL);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (strcmp(rows[i].name, name) == 0) rows[i].plant();
  if (strcmp(name, "exception") == 0) exception(env);
  return NULL;
}

/* A result in a type that cannot hold it. */
static napi_value wide(napi_env env, napi_callback_info info) {
  napi_value argv[1], result;
  size_t argc = 1;
  int64_t value = 0;
  napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
  napi_get_value_int64(env, argv[0], &value);
  napi_create_int32(env, (int32_t)canary_wide(value), &result);
  return result;
}

static napi_value unsigned_max(napi_env env, napi_callback_info info) {
  napi_value result;
  (void)info;
  napi_create_int32(env, (int32_t)canary_unsigned(), &result);
  return result;
}

static napi_value slot(napi_env env, napi_callback_info info) {
  napi_value argv[1], result;
  size_t argc = 1;
  int32_t at = 0;
  napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
  napi_get_value_int32(env, argv[0], &at);
  napi_create_int32(env, canary_slot(at), &result);
  return result;
}

static void export(napi_env env, napi_value exports, const char *name, napi_callback call) {
  napi_value f;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, call, NULL, &f);
  napi_set_named_property(env, exports, name, f);
}

NAPI_MODULE_INIT() {
  export(env, exports, "run", run);
  export(env, exports, "wide", wide);
  export(env, exports, "unsignedMax", unsigned_max);
  export(env, exports, "slot", slot);
  return exports;
}
