/*
 * What walks the stacks of hosts (`hostwalk.h`, `hoststack-node.cc`, `hoststack-python.c`) and what takes their frames: one a
 * call, outermost last.
 */
#ifndef FFI_GATES_HOSTSTACK_H
#define FFI_GATES_HOSTSTACK_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The most frames that are asked for. */
#define HOST_FRAMES 32

/*
 * Asked before each frame, by two numbers that name its place: true if it is known and noted by them. Otherwise `host_frame`
 * must follow.
 */
int host_knows(uint64_t code, uint64_t place);

/* Notes a frame. `file` and `line` may be unknown: NULL and 0. */
void host_frame(const char *function, const char *file, int line, int column);

/* Code of the host has moved: what was kept by its addresses holds no more. */
void host_moved(void);

/* Note the frames of this thread, `most` at most. False if the host does not run on this thread. */
int host_frames_of_node(int most);
int host_frames_of_python(int most);

#ifdef __cplusplus
}
#endif
#endif
