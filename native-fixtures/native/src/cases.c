/* Finds library-internal cases by name. */
#include <string.h>

#include "case.h"
#include "fixture.h"

volatile long fx_sink;

static const fx_case *const hazards[] = {
    fx_hazard_ownership, fx_hazard_allocator, fx_hazard_lifetime, fx_hazard_bounds, fx_hazard_value,
    fx_hazard_threading, fx_hazard_unwind,    fx_hazard_resource, fx_hazard_ub,     NULL,
};

static const fx_case *const twins[] = {
    fx_twin_ownership, fx_twin_allocator, fx_twin_lifetime, fx_twin_bounds, fx_twin_value,
    fx_twin_threading, fx_twin_unwind,    fx_twin_resource, fx_twin_ub,     NULL,
};

static int run(const fx_case *const *tables, const char *name) {
  for (; *tables; tables++)
    for (const fx_case *c = *tables; c->name; c++)
      if (strcmp(c->name, name) == 0) {
        c->run();
        return 0;
      }
  return -1;
}

int fx_hazard_run(const char *name) { return run(hazards, name); }
int fx_twin_run(const char *name) { return run(twins, name); }
