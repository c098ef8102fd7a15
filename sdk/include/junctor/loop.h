/* SPDX-License-Identifier: Apache-2.0
 * Loops, tasks, timers, clocks and blocking work: junctor.loop/1. */
#ifndef JUNCTOR_LOOP_H
#define JUNCTOR_LOOP_H

#include "abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define JCT_LOOP_API "junctor.loop/1"
#define JCT_NO_LOOP UINT32_MAX

/* [loop] A negative answer ends the timer and is counted against the plugin. */
typedef jct_status (*jct_timer_fn)(void* self, jct_handle timer);

typedef struct jct_loop_api {
  uint32_t size;
  uint32_t reserved;
  /* [any] Worker loops, fixed for the process's life. */
  uint32_t (*count)(const jct_host* host);
  /* [any] The worker loop that the caller runs on, or JCT_NO_LOOP. */
  uint32_t (*current)(const jct_host* host);
  /* [any] The instance's home loop. */
  uint32_t (*home)(const jct_host* host);
  /* [any] Runs the task on a worker loop, never inline. Once the instance is stopping the task is dropped instead.
   * JCT_E_ARG for no such loop; then drop has been called too. */
  jct_status (*post)(const jct_host* host, uint32_t loop, jct_task task);
  /* [any] Runs work on [pool], then done on the calling loop (home for other callers). JCT_E_LIMIT when the pool's
   * queue is full; both have been dropped then. */
  jct_status (*offload)(const jct_host* host, jct_task work, jct_task done);
  /* [any] Nanoseconds, monotonic; on a loop the time at which this turn woke up. */
  uint64_t (*now)(const jct_host* host);
  /* [any] Microseconds since 1970, wall clock: for people and records, never for timeouts. */
  uint64_t (*wall)(const jct_host* host);
  /* [loop] Calls fn on this loop (from [control]: the home loop) after delay_ns, then every repeat_ns if that is not
   * 0. Resolution 1 ms; never early; the first time up to 250 ms late where it repeats each second or less often, so
   * that such timers are due together. */
  jct_status (*timer_start)(const jct_host* host, uint64_t delay_ns, uint64_t repeat_ns, jct_timer_fn fn, void* self,
                            jct_handle* out);
  /* [loop] Afterwards fn is not called. JCT_E_CLOSED for one that has ended. */
  jct_status (*timer_cancel)(const jct_host* host, jct_handle timer);
  /* [any] The instance's gate, for callbacks that another plugin makes (service completions, handlers): enter answers
   * JCT_E_STATE once the instance is stopping, and then nothing of it may be touched; after JCT_OK call leave, soon.
   * A host outlives its instance, so that this may be asked at any time. The C++ layer does it for its callbacks. */
  jct_status (*enter)(const jct_host* host);
  void (*leave)(const jct_host* host);
  /* [any] Random bytes fit for keys. */
  void (*random)(const jct_host* host, uint8_t* out, uint64_t size);
  /* [any] As offload, for an answer that somebody waits for: where done cannot run within deadline_ns of this call,
   * late runs in its place, on the same loop; never both. Work that has not begun by then is not run; work that is
   * under way goes on to its end, and done is dropped then. late may be all null. JCT_E_ARG for a deadline of 0. */
  jct_status (*offload_within)(const jct_host* host, uint64_t deadline_ns, jct_task work, jct_task done, jct_task late);
} jct_loop_api;

#ifdef __cplusplus
}
#endif
#endif
