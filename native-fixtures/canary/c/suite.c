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

#define TEST(name) {#name, name}
const suite_test suite_tests[] = {
    TEST(noop), TEST(heap),      TEST(uaf), TEST(leak), TEST(uninit),
    TEST(race), TEST(lockorder), TEST(ub),  TEST(segv), {NULL, NULL},
};
