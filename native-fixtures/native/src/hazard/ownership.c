/* Heap memory that the library itself treats wrongly. */
#include <stdlib.h>
#include <string.h>

#include "../case.h"

static FX_NOINLINE char *copy_of(const char *text) {
  char *p = malloc(strlen(text) + 1); //~ ownership_leak on c py pyx rs node: asan = ownership/leak
  //~^ ownership_leak: goasan rsasan memcheck = ownership/leak
  return p ? strcpy(p, text) : NULL;
}

static void ownership_leak(void) {
  for (int i = 0; i < 8; i++) fx_sink += strlen(copy_of("nobody frees me"));
}

static FX_NOINLINE int load(const char *text) {
  char *p = malloc(48); //~ ownership_leak_on_error_path on c py pyx rs node: asan = ownership/leak
  //~^ ownership_leak_on_error_path: goasan rsasan memcheck = ownership/leak
  if (!p || strlen(text) >= 48) return -1;
  strcpy(p, text);
  if (p[0] == '!') return -1;
  fx_sink += p[0];
  free(p);
  return 0;
}

static void ownership_leak_on_error_path(void) {
  for (int i = 0; i < 8; i++) fx_sink += load("!refused") + load("accepted");
}

static FX_NOINLINE char *copy_both(const char *a, const char *b) {
  char *p = malloc(strlen(a) + strlen(b) + 1);
  if (p) strcat(strcpy(p, a), b);
  return p;
}

/* No test makes the second allocation fail. */
static FX_NOINLINE int join(const char *a, const char *b) {
  char *first = copy_both(a, b); //~ ownership_leak_on_error_path__allocation: failing = ownership/leak-on-error-path
  char *second = first ? fx_opaque(malloc(strlen(first) + 1)) : NULL;
  if (!second) return -1;
  fx_sink += strlen(strcpy(second, first));
  free(second);
  free(first);
  return 0;
}

static void ownership_leak_on_error_path__allocation(void) {
  fx_sink += join("two", "parts");
}

static void ownership_double_free(void) {
  char *p = fx_opaque(malloc(32));
  free(p);
  free(fx_opaque(p)); //~ ownership_double_free: asan goasan rsasan memcheck = ownership/double-free
  fx_sink++; /* or the call above becomes a jump, and its frame is gone */
}

static void ownership_invalid_free(void) {
  char *p = fx_opaque(malloc(32));
  fx_sink += (long)p;
  free(fx_opaque(p + 16)); //~ ownership_invalid_free: asan goasan rsasan memcheck = ownership/invalid-free
  fx_sink++;
}

static void ownership_use_after_free(void) {
  int *p = fx_opaque(calloc(4, sizeof *p));
  free(p);
  fx_sink += ((int *)fx_opaque(p))[2]; //~ ownership_use_after_free: asan goasan rsasan memcheck = ownership/use-after-free
}

const fx_case fx_hazard_ownership[] = {FX_OWNERSHIP_CASES(FX_CASE) FX_END};
