/* A caller that lies about lengths, or takes results without a look. */
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

static volatile long sink;

int bounds_host_buffer_too_small(void) {
  unsigned char *buffer = malloc(8);
  fx_fill(buffer, 16, 1); //~ bounds_host_buffer_too_small: asan memcheck = bounds/heap-overflow
  sink += buffer[0];
  free(buffer);
  return 0;
}

int bounds_missing_terminator__argument(void) {
  char *text = malloc(8);
  memcpy(text, "12345678", 8);
  sink += (long)fx_text_length(text); //~ bounds_missing_terminator__argument: asan memcheck = bounds/heap-overread
  free(text);
  return 0;
}

int bounds_length_arithmetic__slice(void) {
  unsigned char to[16], from[16] = {0};
  sink += fx_copy_slice(to, sizeof to, from, 12, 8); //~ bounds_length_arithmetic__slice: asan = bounds/length-arithmetic
  return 0;
}

int null_dereference__unchecked(void) {
  fx_box *box = fx_find("two");
  sink += fx_box_get(box); //~ null_dereference__unchecked: asan memcheck = null/dereference
  return 0;
}

int init_uninitialised_out_parameter(void) {
  int *out = malloc(sizeof *out);
  fx_measure(0, out);
  if (*out > 7) sink++; //~ init_uninitialised_out_parameter: memcheck = init/uninitialised-read
  free(out);
  return 0;
}
