/* SPDX-License-Identifier: Apache-2.0
 * peers/1: who is registered, who is online, and how to reach them. One provider. */
#ifndef JUNCTOR_SERVICE_PEERS_H
#define JUNCTOR_SERVICE_PEERS_H

#include "signal.h"

#ifdef __cplusplus
extern "C" {
#endif

#define JCT_PEERS_SERVICE "peers/1"

#define JCT_PEER_UNKNOWN 0u
#define JCT_PEER_OFFLINE 1u
#define JCT_PEER_ONLINE 2u

/* Views, good for the callback. */
typedef struct jct_peer {
  uint32_t size;
  uint32_t state; /* JCT_PEER_* */
  jct_str id;
  jct_channel channel; /* how to push to it; all zero unless online */
  jct_bytes pk;        /* empty unless asked for with JCT_PEER_WANT_KEY or not on record */
  uint64_t age_ns;     /* since its last registration; unless online UINT64_MAX when never seen by this process */
  /* A second way over UDP, all zero when there is none: the peer may have moved, or somebody writes in its name. Until
   * that is told apart, what is pushed by UDP goes to both. */
  jct_channel also;
} jct_peer;

#define JCT_PEER_WANT_KEY 1u /* else the answer comes without a look into storage for an online peer */

/* Called exactly once, inline or later on the asking loop. JCT_OK (unknown included: see state), JCT_E_IO when storage
 * failed, JCT_E_LIMIT when too many look-ups are in flight. */
typedef struct jct_lookup_done {
  void* self;
  void (*done)(void* self, jct_status status, const jct_peer* peer);
  uint32_t loop;
  uint32_t want; /* JCT_PEER_WANT_* */
} jct_lookup_done;

typedef struct jct_peers_service {
  uint32_t size;
  uint32_t reserved;
  /* [loop] */
  void (*lookup)(void* self, jct_str id, const jct_lookup_done* done);
  /* [any] From memory alone. */
  uint32_t (*is_online)(void* self, jct_str id);
  /* [any] Calls row for each peer seen from this IP (port ignored), at most limit; returns how many. Slow; for people.
   */
  uint64_t (*at_address)(void* self, const jct_addr* address, uint64_t limit, void* row_self,
                         void (*row)(void* row_self, const jct_peer* peer));
  /* [any] Forgets a device: its record, its presence, its connection; it may register again. Its relay sessions end by
   * removed_since. Nothing is answered: what storage does not do is in the log. */
  void (*remove)(void* self, jct_str id);
  /* [any] Calls row for each device that was removed after *number, oldest first, as far as they are remembered (the
   * last thousand), and sets *number to the newest. 0 at first. */
  void (*removed_since)(void* self, uint64_t* number, void* row_self, void (*row)(void* row_self, jct_str id));
} jct_peers_service;

#ifdef __cplusplus
}
#endif
#endif
