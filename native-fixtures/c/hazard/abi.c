/* A caller whose declarations do not fit the library. It must not see fixture.h: the compiler would object. Nothing at
 * run time does. */
#include <stdint.h>

extern int fx_wide(int a, int b);           //~ abi_wrong_width: declared = abi/wrong-width
extern int fx_unsigned_max(void);           //~ abi_wrong_signedness: declared = abi/wrong-signedness
extern double fx_mean(double a, double b, int n); //~ abi_calling_convention: declared = abi/calling-convention
extern int fx_count_locked(int step, int limit); //~ abi_arity: declared = abi/arity
extern int fx_version(void);                //~ abi_truncated_pointer: declared = abi/truncated-pointer
extern int fx_measure(int want, short *out); //~ abi_pointee_size: declared = abi/pointee-size
extern void fx_on_event(void (*back)(int value, void *user), void *user); //~ abi_no_result: declared = abi/no-result
extern int64_t fx_record_digest(const void *record);
extern uint64_t fx_utf8_points(const char *text);

static volatile double sink;

int abi_wrong_width(void) {
  sink += fx_wide(0x7fffffff, 0x7fffffff);
  return 0;
}

int abi_wrong_signedness(void) {
  sink += fx_unsigned_max();
  return 0;
}

int abi_calling_convention(void) {
  sink += fx_mean(1, 2, 3);
  return 0;
}

int abi_arity(void) {
  sink += fx_count_locked(2, 10);
  return 0;
}

int abi_truncated_pointer(void) {
  sink += fx_version();
  return 0;
}

int abi_pointee_size(void) {
  short out[2];
  /* Nothing is written where nothing is wanted. */
  return fx_measure(0, out) != -1;
}

int abi_no_result(void) {
  fx_on_event(0, 0);
  return 0;
}

/* Packed here, padded there; with room behind it, so that only the values are wrong. */
typedef struct __attribute__((packed)) {
  uint8_t kind;
  uint32_t count;
  uint16_t tag;
  double weight;
  uint8_t room[16];
} packed_record;

int abi_struct_layout(void) {
  _Alignas(8) packed_record record = {1, 2, 3, 0.5, {0}};
  sink += (double)fx_record_digest(&record); //~ abi_struct_layout: declared = abi/struct-layout
  return 0;
}

int abi_encoding__bytes(void) {
  sink += (double)fx_utf8_points("caf\xe9"); //~ abi_encoding__bytes: blind = abi/encoding
  return 0;
}
