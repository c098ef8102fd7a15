/* SPDX-License-Identifier: Apache-2.0
 * signal/1: signalling messages by kind, over any transport. One provider. Transports attach channels and deliver
 * messages; handlers take a kind each; nobody else knows about framing, secretbox or WebSocket. */
#ifndef JUNCTOR_SERVICE_SIGNAL_H
#define JUNCTOR_SERVICE_SIGNAL_H

#include "../abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define JCT_SIGNAL_SERVICE "signal/1"

#define JCT_CHANNEL_UDP 1u
#define JCT_CHANNEL_TCP 2u
#define JCT_CHANNEL_WS 3u

#define JCT_CHANNEL_ENCRYPTED 1u  /* flags: secretbox (protocol.md 5) */
#define JCT_CHANNEL_REGISTERED 2u /* a peer's presence hangs on it */

/* A way to one client; a value, frozen for the major. UDP: socket, peer and local say all (no state is kept for whoever
 * sends a datagram). Connections: handle names it; peer is the client's real address. */
typedef struct jct_channel {
  uint32_t transport; /* JCT_CHANNEL_* */
  uint32_t flags;
  jct_handle handle;
  jct_handle socket;
  jct_addr peer;
  jct_addr local;
} jct_channel;

/* [loop] The channel's loop. message: the serialised inner message of the union's member `kind`, good for the call. A
 * negative answer closes a connection and is counted. */
typedef jct_status (*jct_signal_handler)(void* self, const jct_channel* channel, uint32_t kind, jct_bytes message);

/* What a transport does for its channels; the signal service calls it on the loop that the channel was attached on. The
 * service closes channels that are silent for too long and sends heartbeats to those of registered peers: a transport
 * needs timers for its own handshake alone. */
typedef struct jct_transport {
  uint32_t size;
  uint32_t transport; /* JCT_CHANNEL_* */
  /* message: a whole serialised RendezvousMessage, or empty for a heartbeat. */
  jct_status (*send)(void* self, jct_bytes message);
  void (*close)(void* self);
} jct_transport;

typedef struct jct_signal_service {
  uint32_t size;
  uint32_t reserved;
  /* [control] in create or start. One handler a kind (JCT_E_EXISTS names the holder in the log). PARALLEL: it is called
   * on every loop, one that is not: on the channel's loop as well, so only PARALLEL instances may handle. */
  jct_status (*handle)(void* self, uint32_t kind, jct_signal_handler handler, void* context);
  /* [control], and [home] in drain, so that a successor can have the kind. Afterwards the handler is not called (calls
   * that are under way: see loop.h, enter). */
  void (*unhandle)(void* self, uint32_t kind, void* context);
  /* [any] Copies. message: the serialised inner message. JCT_E_CLOSED when the connection has gone; where it lives on
   * another loop, JCT_OK says only that it was passed on. */
  jct_status (*send)(void* self, const jct_channel* channel, uint32_t kind, jct_bytes message);
  /* [any] Closes a connection after what is queued; nothing for UDP. */
  jct_status (*close)(void* self, const jct_channel* channel);
  /* [loop] A transport's new channel on this loop; fills the handle. table and self live until detach. JCT_E_LIMIT. */
  jct_status (*attach)(void* self, const jct_transport* table, void* transport_self, const jct_addr* peer,
                       const jct_addr* local, jct_channel* out);
  /* [loop] A whole RendezvousMessage that came on it (empty: a heartbeat). A negative answer asks the transport to
   * close. */
  jct_status (*deliver)(void* self, const jct_channel* channel, jct_bytes message);
  /* [loop] The channel is no more. */
  void (*detach)(void* self, const jct_channel* channel);
} jct_signal_service;

#ifdef __cplusplus
}
#endif
#endif
