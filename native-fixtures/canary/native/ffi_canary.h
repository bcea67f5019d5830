/* ffi_canary.h: planted bugs, one for each class of report. A gate that does not see them in a lane sees nothing there. */
#ifndef FFI_CANARY_H
#define FFI_CANARY_H
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
void canary_abort(void);

#ifdef __cplusplus
}
#endif
#endif
