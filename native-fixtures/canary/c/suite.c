/* The C lanes' canaries. `noop` does nothing wrong: what a gate says about it is the lane's own noise. */
#include "ffi_canary.h"
#include "ffi_gates_suite.h"

#define CANARY(name) \
  static int name(void) { return canary_##name(), 0; }
static int noop(void) { return canary_noop() != 42; }
CANARY(heap)
CANARY(uaf)
CANARY(leak)
CANARY(uninit)
CANARY(race)
CANARY(lockorder)
CANARY(ub)
CANARY(segv)
CANARY(handle)
CANARY(errorpath)
CANARY(errorcode)
static int reentry(void) { return canary_reentry(0), 0; }

int declared_pointer(void);
int declared_width(void);
int declared_sign(void);
int declared_register(void);
int declared_arity(void);
int declared_callback(void);
int declared_layout(void);
#define TEST(name) {#name, name}
const suite_test suite_tests[] = {
    TEST(noop), TEST(heap),      TEST(uaf), TEST(leak), TEST(uninit), TEST(handle),
    TEST(race), TEST(lockorder), TEST(ub),  TEST(segv),  TEST(errorpath), TEST(errorcode), TEST(reentry),
    TEST(declared_pointer), TEST(declared_width), TEST(declared_sign), TEST(declared_register), TEST(declared_arity),
    TEST(declared_callback),
    TEST(declared_layout), {NULL, NULL},
};
