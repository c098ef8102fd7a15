/* SPDX-License-Identifier: Apache-2.0
 * Counters, gauges and histograms: junctor.metric/1. Shown by `junctorctl status` and by a metrics plugin. */
#ifndef JUNCTOR_METRIC_H
#define JUNCTOR_METRIC_H

#include "abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define JCT_METRIC_API "junctor.metric/1"

#define JCT_METRIC_COUNTER 1u
#define JCT_METRIC_GAUGE 2u
#define JCT_METRIC_HISTOGRAM 3u /* of durations in ns; buckets are powers of two from 1 us to 64 s */

typedef struct jct_metric_api {
  uint32_t size;
  uint32_t reserved;
  /* [control] [loop] The same name gives the same metric again. name: [a-z][a-z0-9_]*, without the instance's name,
   * which is a label. label: "reason=wrong_key" or null. JCT_E_LIMIT past the bound on metrics a plugin may have. */
  jct_status (*open)(const jct_host* host, uint32_t kind, const char* name, const char* label, const char* help,
                     jct_handle* out);
  /* [any] No lock, no allocation. Adds to a counter or gauge, observes into a histogram. */
  void (*add)(const jct_host* host, jct_handle metric, int64_t value);
  /* [any] Gauges only. */
  void (*set)(const jct_host* host, jct_handle metric, int64_t value);
} jct_metric_api;

#ifdef __cplusplus
}
#endif
#endif
