#include "puppet.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

static volatile long sink;
static volatile int shared;

/* A pointer of which the compiler knows nothing, so that it cannot prove a bug away. */
static void *opaque(void *p) {
  __asm__ volatile("" : "+r"(p) : : "memory");
  return p;
}

int puppet_sum(int a, int b) { return (int)((unsigned)a + (unsigned)b); }

int puppet_overflow(int a) { return INT_MAX - 1 + a; }

void puppet_past_end(void) {
  volatile char *p = opaque(malloc(24));
  p[24] = 1;
  free((void *)p);
}

void puppet_double_free(void) {
  void *p = malloc(24);
  free(opaque(p));
  free(opaque(p));
}

void puppet_crash(void) { *(volatile int *)opaque((void *)16) = 1; }

void puppet_fill(char *buffer, int bytes) {
  for (int i = 0; i < bytes; i++) buffer[i] = (char)i;
}

void puppet_leak(void) {
  for (int i = 0; i < 8; i++) sink += (long)opaque(malloc(40)) & 1;
}

static void *count(void *unused) {
  for (int i = 0; i < 1000; i++) shared++;
  return unused;
}

void puppet_race(void) {
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, count, NULL);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
}

/* Sleeps, so that the process can be looked at while the library is loaded. */
int puppet_pause(int ms) {
  struct timespec t = {ms / 1000, (ms % 1000) * 1000000L};
  return nanosleep(&t, NULL);
}
