/* SPDX-License-Identifier: Apache-2.0
 * Descriptors that a plugin has from elsewhere, on its loops: junctor.fd/1. A library's socket or an eventfd is
 * watched; a connected socket (of a Unix socket, a socketpair) becomes a stream. */
#ifndef JUNCTOR_FD_H
#define JUNCTOR_FD_H

#include "net.h"

#ifdef __cplusplus
extern "C" {
#endif

#define JCT_FD_API "junctor.fd/1"

#define JCT_FD_READ 1u
#define JCT_FD_WRITE 2u
#define JCT_FD_ERROR 4u /* told whether it was wanted or not, and again until the watch ends */

/* [loop] `ready`: JCT_FD_*. Comes again for as long as it is so. A negative answer ends the watch and is counted
 * against the plugin. */
typedef jct_status (*jct_fd_fn)(void* self, jct_handle watch, uint32_t ready);

typedef struct jct_fd_api {
  uint32_t size;
  uint32_t reserved;
  /* [loop] Calls fn on this loop (from [control]: the home loop, once start has returned) whenever fd is ready for what
   * is wanted. The descriptor stays the plugin's: end the watch, then close it. JCT_E_EXISTS: this loop watches it
   * already. JCT_E_UNSUPPORTED: it cannot be waited for (a regular file). JCT_E_LIMIT: too many are watched. From
   * [control] such a failure comes later, in the log. */
  jct_status (*watch)(const jct_host* host, int32_t fd, uint32_t wanted, jct_fd_fn fn, void* self, jct_handle* out);
  /* [loop] The watch's. 0: nothing for now, errors excepted. */
  jct_status (*want)(const jct_host* host, jct_handle watch, uint32_t wanted);
  /* [loop] The watch's. Afterwards fn is not called. JCT_E_CLOSED for one that has ended. */
  jct_status (*unwatch)(const jct_host* host, jct_handle watch);
  /* [loop] A stream of this loop from a connected stream socket; attached from the beginning. JCT_OK: the descriptor is
   * the kernel's from now on, and on_close comes once. JCT_E_ARG: it is no such socket; JCT_E_LIMIT: the server has
   * max_connections; it stays the plugin's then. info tells no peer where the socket has no address. */
  jct_status (*adopt)(const jct_host* host, int32_t fd, const jct_stream_events* events, void* self, jct_handle* out);
} jct_fd_api;

#ifdef __cplusplus
}
#endif
#endif
