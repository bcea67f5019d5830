/*
 * The rules of Node-API that napiguard.c watches. Sections are those of Node's documentation of it (n-api.html). A wrapper
 * calls BEFORE_ and AFTER_ of its function, and CALL_ in its place; a0, a1, … are the arguments, in their order.
 */
#ifndef FFI_GATES_NAPI_RULES_H
#define FFI_GATES_NAPI_RULES_H

struct rule {
  const char *hazard, *tier, *section;
  const char *effect;
};

enum {
  WRONG_THREAD,
  EXCEPTION_PENDING,
  CALLBACK_COLLECTED,
  NULL_FUNCTION,
  NUMBER_TRUNCATED,
  NUMBER_SIGN,
  NUMBER_FRACTION,
  TSFN_RELEASED,
  RULES
};
static const struct rule rules[RULES] = {
    [WRONG_THREAD] = {"threading/wrong-thread-env", "error", "napi_env",
                      "the engine is not made for that: its heap may be damaged, or the process ends"},
    [EXCEPTION_PENDING] = {"unwind/pending-exception", "error", "Exceptions",
                           "the call does nothing and gives napi_pending_exception; clear the exception first, or return"},
    [CALLBACK_COLLECTED] = {"lifetime/callback-collected", "error", "References to values with a lifespan longer than that of the native method",
                            "the callback is not called; a reference whose count is 0 does not keep its function"},
    [NULL_FUNCTION] = {"rules/other", "error", "napi_call_function", "nothing is called, and the status is napi_invalid_arg"},
    [NUMBER_TRUNCATED] = {"abi/wrong-width", "error", "napi_get_value_int32, napi_get_value_uint32, napi_get_value_int64",
                          "the addon goes on with another number than JavaScript passed"},
    [NUMBER_SIGN] = {"abi/wrong-signedness", "error", "napi_get_value_int32, napi_get_value_uint32",
                     "the addon goes on with another number than JavaScript passed"},
    [NUMBER_FRACTION] = {"abi/wrong-width", "warning", "napi_get_value_int32, napi_get_value_uint32, napi_get_value_int64",
                         "the addon goes on with the number cut off behind the point"},
    [TSFN_RELEASED] = {"ownership/use-after-free", "error", "Calling a thread-safe function",
                       "the function may be gone: its memory is used again"},
};

/* What is made and has to be ended. What is left at the end of a process is a leak if one place left several, but for
 * thread-safe functions, which many keep for good. */
enum { REFERENCE, DEFERRED, WORK, CONTEXT, FUNCTION, MACHINES };
static const struct machine {
  const char *what, *hazard, *section, *effect;
} machines[MACHINES] = {
    [REFERENCE] = {"strong references are never deleted", "resource/napi-ref-leak", "napi_create_reference",
                   "what they refer to is kept as long as the process; call napi_delete_reference"},
    [DEFERRED] = {"promises are never settled", "ownership/leak", "napi_create_promise",
                  "who waits for them waits for ever; call napi_resolve_deferred or napi_reject_deferred"},
    [WORK] = {"pieces of asynchronous work are never deleted", "ownership/leak", "napi_create_async_work",
              "their memory is lost; call napi_delete_async_work"},
    [CONTEXT] = {"asynchronous contexts are never destroyed", "ownership/leak", "napi_async_init",
                 "their memory is lost; call napi_async_destroy"},
};
/* Of one place. What is made a few times, for good, is no leak. */
#define LEAKS_FROM 8

#define MADE(kind, handle, count) \
  if (status == napi_ok) made(&call, kind, (void *)(handle), count);
#define ENDED(kind, handle) ended(kind, (void *)(handle));

/* References. One whose count is 0 keeps nothing. */
#define AFTER_napi_create_reference MADE(REFERENCE, *a3, a2)
#define AFTER_napi_wrap \
  if (a5 != NULL) MADE(REFERENCE, *a5, 0)
#define AFTER_napi_add_finalizer \
  if (a5 != NULL) MADE(REFERENCE, *a5, 0)
#define BEFORE_napi_delete_reference ENDED(REFERENCE, a1)
#define AFTER_napi_reference_ref \
  if (status == napi_ok) counted(REFERENCE, a1, 1);
#define AFTER_napi_reference_unref \
  if (status == napi_ok) counted(REFERENCE, a1, -1);
#define AFTER_napi_get_reference_value \
  if (status == napi_ok && a2 != NULL && *a2 == NULL) me()->was_collected = 1;

/* Exceptions. */
#define THROWN \
  if (status == napi_ok && !call.astray) me()->may_be_pending = 1;
#define AFTER_napi_throw THROWN
#define AFTER_napi_throw_error THROWN
#define AFTER_napi_throw_type_error THROWN
#define AFTER_napi_throw_range_error THROWN
#define AFTER_node_api_throw_syntax_error THROWN

/* Promises, work, contexts. */
#define AFTER_napi_create_promise MADE(DEFERRED, *a1, 1)
#define BEFORE_napi_resolve_deferred ENDED(DEFERRED, a1)
#define BEFORE_napi_reject_deferred ENDED(DEFERRED, a1)
#define AFTER_napi_create_async_work MADE(WORK, *a6, 1)
#define BEFORE_napi_delete_async_work ENDED(WORK, a1)
#define AFTER_napi_async_init MADE(CONTEXT, *a3, 1)
#define BEFORE_napi_async_destroy ENDED(CONTEXT, a1)

/* Thread-safe functions: the count is that of the threads that may use one. It falls before the call, since afterwards the
 * function may be gone. */
#define AFTER_napi_create_threadsafe_function MADE(FUNCTION, *a10, (int)a5)
#define BEFORE_napi_call_threadsafe_function used(&call, a0);
#define AFTER_napi_call_threadsafe_function \
  if (status == napi_closing) counted(FUNCTION, a0, -1);
#define BEFORE_napi_acquire_threadsafe_function used(&call, a0);
#define AFTER_napi_acquire_threadsafe_function \
  if (status == napi_ok) counted(FUNCTION, a0, 1);
#define BEFORE_napi_release_threadsafe_function \
  used(&call, a0);                              \
  counted(FUNCTION, a0, -1);

/* Functions. */
#define CALLED(function) \
  if ((function) == NULL) null_function(&call);
#define BEFORE_napi_call_function CALLED(a2)
#define BEFORE_napi_make_callback CALLED(a3)
#define BEFORE_napi_new_instance CALLED(a1)

/* Numbers: what is read is compared with what was passed. That is read first; where it fits, it is what the call would give. */
#define CALL_napi_get_value_int32 READ_NUMBER(int32_t, napi_get_value_int32, 4294967296.0)
#define CALL_napi_get_value_uint32 READ_NUMBER(uint32_t, napi_get_value_uint32, 4294967296.0)
#define CALL_napi_get_value_int64 READ_NUMBER(int64_t, napi_get_value_int64, 0)

/* These may be called while an exception is pending: "Exceptions". */
#define MEANT_FOR_EXCEPTIONS(f) \
  ((f) == F_napi_get_last_error_info || (f) == F_napi_is_exception_pending || (f) == F_napi_get_and_clear_last_exception)

#endif
