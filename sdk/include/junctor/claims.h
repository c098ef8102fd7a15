/* SPDX-License-Identifier: Apache-2.0
 * What an instance will register at others' services and can share with nobody, told before anything starts: where two
 * want the same of one provider, `junctord --check` and a reload say so with file and line. For plugins that register
 * something; abi.h alone will do for all others. */
#ifndef JUNCTOR_CLAIMS_H
#define JUNCTOR_CLAIMS_H

#include "abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* service: "http/1". what, where two are the same if their bytes are:
 *   http/1    a method and a pattern without the names of its parameters, "POST /api/users/{}"; a directory: GET of its
 *             prefix, and of all below ("/console", "/console/" and a star). Routes with a scope claim nothing.
 *   signal/1  the name of a message of the union: "HttpProxyRequest".
 * option: the one that makes it want this, whose file and line are shown; may be empty. */
typedef struct jct_claims {
  uint32_t size;
  uint32_t reserved;
  void* self;
  void (*take)(void* self, jct_str service, jct_str what, jct_str option); /* copies */
} jct_claims;

/* The descriptor, with this at its tail: plugin.size is the size of the whole. What descriptors are given later comes
 * behind it. */
typedef struct jct_claiming_plugin {
  jct_plugin plugin;
  /* [control] What would it register, with these values? Without an instance, after verify. Makes nothing. Null:
   * nothing. */
  jct_status (*claims)(const struct jct_config_api* api, const jct_config* config, const jct_claims* out,
                       jct_error* error);
} jct_claiming_plugin;

#ifdef __cplusplus
}
#endif
#endif
