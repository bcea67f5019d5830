/* A descriptor that nobody closes. */
#include "../case.h"
#include "fixture.h"

static void resource_handle_leak(void) {
  fx_sink += fx_open_self(); //~ resource_handle_leak: fdguard = resource/handle-leak
}

const fx_case fx_hazard_resource[] = {FX_RESOURCE_CASES(FX_CASE) FX_END};
