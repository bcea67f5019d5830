/* The same jobs with one owner per block. */
#include <stdlib.h>
#include <string.h>

#include "../case.h"

static FX_NOINLINE char *copy_of(const char *text) {
  char *p = malloc(strlen(text) + 1);
  return p ? strcpy(p, text) : NULL;
}

static void ownership_leak(void) {
  for (int i = 0; i < 8; i++) {
    char *p = copy_of("the caller frees me");
    if (p) fx_sink += strlen(p);
    free(p);
  }
}

static FX_NOINLINE int load(const char *text) {
  int result = -1;
  char *p = malloc(48);
  if (p && strlen(text) < 48 && text[0] != '!') {
    strcpy(p, text);
    fx_sink += p[0];
    result = 0;
  }
  free(p);
  return result;
}

static void ownership_leak_on_error_path(void) {
  for (int i = 0; i < 8; i++) fx_sink += load("!refused") + load("accepted");
}

static FX_NOINLINE char *copy_both(const char *a, const char *b) {
  char *p = malloc(strlen(a) + strlen(b) + 1);
  if (p) strcat(strcpy(p, a), b);
  return p;
}

static FX_NOINLINE int join(const char *a, const char *b) {
  char *first = copy_both(a, b);
  char *second = first ? fx_opaque(malloc(strlen(first) + 1)) : NULL;
  const int result = second ? 0 : -1;
  if (second) fx_sink += strlen(strcpy(second, first));
  free(second);
  free(first);
  return result;
}

static void ownership_leak_on_error_path__allocation(void) {
  fx_sink += join("two", "parts");
}

static void ownership_double_free(void) {
  char *p = fx_opaque(malloc(32));
  free(p);
  p = NULL;
  free(fx_opaque(p));
}

static void ownership_invalid_free(void) {
  char *p = fx_opaque(malloc(32));
  fx_sink += (long)(p + 16);
  free(fx_opaque(p));
}

static void ownership_use_after_free(void) {
  int *p = fx_opaque(calloc(4, sizeof *p));
  if (p) fx_sink += ((int *)fx_opaque(p))[2];
  free(p);
}

const fx_case fx_twin_ownership[] = {FX_OWNERSHIP_CASES(FX_CASE) FX_END};
