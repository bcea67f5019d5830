/* A caller that derives lengths from buffers and looks at results. */
#include <stdlib.h>

#include "fixture.h"

static volatile long sink;

int bounds_host_buffer_too_small(void) {
  const size_t size = 16;
  unsigned char *buffer = malloc(size);
  fx_fill(buffer, size, 1);
  sink += buffer[0];
  free(buffer);
  return 0;
}

int bounds_missing_terminator__argument(void) {
  char *text = fx_label_new("12345678");
  const size_t length = fx_text_length(text);
  fx_label_free(text);
  return length != 8;
}

int bounds_length_arithmetic__slice(void) {
  unsigned char to[16], from[16] = {0};
  return fx_copy_slice(to, sizeof to, from, 8, 12) != 4;
}

int null_dereference__unchecked(void) {
  fx_box *box = fx_find("two");
  if (box) sink += fx_box_get(box);
  fx_box_free(box);
  return 0;
}

int init_uninitialised_out_parameter(void) {
  int out = 0;
  if (fx_measure(0, &out) == 0 && out > 7) sink++;
  return 0;
}
