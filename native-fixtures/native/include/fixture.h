/* fixture.h: the C interface of the fixture library.
 *
 * Two halves. `fx_hazard_run`/`fx_twin_run` execute a bug of the library's own (or its corrected twin) by name, so that
 * every host can drive the same bug. Everything else is a correct library with a stated contract, which the hazard
 * programs of the bindings break from their side of the boundary and their twins keep. */
#ifndef FIXTURE_H
#define FIXTURE_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

/* Runs the library-internal case `name` (`bounds_heap_overflow`, …). 0 when done, -1 when there is no such case. */
int fx_hazard_run(const char *name);
int fx_twin_run(const char *name);

/* --- ownership ---------------------------------------------------------------------------------------------------- */
char *fx_label_new(const char *text);      /* caller frees with fx_label_free */
void fx_label_free(char *label);
const char *fx_version(void);              /* borrowed: never freed */
typedef struct fx_arena fx_arena;
fx_arena *fx_arena_new(size_t capacity);
void *fx_arena_alloc(fx_arena *a, size_t n); /* interior pointer: belongs to the arena, never freed alone */
void fx_arena_free(fx_arena *a);
typedef struct fx_box fx_box;              /* opaque handle holding one int */
fx_box *fx_box_new(int value);
int fx_box_get(const fx_box *b);           /* reads inside the library */
void fx_box_free(fx_box *b);
int *fx_box_peek(fx_box *b);               /* borrowed pointer into the box: the host may read until fx_box_free */
int fx_parse(const char *text, char **error); /* -1 and *error (caller frees) when text is not a number, else its value */

/* --- lifetime ------------------------------------------------------------------------------------------------------ */
void fx_hold(const unsigned char *buf, size_t n); /* keeps the pointer until fx_release; buf must live that long */
int fx_held_sum(void);                            /* sums the held bytes */
void fx_release(void);
int *fx_local_address(void);               /* BUG by contract: address of a local, for hosts that read it */
int fx_read_int(const int *p);             /* *p, read inside the library */
typedef int (*fx_callback)(int value, void *user);
void fx_on_event(fx_callback cb, void *user); /* kept until replaced or NULL */
int fx_fire(int value);                       /* calls the kept callback on this thread; -1 when there is none */
int fx_fire_on_thread(int value, int times);  /* same, from a new native thread, joined before return */

/* --- bounds -------------------------------------------------------------------------------------------------------- */
void fx_fill(unsigned char *buf, size_t n, int byte);     /* writes n bytes */
int fx_sum(const unsigned char *buf, size_t n);            /* reads n bytes */
size_t fx_text_length(const char *text);                   /* strlen: text must be terminated */
int fx_copy_slice(unsigned char *dst, size_t cap, const unsigned char *src, int32_t from, int32_t to);
                                                           /* copies to-from bytes; requires 0<=from<=to, to-from<=cap */

/* --- null, init ---------------------------------------------------------------------------------------------------- */
fx_box *fx_find(const char *name);         /* NULL when unknown; known: "one" (caller frees) */
int fx_measure(int want, int *out);        /* 0 and *out set when want>0; -1 and *out untouched otherwise */

/* --- abi ----------------------------------------------------------------------------------------------------------- */
typedef struct { uint8_t kind; uint32_t count; uint16_t tag; double weight; } fx_record;
int64_t fx_record_digest(const fx_record *r); /* kind + count*10 + tag*100 + (int64)(weight*1000) */
const fx_record *fx_record_sample(void);       /* borrowed: 1, 2, 3, 0.5 */
int64_t fx_wide(int64_t a, int64_t b);        /* a + b */
uint32_t fx_unsigned_max(void);               /* 0xffffffff */
double fx_mean(double a, float b, int n);     /* (a + b) / n */
int fx_sum_varargs(int n, ...);               /* n ints */
size_t fx_utf8_points(const char *text);      /* code points; SIZE_MAX when text is not UTF-8 */

/* --- untrusted input ----------------------------------------------------------------------------------------------- */
/*
 * The sum of the bytes of a record: "FX", their number, the bytes. They go to a block of `room` bytes; callers look at the number
 * first. -1 if it is no record.
 */
int fx_unpack(const uint8_t *data, size_t size, size_t room);

/* --- unwind, errno ------------------------------------------------------------------------------------------------- */
int fx_may_throw(int really);              /* BUG by contract when really!=0: a C++ exception leaves extern "C" */
int fx_open_missing(void);                 /* -1 with errno = ENOENT */

/* --- threading ----------------------------------------------------------------------------------------------------- */
int fx_count(void);                        /* adds one to an unguarded counter: callers must serialise */
int fx_count_locked(void);                 /* same with a lock */
void fx_worker_start(int locked, int times); /* native thread that counts `times` times */
void fx_worker_join(void);
void fx_scribble_start(int *cell, int times); /* native thread that increments *cell until fx_scribble_join */
void fx_scribble_join(void);
void fx_sleep_ms(int ms);                  /* blocks the calling thread */

/* --- resources ----------------------------------------------------------------------------------------------------- */
int fx_open_self(void);                    /* an open file descriptor; caller closes with fx_close */
int fx_close(int fd);

#ifdef __cplusplus
}
#endif
#endif
