/*
 * What the stacks of hosts (`hoststack.c`, `hoststack-node.cc`) share: one frame a call, outermost last.
 */
#ifndef FFI_GATES_HOSTSTACK_H
#define FFI_GATES_HOSTSTACK_H

#ifdef __cplusplus
extern "C" {
#endif

/* Notes a frame. `file` and `line` may be unknown: NULL and 0. */
void host_frame(const char *function, const char *file, int line, int column);

/* Notes the frames of this thread in V8. False if V8 does not run on this thread. */
int host_frames_of_node(void);

#ifdef __cplusplus
}
#endif
#endif
