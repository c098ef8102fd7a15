/* SPDX-License-Identifier: Apache-2.0
 * Structured log lines, one an event: junctor.log/1. The same records feed `junctorctl events`. */
#ifndef JUNCTOR_LOG_H
#define JUNCTOR_LOG_H

#include "abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define JCT_LOG_API "junctor.log/1"

#define JCT_LOG_ERROR 1u
#define JCT_LOG_WARNING 2u
#define JCT_LOG_INFO 3u
#define JCT_LOG_DEBUG 4u

/* A field of a line; views, good for the call. key: [a-z][a-z0-9_]*. Never put a secret into value. */
typedef struct jct_field {
  const char* key;
  jct_str value;
} jct_field;

typedef struct jct_log_api {
  uint32_t size;
  uint32_t reserved;
  /* [any] 1 when lines of this level are written; ask before building an expensive one. */
  uint32_t (*enabled)(const jct_host* host, uint32_t level);
  /* [any] event: "component.what", a stable word. The instance's name is added. Lines past the plugin's rate
   * (kernel option log_rate) are counted and summed up in one line, never silently lost. */
  void (*write)(const jct_host* host, uint32_t level, const char* event, const jct_field* fields, uint64_t count);
} jct_log_api;

#ifdef __cplusplus
}
#endif
#endif
