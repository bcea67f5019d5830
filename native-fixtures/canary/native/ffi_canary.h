/* ffi_canary.h: planted bugs, one for each class of report. A gate that does not see them in a lane sees nothing there. */
#ifndef FFI_CANARY_H
#define FFI_CANARY_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

int canary_noop(void);      /* correct; returns 42 */
void canary_heap(void);     /* writes one byte past a heap block */
void canary_uaf(void);      /* reads a freed heap block */
void canary_leak(void);     /* forgets heap blocks */
void canary_uninit(void);   /* branches on memory nobody wrote */
void canary_race(void);     /* two threads, one counter, no lock */
void canary_lockorder(void);/* takes two locks in both orders, one thread after the other */
void canary_ub(void);       /* signed overflow */
void canary_segv(void);     /* reads address 0 */
void canary_handle(void);   /* opens a file that nobody closes */
int canary_errorpath(void); /* correct, unless an allocation fails */
void canary_reentry(int again); /* not to be entered while it runs, which it does itself unless told so */
int canary_errorcode(void); /* 0, and negative if it failed, which it never does */
void canary_abort(void);

/* Correct. Callers that declare them wrongly are the planted bugs of the gate that compares declarations. */
struct canary_record { char kind; double weight; };
void *canary_pointer(void);               /* an address above 4 GiB */
int64_t canary_wide(int64_t value);       /* value + 1 */
uint32_t canary_unsigned(void);           /* the greatest value */
double canary_mean(double a, double b);
int canary_weigh(const struct canary_record *record);
int canary_call(int64_t (*back)(int64_t value)); /* calls back with a value of more than 32 bits */
int canary_errno(void);                   /* fails with ENOENT */
int canary_slot(int at);                  /* one of sixteen slots, of which there are eight */
int canary_unpack(const unsigned char *data, size_t size); /* believes what begins with FF to be short */

#ifdef __cplusplus
}
#endif
#endif
