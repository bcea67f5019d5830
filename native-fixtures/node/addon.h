/* The addon of both suites: its exports, and the wrappers that are the same in either. A suite defines LIBRARY_RUN
 * before (what runs a case of the library by name) and the other wrappers behind it. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "fixture.h"
#include "napi-words.h"

#define WRAPPER(name) static napi_value name(napi_env env, napi_callback_info info)

WRAPPER(run) {
  ARGS;
  char name[64] = "";
  napi_get_value_string_utf8(env, argv[0], name, sizeof name, NULL);
  return number(env, LIBRARY_RUN(name));
}

/* The caller must keep the Buffer alive until release(). */
WRAPPER(hold) {
  ARGS;
  size_t n;
  unsigned char *p = bytes_of(env, argv[0], &n);
  fx_hold(p, n);
  return NULL;
}
WRAPPER(heldSum) { return number(env, fx_held_sum()); }
WRAPPER(release) { fx_release(); return NULL; }

/* The callback that onEvent keeps until offEvent: strongly with a count of 1, weakly with 0. */
static napi_ref kept;
static napi_env kept_env;
static int call_kept(int value, void *user) {
  napi_value f, global, arg = number(kept_env, value), result;
  napi_get_reference_value(kept_env, kept, &f);
  napi_get_global(kept_env, &global);
  if (napi_call_function(kept_env, global, f, 1, &arg, &result) != napi_ok) return -2;
  return int_of(kept_env, result);
}
WRAPPER(onEvent) {
  ARGS;
  kept_env = env;
  napi_create_reference(env, argv[0], (uint32_t)int_of(env, argv[1]), &kept);
  fx_on_event(call_kept, NULL);
  return NULL;
}
WRAPPER(offEvent) {
  fx_on_event(NULL, NULL);
  napi_delete_reference(env, kept);
  return NULL;
}
WRAPPER(fire) {
  ARGS;
  return number(env, fx_fire(int_of(env, argv[0])));
}

WRAPPER(mayThrow) {
  ARGS;
  return number(env, fx_may_throw(int_of(env, argv[0])));
}

WRAPPER(scribbleStart) {
  ARGS;
  fx_scribble_start((int *)bytes_of(env, argv[0], NULL), int_of(env, argv[1]));
  return NULL;
}
WRAPPER(scribbleJoin) { fx_scribble_join(); return NULL; }

/* -1 when the text is not UTF-8. */
static napi_value points_of(napi_env env, const char *text) {
  const size_t points = fx_utf8_points(text);
  return number(env, points == SIZE_MAX ? -1 : (double)points);
}

static napi_value points_in(napi_env env, const char *text) {
  napi_value v;
  napi_create_bigint_uint64(env, fx_utf8_points(text), &v);
  return v;
}

/* The suite's own. */
WRAPPER(fill);
WRAPPER(fillPooled);
WRAPPER(textLength);
WRAPPER(copySlice);
WRAPPER(remember);
WRAPPER(prepareWork);
WRAPPER(context);
WRAPPER(sleep_for);
WRAPPER(interfaces);
WRAPPER(promise);
WRAPPER(callTwice);
WRAPPER(onOtherThread);
WRAPPER(boxNew);
WRAPPER(boxGet);
WRAPPER(boxFree);
WRAPPER(measure);
WRAPPER(openMissing);
WRAPPER(points);
WRAPPER(wide);
WRAPPER(valueWide);
WRAPPER(valueWideArgument);
WRAPPER(valueWideDouble);
WRAPPER(valueWideAlone);
WRAPPER(valueUnsignedMax);
WRAPPER(valueDigest);
WRAPPER(valueMean);
WRAPPER(valuePoints);
WRAPPER(valuePointsLatin1);
WRAPPER(valueSum);
WRAPPER(valueBox);
WRAPPER(valueSlice);
WRAPPER(valueDouble);

static const export_row rows[] = {
    {"run", run}, {"hold", hold}, {"heldSum", heldSum}, {"release", release}, {"fill", fill},
    {"fillPooled", fillPooled},
    {"textLength", textLength}, {"copySlice", copySlice}, {"remember", remember}, {"prepareWork", prepareWork}, {"promise", promise},
    {"context", context}, {"sleep", sleep_for}, {"interfaces", interfaces}, {"onEvent", onEvent},
    {"offEvent", offEvent}, {"fire", fire}, {"callTwice", callTwice}, {"onOtherThread", onOtherThread},
    {"boxNew", boxNew}, {"boxGet", boxGet}, {"boxFree", boxFree}, {"measure", measure}, {"mayThrow", mayThrow},
    {"openMissing", openMissing}, {"points", points}, {"wide", wide}, {"scribbleStart", scribbleStart},
    {"scribbleJoin", scribbleJoin},
    {"valueWide", valueWide}, {"valueWideArgument", valueWideArgument}, {"valueWideDouble", valueWideDouble},
    {"valueWideAlone", valueWideAlone}, {"valueUnsignedMax", valueUnsignedMax}, {"valueDigest", valueDigest},
    {"valueMean", valueMean}, {"valuePoints", valuePoints}, {"valuePointsLatin1", valuePointsLatin1},
    {"valueSum", valueSum}, {"valueBox", valueBox}, {"valueSlice", valueSlice}, {"valueDouble", valueDouble},
    {NULL, NULL},
};

NAPI_MODULE_INIT() { return export_all(env, exports, rows); }
