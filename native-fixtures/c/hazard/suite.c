/* The C driver's hazard suite: the library's own bugs, and those of a C caller. */
#define LIBRARY_RUN fx_hazard_run
#define OWN_CASES(CASE)
#include "../suite.h"
