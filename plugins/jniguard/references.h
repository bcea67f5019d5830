/*
 * References. Native code gets a handle of the guard's own (a weak global reference) for each reference that the JVM makes for
 * it; the JVM's own reference is behind it and lives exactly as long as without the guard. When the reference ends, its handle
 * is kept for a while, so that no other reference can have its address, and nothing of it keeps an object alive.
 */
#ifndef JNIGUARD_REFERENCES_H
#define JNIGUARD_REFERENCES_H
#include "guard.h"

enum { LOCAL, GLOBAL, WEAK };
enum { ALIVE, ENDED, DELETED };

/* JNI specification, chapter 3 and EnsureLocalCapacity: 16 local references are guaranteed. HotSpot's own check adds 32. */
#define GUARANTEED 16
#define TOLERATED 32
/* References that are remembered after their end. */
#define REMEMBERED 8192
#define BUCKETS 65536
#define STRIPES 256
#define SITE_FRAMES 8

struct reference {
  jobject shown, real;
  struct reference *next;
  void *site;
  pthread_t owner;
  const char *where; /* the native method in which it ended */
  short slot;        /* the function that made it, -1: an argument */
  unsigned char kind, state, early, frames;
  void *stack[];
};

struct method {
  void *code;
  int objects;
  int gives_object;
  short at[256]; /* of each object: a register 0..5, or the place on the stack behind them */
  char name[256];
};

struct frame {
  struct frame *up;
  void *back;
  struct method *method; /* NULL: an attached thread */
  struct reference **refs, *few[32];
  int count, room, capacity, monitors;
  int marks[32], capacities[32], nested;
};

static struct reference *buckets[BUCKETS];
static pthread_mutex_t stripes[STRIPES];
static struct reference *remembered[REMEMBERED];
static _Atomic unsigned remembered_at;
extern const char *const jni_names[];

static unsigned hash_of(const void *p) { return (unsigned)((((uintptr_t)p >> 3) * 0x9e3779b97f4a7c15u) >> 48); }
#define STRIPE(h) (&stripes[(h) % STRIPES])

/* The handles of the guard are weak global references, which HotSpot marks in their lowest bit. */
static int is_handle(jobject r) { return ((uintptr_t)r & 1) != 0; }

static struct reference *remember(JNIEnv *env, jobject real, int kind, int slot, void *site) {
  const int deep = kind != LOCAL;
  jobject shown = O->NewWeakGlobalRef(env, real);
  if (shown == NULL || !is_handle(shown)) return NULL;
  struct reference *r = calloc(1, sizeof *r + (deep ? SITE_FRAMES * sizeof(void *) : 0));
  if (r == NULL) return NULL;
  *r = (struct reference){.shown = shown, .real = real, .site = site, .owner = pthread_self(), .slot = (short)slot,
                          .kind = (unsigned char)kind, .early = T.top == NULL};
  if (deep) r->frames = (unsigned char)stack_of(r->stack, SITE_FRAMES);
  const unsigned h = hash_of(shown);
  pthread_mutex_lock(STRIPE(h));
  r->next = buckets[h];
  buckets[h] = r;
  pthread_mutex_unlock(STRIPE(h));
  return r;
}

/* A copy of what is known of a handle. */
static int look_up(jobject shown, struct reference *to, struct reference **itself) {
  const unsigned h = hash_of(shown);
  pthread_mutex_lock(STRIPE(h));
  struct reference *r = buckets[h];
  while (r != NULL && r->shown != shown) r = r->next;
  if (r != NULL) *to = *r;
  if (itself) *itself = r;
  pthread_mutex_unlock(STRIPE(h));
  return r != NULL;
}

static void forget(JNIEnv *env, struct reference *r) {
  const unsigned h = hash_of(r->shown);
  pthread_mutex_lock(STRIPE(h));
  struct reference **at = &buckets[h];
  while (*at != NULL && *at != r) at = &(*at)->next;
  if (*at != NULL) *at = r->next;
  pthread_mutex_unlock(STRIPE(h));
  O->DeleteWeakGlobalRef(env, r->shown);
  free(r);
}

/* False if somebody else has ended it. */
static int end_reference(JNIEnv *env, struct reference *r, int how, const char *where) {
  const unsigned h = hash_of(r->shown);
  pthread_mutex_lock(STRIPE(h));
  const int first = r->state == ALIVE;
  if (first) {
    r->state = (unsigned char)how;
    r->where = where;
  }
  pthread_mutex_unlock(STRIPE(h));
  if (!first) return 0;
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&lock);
  struct reference **place = &remembered[remembered_at++ % REMEMBERED], *old = *place;
  *place = r;
  pthread_mutex_unlock(&lock);
  if (old != NULL) forget(env, old);
  return 1;
}

static struct frame *push_frame(struct method *m) {
  struct frame *f = T.spare;
  if (f != NULL) T.spare = f->up;
  else {
    f = calloc(1, sizeof *f);
    if (f == NULL) abort();
    f->refs = f->few;
    f->room = sizeof f->few / sizeof f->few[0];
  }
  f->up = T.top;
  f->method = m;
  f->count = f->nested = f->monitors = 0;
  f->capacity = GUARANTEED;
  T.top = f;
  return f;
}

static const char *name_of(const struct frame *f) { return f->method ? f->method->name : "the detachment of its thread"; }

static void end_from(JNIEnv *env, struct frame *f, int from) {
  while (f->count > from) {
    struct reference *r = f->refs[--f->count];
    if (r != NULL) end_reference(env, r, ENDED, name_of(f));
  }
}

static void pop_frame(JNIEnv *env) {
  struct frame *f = T.top;
  end_from(env, f, 0);
  T.top = f->up;
  f->up = T.spare;
  T.spare = f;
}

/* The handle of a local reference, or the reference itself where nobody knows how long it lives. */
static jobject add_local(JNIEnv *env, jobject real, int slot, void *site) {
  struct frame *f = T.top;
  if (real == NULL || f == NULL) return real;
  struct reference *r = remember(env, real, LOCAL, slot, site);
  if (r == NULL) return real;
  if (f->count == f->room) {
    struct reference **more = malloc(sizeof *more * (size_t)f->room * 2);
    if (more == NULL) abort();
    memcpy(more, f->refs, sizeof *more * (size_t)f->room);
    if (f->refs != f->few) free(f->refs);
    f->refs = more;
    f->room *= 2;
  }
  f->refs[f->count++] = r;
  return r->shown;
}

static int alive_in(const struct frame *f) {
  int n = 0;
  for (int i = 0; i < f->count; i++) n += f->refs[i] != NULL;
  return n;
}

static struct made made_by(const struct reference *r) {
  return r->frames ? (struct made){"the reference, by", r->stack, r->frames} : (struct made){"the reference, by", &r->site, 1};
}

#endif
