/* SPDX-License-Identifier: Apache-2.0
 * tickets/1: tells relays on other hosts which sessions signalling has seen. Any number of providers; each knows relays
 * of its own. A relay of the same process is told through relay/1 expect instead. */
#ifndef JUNCTOR_SERVICE_TICKETS_H
#define JUNCTOR_SERVICE_TICKETS_H

#include "../abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define JCT_TICKETS_SERVICE "tickets/1"

typedef struct jct_tickets_service {
  uint32_t size;
  uint32_t reserved;
  /* [any] A session of this uuid for B's `id` (empty: any) may begin at `relay`, its name for operators, within ttl_ns.
   * To be told before either side can know of it. JCT_OK: on its way, once the relay can be reached, and until its time
   * is over. JCT_E_NOT_FOUND: no relay of this provider's. JCT_E_LIMIT: too many wait, this one is lost. */
  jct_status (*announce)(void* self, jct_str relay, jct_str uuid, jct_str id, uint64_t ttl_ns);
  /* [any] 0: no new sessions are to be sent to that relay, as its tickets do not get through. Else 1, also for a relay
   * that is not this provider's. */
  int32_t (*usable)(void* self, jct_str relay);
} jct_tickets_service;

#ifdef __cplusplus
}
#endif
#endif
