/* SPDX-License-Identifier: Apache-2.0
 * Listeners, streams, datagrams and bridges: junctor.net/1. Sockets belong to the kernel; a plugin holds handles. */
#ifndef JUNCTOR_NET_H
#define JUNCTOR_NET_H

#include "abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define JCT_NET_API "junctor.net/1"

#define JCT_CONN_TLS 1u     /* the listener terminates TLS: bytes here are plain, the wire is not; bridged by copying */
#define JCT_CONN_PROXIED 2u /* peer was named by a trusted proxy */
#define JCT_CONN_SPOKEN 4u  /* at on_accept: bytes of the client are there, so it does not wait for ours */

#define JCT_SENDV_PIECES 16u

typedef struct jct_conn_info {
  uint32_t size;
  uint32_t flags; /* JCT_CONN_* */
  uint32_t loop;
  uint32_t reserved;
  jct_addr peer;  /* the client, by a trusted proxy's word where there is one; taken at accept: known after a reset */
  jct_addr local; /* the address that was hit */
} jct_conn_info;

/* ---- streams ------------------------------------------------------------------------------------------------------
 */

/* What a stream calls, all [loop], never overlapping, never from inside a call on the same stream. */
typedef struct jct_stream_events {
  uint32_t size;
  uint32_t reserved;
  /* All bytes not yet consumed. *consumed comes in as 0; what it leaves is kept and given again with what follows, up
   * to the listener's receive_buffer: full and nothing consumed closes the stream (JCT_E_LIMIT). Bytes that came with
   * a reset are delivered before on_close. */
  jct_status (*on_data)(void* self, jct_handle stream, jct_bytes data, uint64_t* consumed);
  /* The queue has fallen below the low mark after a JCT_E_AGAIN. May be null. */
  jct_status (*on_writable)(void* self, jct_handle stream);
  /* The peer will send nothing more; all its bytes were delivered. Null: the stream is closed once its queue is sent.
   */
  jct_status (*on_end)(void* self, jct_handle stream);
  /* The last call, exactly once for an attached stream: JCT_OK for a close of one's own or both ends done,
   * else the reason. */
  void (*on_close)(void* self, jct_handle stream, jct_status reason);
} jct_stream_events;

/* ---- listeners and datagram sockets ---------------------------------------------------------------------------------
 */

typedef struct jct_listen_events {
  uint32_t size;
  uint32_t reserved;
  /* [loop] A new connection; attach it before returning, or it is closed. */
  jct_status (*on_accept)(void* self, jct_handle listener, jct_handle stream, const jct_conn_info* info);
} jct_listen_events;

/* One datagram. socket: the handle of udp_open; local: the address that was hit, from which a reply leaves. */
typedef struct jct_dgram {
  jct_handle socket;
  jct_addr peer;
  jct_addr local;
  jct_bytes data;
} jct_dgram;

typedef struct jct_dgram_events {
  uint32_t size;
  uint32_t reserved;
  /* [loop] A batch in the order of arrival. Replies sent inside leave in one batch when it returns. */
  jct_status (*on_datagrams)(void* self, const jct_dgram* datagrams, uint64_t count);
} jct_dgram_events;

/* ---- bridges ------------------------------------------------------------------------------------------------------
 */

typedef struct jct_bridge_policy {
  uint32_t size;
  uint32_t gather_us; /* small pieces that come often and one way only collect for so long, 1000 at most; 0: never */
  uint64_t idle_timeout_ns; /* without a byte either way; 0: none */
  uint64_t max_lifetime_ns; /* 0: none */
  uint64_t rate;            /* bits a second, each direction; 0: none */
} jct_bridge_policy;

typedef struct jct_bridge_stats {
  uint32_t size;
  uint32_t reserved;
  uint64_t bytes_ab;
  uint64_t bytes_ba;
  uint64_t age_ns;
  uint64_t idle_ns;
} jct_bridge_stats;

typedef struct jct_bridge_events {
  uint32_t size;
  uint32_t reserved;
  /* [loop] The last call: JCT_OK both ends done, JCT_E_TIMEOUT idle or lifetime, JCT_E_RESET (a side was
   * reset, or cut off inside TLS), JCT_E_CLOSED by bridge_close. */
  void (*on_close)(void* self, jct_handle bridge, jct_status reason, const jct_bridge_stats* stats);
} jct_bridge_events;

