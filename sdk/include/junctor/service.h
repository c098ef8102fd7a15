/* SPDX-License-Identifier: Apache-2.0
 * Services between plugins: junctor.service/1. A service is a table (service/NAME.h) and the provider's self. Providers
 * start before their users and stop after them, so a table that was found stays good until the user's destroy. */
#ifndef JUNCTOR_SERVICE_H
#define JUNCTOR_SERVICE_H

#include "abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define JCT_SERVICE_API "junctor.service/1"

typedef struct jct_service_ref {
  const void* table; /* begins with uint32_t size */
  void* self;        /* first argument of each of its functions */
  jct_str instance;  /* the provider's name; valid as long as the provider */
} jct_service_ref;

typedef struct jct_service_api {
  uint32_t size;
  uint32_t reserved;
  /* [control] in create. Only an id that the descriptor's provides names. */
  jct_status (*provide)(const jct_host* host, const char* id, const void* table, void* self);
  /* [control] in create. The provider bound to this instance; only an id that needs names. JCT_E_NOT_FOUND for an
   * optional one that is not there. */
  jct_status (*find)(const jct_host* host, const char* id, jct_service_ref* out);
  /* [control] in create. All providers of an id of many (auth/1), in file order: writes at most capacity, sets *count.
   */
  jct_status (*find_all)(const jct_host* host, const char* id, jct_service_ref* out, uint64_t capacity,
                         uint64_t* count);
} jct_service_api;

#ifdef __cplusplus
}
#endif
#endif
