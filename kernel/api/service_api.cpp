// SPDX-License-Identifier: Apache-2.0
// junctor.service/1 and junctor.metric/1.
#include <algorithm>

#include "api/host.hpp"
#include "api/tables.hpp"
#include "plugin/graph.hpp"

namespace junctor::api {
namespace {

jct_service_ref ref_of(const plugin::Provided& provided, const std::string& instance) {
  return {provided.table, provided.self, {instance.data(), instance.size()}};
}

/// Services are found and provided while nothing runs yet.
bool allowed(const Host& host, const char* id) {
  return id != nullptr && host.carries_over() && host.phase() == Phase::kCreating;
}

jct_status provide(const jct_host* raw, const char* id, const void* table, void* self) {
  Host& host = Host::of(raw);
  if (!host.carries_over()) return host.wrong_thread("provide");
  if (!allowed(host, id)) return id == nullptr ? JCT_E_ARG : JCT_E_STATE;
  if (table == nullptr) return JCT_E_ARG;
  const auto& declared = host.config().snapshot->find(host.instance())->schema->provides;
  if (std::find(declared.begin(), declared.end(), id) == declared.end()) {
    host.blame("plugin.undeclared_service", "service", id);
    return JCT_E_ARG;
  }
  return host.kernel().services.provide(host.key(), id, {host.instance(), table, self}) ? JCT_OK : JCT_E_EXISTS;
}

/// Only what `needs` names, so that the graph is the whole truth.
jct_status look_up(const jct_host* raw, const char* id, std::vector<plugin::Provided>* found) {
  Host& host = Host::of(raw);
  if (!host.carries_over()) return host.wrong_thread("find");
  if (id == nullptr) return JCT_E_ARG;
  const auto& needs = host.config().snapshot->find(host.instance())->schema->needs;
  const auto declared = std::find_if(needs.begin(), needs.end(),
                                     [id](const std::string& need) { return plugin::service_id(need) == id; });
  const bool late = declared != needs.end() && plugin::late_need(*declared);
  if (host.phase() != (late ? Phase::kStarting : Phase::kCreating)) return JCT_E_STATE;
  if (declared == needs.end()) {
    host.blame("plugin.undeclared_service", "service", id);
    return JCT_E_ARG;
  }
  *found = host.kernel().services.find(host.key(), id);
  return JCT_OK;
}

/// The provider's own text: it lives as long as the provider.
const std::string& name_of(Host& host, const plugin::Provided& provided) {
  const auto& hosts = host.kernel().hosts;
  const auto at = std::find_if(hosts.rbegin(), hosts.rend(),
                               [&](const auto& other) { return other->instance() == provided.instance; });
  return (*at)->instance();
}

jct_status find(const jct_host* raw, const char* id, jct_service_ref* out) {
  if (out == nullptr) return JCT_E_ARG;
  std::vector<plugin::Provided> found;
  const jct_status status = look_up(raw, id, &found);
  if (status != JCT_OK) return status;
  if (found.empty()) return JCT_E_NOT_FOUND;
  *out = ref_of(found.front(), name_of(Host::of(raw), found.front()));
  return JCT_OK;
}

jct_status find_all(const jct_host* raw, const char* id, jct_service_ref* out, uint64_t capacity, uint64_t* count) {
  if (count == nullptr || (out == nullptr && capacity > 0)) return JCT_E_ARG;
  std::vector<plugin::Provided> found;
  const jct_status status = look_up(raw, id, &found);
  if (status != JCT_OK) return status;
  *count = found.size();
  for (uint64_t i = 0; i < found.size() && i < capacity; ++i)
    out[i] = ref_of(found[i], name_of(Host::of(raw), found[i]));
  return JCT_OK;
}

jct_status metric_open(const jct_host* raw, uint32_t kind, const char* name, const char* label, const char* help,
                       jct_handle* out) {
  Host& host = Host::of(raw);
  if (name == nullptr || out == nullptr || kind < JCT_METRIC_COUNTER || kind > JCT_METRIC_HISTOGRAM) return JCT_E_ARG;
  if (current_loop() == JCT_NO_LOOP && !host.carries_over()) return host.wrong_thread("metric open");
  ops::Metric* metric =
      host.kernel().metrics.open(static_cast<ops::MetricKind>(kind),
                                 {host.instance(), name, label == nullptr ? "" : label}, help == nullptr ? "" : help);
  if (metric == nullptr) return JCT_E_LIMIT;
  if (metric->user == 0) metric->user = host.kernel().metric_handles.add(metric, 0);
  *out = metric->user;
  return *out == 0 ? JCT_E_LIMIT : JCT_OK;
}

void metric_add(const jct_host* raw, jct_handle handle, int64_t value) {
  uint32_t unused = 0;
  if (ops::Metric* metric = Host::of(raw).kernel().metric_handles.find(handle, &unused)) {
    metric->add(current_loop(), value);
  }
}

void metric_set(const jct_host* raw, jct_handle handle, int64_t value) {
  uint32_t unused = 0;
  ops::Metric* metric = Host::of(raw).kernel().metric_handles.find(handle, &unused);
  if (metric != nullptr && metric->kind() == ops::MetricKind::kGauge) metric->set(value);
}

jct_str str_of(const std::string& text) { return {text.data(), text.size()}; }

void metric_read(const jct_host* raw, void* self, void (*row)(void*, const jct_metric_row*)) {
  if (row == nullptr) return;
  for (const ops::Metrics::Row& metric : Host::of(raw).kernel().metrics.all()) {
    const bool histogram = metric.kind == ops::MetricKind::kHistogram;
    const jct_metric_row one{sizeof(jct_metric_row),
                             static_cast<uint32_t>(metric.kind),
                             str_of(metric.key.instance),
                             str_of(metric.plugin),
                             str_of(metric.key.name),
                             str_of(metric.key.label),
                             str_of(metric.help),
                             metric.value,
                             histogram ? metric.buckets.data() : nullptr,
                             histogram ? metric.buckets.size() : 0};
    row(self, &one);
  }
}

}  // namespace

const jct_service_api& service_api() {
  static constexpr jct_service_api kApi{sizeof(jct_service_api), 0, provide, find, find_all};
  return kApi;
}

const jct_metric_api& metric_api() {
  static constexpr jct_metric_api kApi{sizeof(jct_metric_api), 0, metric_open, metric_add, metric_set, metric_read};
  return kApi;
}

}  // namespace junctor::api