typedef struct jct_net_api {
  uint32_t size;
  uint32_t reserved;
  /* [control] in start. Opens (or adopts) the sockets of a LISTENER option; for a LIST all of them under one handle. A
   * PARALLEL instance accepts on every loop, another on its home loop. Errors: JCT_E_IO with text in the log. */
  jct_status (*listen)(const jct_host* host, const char* option, const jct_listen_events* events, void* self,
                       jct_handle* out);
  jct_status (*udp_open)(const jct_host* host, const char* option, const jct_dgram_events* events, void* self,
                         jct_handle* out);
  /* [loop] [control] Stops accepting or receiving. The socket closes when no configured instance wants it. */
  jct_status (*close_listener)(const jct_host* host, jct_handle listener);
  /* [any] The bound addresses of a listener or datagram socket (port 0 resolved): writes at most capacity, sets *count
   * to how many there are. */
  jct_status (*listener_addresses)(const jct_host* host, jct_handle listener, jct_addr* out, uint64_t capacity,
                                   uint64_t* count);

  /* [loop] Copies; sent with the loop's batch from that loop's socket of the group. JCT_E_AGAIN when the batch's bound
   * is reached (counted; datagrams may be lost). From other threads: post. */
  jct_status (*udp_send)(const jct_host* host, const jct_dgram* datagram);

  /* [loop] Opens a connection from this loop (from [control]: the home loop). on_writable tells that it is there,
   * on_close that it failed. local: to dial from, or null. timeout_ns 0: the kernel's default. */
  jct_status (*connect)(const jct_host* host, const jct_addr* peer, const jct_addr* local, uint64_t timeout_ns,
                        const jct_stream_events* events, void* self, jct_handle* out);

  /* [loop] Everything below acts on a stream of the caller's loop. */
  /* events stays valid until on_close; may be called again to hand the stream to another object. */
  jct_status (*attach)(const jct_host* host, jct_handle stream, const jct_stream_events* events, void* self);
  /* Copies all of it or nothing. JCT_E_AGAIN above the high mark (nothing was taken). */
  jct_status (*send)(const jct_host* host, jct_handle stream, jct_bytes data);
  jct_status (*pause)(const jct_host* host, jct_handle stream);
  jct_status (*resume)(const jct_host* host, jct_handle stream);
  /* Half-close after what is queued. */
  jct_status (*end)(const jct_host* host, jct_handle stream);
  /* abort 0: send what is queued (bounded by the kernel's linger), then close; 1: reset now. on_close follows, not
   * inline. */
  jct_status (*close)(const jct_host* host, jct_handle stream, uint32_t abort);
  /* Closes the stream (JCT_E_TIMEOUT) after so long without a received byte; 0: never. */
  jct_status (*set_idle_timeout)(const jct_host* host, jct_handle stream, uint64_t timeout_ns);
  jct_status (*info)(const jct_host* host, jct_handle stream, jct_conn_info* out);
  /* Moves the stream with its unread and unsent bytes to another loop and runs arrived there. The handle stays the
   * same; events are held back until then. If the stream ends on the way, on_close comes on the new loop after arrived.
   */
  jct_status (*migrate)(const jct_host* host, jct_handle stream, uint32_t loop, jct_task arrived);

  /* [loop] Joins two streams of this loop in the kernel; their unread bytes go to the other side first, then nothing of
   * it enters user space, unless one of them is inside TLS. Both stream handles are dead afterwards (no on_close). */
  jct_status (*bridge)(const jct_host* host, jct_handle a, jct_handle b, const jct_bridge_policy* policy,
                       const jct_bridge_events* events, void* self, jct_handle* out);
  jct_status (*bridge_stats)(const jct_host* host, jct_handle bridge, jct_bridge_stats* out);
  jct_status (*bridge_set_policy)(const jct_host* host, jct_handle bridge, const jct_bridge_policy* policy);
  /* Ends both sides now; on_close follows, not inline. */
  jct_status (*bridge_close)(const jct_host* host, jct_handle bridge);

  /* [loop] As send, of `count` pieces as if they were one: what the system takes at once is not copied together first.
   * More than JCT_SENDV_PIECES: JCT_E_ARG. Inside TLS each piece begins a record of its own. */
  jct_status (*sendv)(const jct_host* host, jct_handle stream, const jct_bytes* pieces, uint64_t count);
} jct_net_api;

#ifdef __cplusplus
}
#endif
#endif
