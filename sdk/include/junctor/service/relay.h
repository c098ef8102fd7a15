/* SPDX-License-Identifier: Apache-2.0
 * relay/1: sides of relay sessions, paired by uuid, with limits and counts in one place whatever they came over. */
#ifndef JUNCTOR_SERVICE_RELAY_H
#define JUNCTOR_SERVICE_RELAY_H

#include "../abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define JCT_RELAY_SERVICE "relay/1"

/* A side that has said its RequestRelay: a kernel stream of the caller's loop, unread bytes behind that message
 * included. Views, good for the call. */
typedef struct jct_relay_side {
  uint32_t size;
  uint32_t conn_type;
  jct_handle stream;
  jct_str uuid;
  jct_str id; /* B's, from A alone; else empty */
  jct_str licence_key;
  jct_addr peer; /* the client's real address */
} jct_relay_side;

typedef struct jct_relay_service {
  uint32_t size;
  uint32_t reserved;
  /* [loop] Checks, parks or pairs it. JCT_OK: the relay owns the stream from now on. Else it stays with the caller:
   * JCT_E_DENIED, JCT_E_LIMIT, JCT_E_EXISTS (a third of its uuid), JCT_E_STATE (draining). */
  jct_status (*offer)(void* self, const jct_relay_side* side);
  /* [any] Where sides connect: as listener_addresses of net.h. */
  jct_status (*addresses)(void* self, jct_addr* out, uint64_t capacity, uint64_t* count);
} jct_relay_service;

#ifdef __cplusplus
}
#endif
#endif
