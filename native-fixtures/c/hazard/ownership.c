/* A caller that breaks the ownership and lifetime contracts of fixture.h. */
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

static volatile long sink;

int ownership_leak__result(void) {
  for (int i = 0; i < 8; i++) {
    char *label = fx_label_new("nobody frees me"); //~ ownership_leak__result: asan memcheck = ownership/leak
    sink += (long)strlen(label);
  }
  return 0;
}

int ownership_leak_on_error_path__message(void) {
  char *error = NULL;
  for (int i = 0; i < 8; i++)
    sink += fx_parse("x", &error); //~ ownership_leak_on_error_path__message: asan memcheck = ownership/leak
  return 0;
}

int ownership_double_free__handle(void) {
  fx_box *box = fx_box_new(1);
  fx_box_free(box);
  fx_box_free(box); //~ ownership_double_free__handle: asan memcheck = ownership/double-free
  return 0;
}

int ownership_invalid_free__arena(void) {
  fx_arena *arena = fx_arena_new(256);
  fx_arena_alloc(arena, 16);
  fx_label_free(fx_arena_alloc(arena, 16)); //~ ownership_invalid_free__arena: asan memcheck = ownership/invalid-free
  fx_arena_free(arena);
  return 0;
}

int ownership_invalid_free__borrowed(void) {
  fx_label_free((char *)fx_version()); //~ ownership_invalid_free__borrowed: asan memcheck = ownership/invalid-free
  return 0;
}

int ownership_use_after_free__handle(void) {
  fx_box *box = fx_box_new(1);
  fx_box_free(box);
  sink += fx_box_get(box); //~ ownership_use_after_free__handle: asan memcheck = ownership/use-after-free
  return 0;
}

int ownership_use_after_free__borrowed(void) {
  fx_box *box = fx_box_new(1);
  const volatile int *value = fx_box_peek(box);
  fx_box_free(box);
  sink += *value; //~ ownership_use_after_free__borrowed: asan memcheck = ownership/use-after-free
  return 0;
}

int lifetime_host_buffer_freed(void) {
  unsigned char *buffer = calloc(1, 32);
  fx_hold(buffer, 32);
  free(buffer);
  sink += fx_held_sum(); //~ lifetime_host_buffer_freed: asan memcheck = ownership/use-after-free
  fx_release();
  return 0;
}

typedef struct {
  int total;
} counter;

static int add(int value, void *user) {
  counter *c = user;
  return c->total += value; //~ lifetime_callback_collected: asan memcheck = ownership/use-after-free
}

int lifetime_callback_collected(void) {
  counter *c = calloc(1, sizeof *c);
  fx_on_event(add, c);
  free(c);
  sink += fx_fire(1);
  fx_on_event(NULL, NULL);
  return 0;
}
