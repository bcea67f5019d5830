/* The C driver's twin suite: the library's own corrected twins of the bugs, and those of a C caller. */
#define LIBRARY_RUN fx_twin_run
#define OWN_CASES(CASE) CASE(abi_unusual)
#include "../suite.h"
