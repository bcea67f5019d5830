/* A caller that takes its declarations from the library's header. */
#include "fixture.h"

int abi_wrong_width(void) { return fx_wide(0x7fffffff, 0x7fffffff) != 0xfffffffeLL; }
int abi_wrong_signedness(void) { return fx_unsigned_max() != 0xffffffffu; }
int abi_calling_convention(void) { return fx_mean(1, 2, 3) != 1; }
int abi_arity(void) { return fx_count_locked() < 1; }

int abi_truncated_pointer(void) { return fx_version() == NULL; }

int abi_pointee_size(void) {
  int out = 0;
  return fx_measure(3, &out) != 0 || out != 6;
}

static int add(int value, void *user) {
  (void)user;
  return value + 1;
}

int abi_no_result(void) {
  fx_on_event(add, NULL);
  const int got = fx_fire(2);
  fx_on_event(NULL, NULL);
  return got != 3;
}

int abi_struct_layout(void) {
  const fx_record record = {1, 2, 3, 0.5};
  return fx_record_digest(&record) != 821;
}

int abi_encoding__bytes(void) { return fx_utf8_points("caf\xc3\xa9") != 4; }

int abi_encoding(void) { return fx_utf8_points(u8"caf\u00e9") != 4; }
