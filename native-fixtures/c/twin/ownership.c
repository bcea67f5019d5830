/* A caller that keeps the ownership and lifetime contracts of fixture.h. */
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

static volatile long sink;

int ownership_leak__result(void) {
  for (int i = 0; i < 8; i++) {
    char *label = fx_label_new("the caller frees me");
    sink += (long)strlen(label);
    fx_label_free(label);
  }
  return 0;
}

int ownership_leak_on_error_path__message(void) {
  char *error = NULL;
  for (int i = 0; i < 8; i++) {
    sink += fx_parse("x", &error);
    free(error);
  }
  return 0;
}

int ownership_double_free__handle(void) {
  fx_box *box = fx_box_new(1);
  fx_box_free(box);
  box = NULL;
  fx_box_free(box);
  return 0;
}

int ownership_invalid_free__arena(void) {
  fx_arena *arena = fx_arena_new(256);
  const int made = fx_arena_alloc(arena, 16) && fx_arena_alloc(arena, 16);
  fx_arena_free(arena);
  return !made;
}

int ownership_invalid_free__borrowed(void) {
  char *copy = fx_label_new(fx_version());
  fx_label_free(copy);
  return 0;
}

int ownership_use_after_free__handle(void) {
  fx_box *box = fx_box_new(1);
  const int value = fx_box_get(box);
  fx_box_free(box);
  return value != 1;
}

int ownership_use_after_free__borrowed(void) {
  fx_box *box = fx_box_new(1);
  const int value = *fx_box_peek(box);
  fx_box_free(box);
  return value != 1;
}

int lifetime_host_buffer_freed(void) {
  unsigned char *buffer = calloc(1, 32);
  fx_hold(buffer, 32);
  sink += fx_held_sum();
  fx_release();
  free(buffer);
  return 0;
}

typedef struct {
  int total;
} counter;

static int add(int value, void *user) {
  counter *c = user;
  return c->total += value;
}

int lifetime_callback_collected(void) {
  counter *c = calloc(1, sizeof *c);
  fx_on_event(add, c);
  const int total = fx_fire(1);
  fx_on_event(NULL, NULL);
  free(c);
  return total != 1;
}
