/* SPDX-License-Identifier: Apache-2.0
 * Counters, gauges and histograms: junctor.metric/1. Shown by `junctorctl status` and by a metrics plugin, which calls
 * relay's counter "paired" junctor_relay_paired_total{plugin="relay"}; the label has the instance. Names that mean the
 * same everywhere are one family without the plugin in front: refused (by reason), limit and limit_used (of what is
 * bounded, by limit: "limit=max_sessions"). Durations are in ns, times in ns since 1970; a counter or gauge of either
 * has a name that ends with _seconds, as which it is shown. */
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

/* One metric as it stands. Views, good for the call. */
typedef struct jct_metric_row {
  uint32_t size;
  uint32_t kind;    /* JCT_METRIC_* */
  jct_str instance; /* empty: the kernel's own */
  jct_str plugin;   /* of that instance */
  jct_str name;
  jct_str label; /* as it was opened with; empty: none */
  jct_str help;
  int64_t value; /* a histogram's: the sum of what was observed */
  const uint64_t*
      buckets; /* histograms: how many were below 2^i us, and not in the bucket before; the last has the rest */
  uint64_t bucket_count;
} jct_metric_row;

typedef struct jct_metric_api {
  uint32_t size;
  uint32_t reserved;
  /* [control] [loop] The same name gives the same metric again. name: [a-z][a-z0-9_]*, without the instance's name,
   * which is a label. label: "reason=wrong_key", several with commas between ("kind=tcp,result=hole"), or null.
   * JCT_E_LIMIT past the bound on metrics a plugin may have. */
  jct_status (*open)(const jct_host* host, uint32_t kind, const char* name, const char* label, const char* help,
                     jct_handle* out);
  /* [any] No lock, no allocation. Adds to a counter or gauge, observes into a histogram. */
  void (*add)(const jct_host* host, jct_handle metric, int64_t value);
  /* [any] Gauges only. */
  void (*set)(const jct_host* host, jct_handle metric, int64_t value);
  /* [any] Calls row for every metric of every instance that there is, and for the kernel's own, by instance and name.
   * No loop waits for it; it takes up to a millisecond, so it is nothing to do on one. */
  void (*read)(const jct_host* host, void* self, void (*row)(void* self, const jct_metric_row* row));
} jct_metric_api;

#ifdef __cplusplus
}
#endif
#endif
