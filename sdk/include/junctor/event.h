/* SPDX-License-Identifier: Apache-2.0
 * What has happened, as records for plugins that keep or count it: junctor.event/1. The log is for people and has
 * levels and rates; an event reaches its subscribers whatever those are, and costs nothing while there are none. */
#ifndef JUNCTOR_EVENT_H
#define JUNCTOR_EVENT_H

#include "abi.h"
#include "log.h"

#ifdef __cplusplus
extern "C" {
#endif

#define JCT_EVENT_API "junctor.event/1"

/* Views, good for the call. */
typedef struct jct_event {
  uint32_t size;
  uint32_t reserved;
  jct_str instance; /* who published it; empty: the kernel */
  jct_str name;     /* "component.what", as in the log: "relay.stop" */
  uint64_t wall;    /* microseconds since 1970 */
  const jct_field* fields;
  uint64_t count;
} jct_event;

/* [any] The publisher's thread, inside its call: must not block, and must not publish. Never once the subscriber is
 * stopping; who subscribes stops after all but those whose services it uses. */
typedef void (*jct_event_fn)(void* self, const jct_event* event);

typedef struct jct_event_api {
  uint32_t size;
  uint32_t reserved;
  /* [any] 1 while anybody subscribes; ask before building one. */
  uint32_t (*wanted)(const jct_host* host);
  /* [any] Calls every subscriber, the publisher itself excepted. Never put a secret into a field. */
  void (*publish)(const jct_host* host, const char* name, const jct_field* fields, uint64_t count);
  /* [control] in create or start. fn gets every event of every instance; it may be called before this has returned.
   * JCT_E_EXISTS for a second one. */
  jct_status (*subscribe)(const jct_host* host, jct_event_fn fn, void* self);
} jct_event_api;

#ifdef __cplusplus
}
#endif
#endif
