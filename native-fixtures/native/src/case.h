/* What a file of library-internal cases needs: the table type, and two ways to keep the optimiser from proving a bug
 * away. */
#ifndef FIXTURE_CASE_H
#define FIXTURE_CASE_H
#include <stddef.h>
#include <string.h>

#include "fixture_cases.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  const char *name;
  void (*run)(void);
} fx_case;

/* A row of a table, from a list of fixture_cases.h: `{FX_UB_CASES(FX_CASE) FX_END}`. */
#define FX_CASE(function) {#function, function},
#define FX_END {NULL, NULL}
#if defined(__has_feature)
#define FX_CLANG_TSAN __has_feature(thread_sanitizer)
#else
#define FX_CLANG_TSAN 0
#endif
#define FX_NOINLINE __attribute__((noinline))

/* Takes a value so that computing it cannot be dropped. */
extern volatile long fx_sink;

/* The same pointer, of unknown provenance and content to the compiler. */
static inline void *fx_opaque(void *p) {
  __asm__ volatile("" : "+r"(p) : : "memory");
  return p;
}

/* The same number, unknown to the compiler. */
static inline long fx_unknown(long n) {
  __asm__ volatile("" : "+r"(n));
  return n;
}

/* memcpy. ThreadSanitizer walks the shadow of the whole range before it copies, which takes minutes and all memory when
 * the length is a negative number: there such a call dies at once. */
static inline void fx_copy(void *to, const void *from, size_t n) {
#if defined(__SANITIZE_THREAD__) || FX_CLANG_TSAN
  if (n > (size_t)-1 / 2) __builtin_trap();
#endif
  memcpy(to, from, n);
}

/* One table per file of cases. */
extern const fx_case fx_hazard_ownership[], fx_twin_ownership[];
extern const fx_case fx_hazard_allocator[], fx_twin_allocator[];
extern const fx_case fx_hazard_lifetime[], fx_twin_lifetime[];
extern const fx_case fx_hazard_bounds[], fx_twin_bounds[];
extern const fx_case fx_hazard_value[], fx_twin_value[];
extern const fx_case fx_hazard_threading[], fx_twin_threading[];
extern const fx_case fx_hazard_unwind[], fx_twin_unwind[];
extern const fx_case fx_hazard_resource[], fx_twin_resource[];
extern const fx_case fx_hazard_ub[], fx_twin_ub[];

#ifdef __cplusplus
}
#endif
#endif
