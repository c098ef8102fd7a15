/* SPDX-License-Identifier: Apache-2.0
 * relay/1: sides of relay sessions, paired by uuid, with limits and counts in one place whatever they came over. */
#ifndef JUNCTOR_SERVICE_RELAY_H
#define JUNCTOR_SERVICE_RELAY_H

#include "../abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define JCT_RELAY_SERVICE "relay/1"

/* A side that has said its RequestRelay. Views, good for the call. */
typedef struct jct_relay_side {
  uint32_t size;
  uint32_t conn_type;
  jct_handle stream; /* offer: a kernel stream of the caller's loop, unread bytes behind that message included */
  jct_str uuid;
  jct_str id; /* B's, from A alone; else empty */
  jct_str licence_key;
  jct_addr peer;      /* the client's real address */
  uint32_t transport; /* JCT_CHANNEL_* of signal.h: what auth plugins and people are told; 0: JCT_CHANNEL_TCP */
  uint32_t reserved;
  jct_str token;
} jct_relay_side;

/* The most bytes of one send or data. */
#define JCT_RELAY_CHUNK 81920u

/* What a side that is no kernel stream does for the relay. Its bytes, both ways, are those of RustDesk's framing over
 * TCP, cut anywhere. All [loop], the loop that it was offered on; the relay calls them from its own functions too. */
typedef struct jct_relay_link {
  uint32_t size;
  uint32_t reserved;
  /* Towards the client. Copies all of it or nothing. JCT_E_AGAIN: its queue is full; writable follows. */
  jct_status (*send)(void* self, jct_bytes data);
  /* The session has begun, or data has answered JCT_E_AGAIN: it may be tried again, from inside this call as well. */
  void (*resume)(void* self);
  /* The other side will send nothing more: a half-close, behind what was sent. */
  void (*end)(void* self);
  /* The last call. JCT_OK: what was sent is delivered first. JCT_E_RESET: cut it off now. Else why it is refused or
   * ended: JCT_E_DENIED, JCT_E_EXISTS, JCT_E_LIMIT, JCT_E_STATE (draining), JCT_E_TIMEOUT, JCT_E_CLOSED (stopped). */
  void (*close)(void* self, jct_status reason);
} jct_relay_link;

typedef struct jct_relay_service {
  uint32_t size;
  uint32_t reserved;
  /* [loop] Checks, parks or pairs it. JCT_OK: the relay owns the stream from now on, and closes it should it refuse it
   * later (where auth plugins take their time). Else it stays with the caller: JCT_E_DENIED, JCT_E_LIMIT, JCT_E_EXISTS
   * (a third of its uuid), JCT_E_STATE (draining). */
  jct_status (*offer)(void* self, const jct_relay_side* side);
  /* [any] Where sides connect: as listener_addresses of net.h. */
  jct_status (*addresses)(void* self, jct_addr* out, uint64_t capacity, uint64_t* count);

  /* [any] The loop that a uuid's sides meet on: a link is offered there. */
  uint32_t (*loop_of)(void* self, jct_str uuid);
  /* [loop] As offer, for a side that is no kernel stream (`stream` is 0); elsewhere than on loop_of(uuid):
   * JCT_E_THREAD. JCT_OK: link and link_self live until closed, and a later refusal comes as link->close. Else neither
   * is called again. The handle is in *out before the link's first call. */
  jct_status (*offer_link)(void* self, const jct_relay_side* side, const jct_relay_link* link, void* link_self,
                           jct_handle* out);
  /* [loop] The handle's, all that follows. From the client. Takes all of it or nothing. JCT_E_AGAIN: keep it and stop
   * reading (no partner yet, which some KiB may wait for, or one that reads slowly); link->resume follows. Another
   * negative answer: the session is over. */
  jct_status (*data)(void* self, jct_handle link, jct_bytes data);
  /* send has answered JCT_E_AGAIN, and may be tried again. */
  jct_status (*writable)(void* self, jct_handle link);
  /* The client will send nothing more. Before the first resume: it waits for some seconds, no longer. After it: all
   * that it sent was taken; to be told again where it was told before. */
  jct_status (*ended)(void* self, jct_handle link);
  /* The client has gone: once for each link, after close too, and never from inside a call of the link's. JCT_OK where
   * the relay had asked for it. */
  void (*closed)(void* self, jct_handle link, jct_status reason);

  /* [any] A ticket: signalling has seen this uuid for an allowed pair, and its session may begin within ttl_ns. To be
   * told before either side can know of it. `id`: B's; empty: any. JCT_E_LIMIT: too many are kept. Matters where the
   * relay's option `tickets` is not "off". */
  jct_status (*expect)(void* self, jct_str uuid, jct_str id, uint64_t ttl_ns);
} jct_relay_service;

#ifdef __cplusplus
}
#endif
#endif
