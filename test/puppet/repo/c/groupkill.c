#include "ffi_gates_suite.h"
#include "puppet.h"

#include <signal.h>

static int fine(void) { return puppet_sum(1, 1) == 2 ? 0 : 1; }
static int kills_its_group(void) { return kill(0, SIGKILL); }

const suite_test suite_tests[] = {
    {"first", fine}, {"kills_its_group", kills_its_group}, {"last", fine}, {NULL, NULL}};
