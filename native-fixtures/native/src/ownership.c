/* Results that somebody has to free: copies, borrowed text, an arena, an opaque handle. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

struct fx_arena {
  size_t used, capacity;
  unsigned char *bytes;
};

struct fx_box {
  int value;
};

char *fx_label_new(const char *text) { return strdup(text); }
void fx_label_free(char *label) { free(label); }
const char *fx_version(void) { return "fixture 1"; }

fx_arena *fx_arena_new(size_t capacity) {
  fx_arena *a = malloc(sizeof *a);
  if (!a) return NULL;
  a->used = 0;
  a->capacity = capacity;
  a->bytes = malloc(capacity);
  if (!a->bytes) {
    free(a);
    return NULL;
  }
  return a;
}

void *fx_arena_alloc(fx_arena *a, size_t n) {
  const size_t start = (a->used + 15u) & ~(size_t)15u;
  if (start > a->capacity || n > a->capacity - start) return NULL;
  a->used = start + n;
  return a->bytes + start;
}

void fx_arena_free(fx_arena *a) {
  if (!a) return;
  free(a->bytes);
  free(a);
}

fx_box *fx_box_new(int value) {
  fx_box *b = malloc(sizeof *b);
  if (b) b->value = value;
  return b;
}

int fx_box_get(const fx_box *b) {
  return b->value;
}

void fx_box_free(fx_box *b) { free(b); }
int *fx_box_peek(fx_box *b) { return &b->value; }

int fx_parse(const char *text, char **error) {
  *error = NULL;
  int value = 0;
  const char *p = text;
  for (; isdigit((unsigned char)*p) && value < 100000000; p++) value = value * 10 + (*p - '0');
  if (p == text || *p) {
    *error = malloc(strlen(text) + sizeof "not a number: ");
    if (*error) strcat(strcpy(*error, "not a number: "), text);
    return -1;
  }
  return value;
}
