// SPDX-License-Identifier: Apache-2.0
// junctor.log/1. [any]
#include <array>

#include "api/host.hpp"
#include "api/tables.hpp"

namespace junctor::api {
namespace {

constexpr uint64_t kMaxLogFields = 32;
constexpr size_t kMaxValue = 2048;

std::string_view cut(jct_str text) {
  if (text.data == nullptr) return {};
  return {text.data, text.size < kMaxValue ? static_cast<size_t>(text.size) : kMaxValue};
}

uint32_t enabled(const jct_host* host, uint32_t level) {
  return Host::of(host).kernel().log.enabled(static_cast<ops::Level>(level)) ? 1 : 0;
}

void write(const jct_host* raw, uint32_t level, const char* event, const jct_field* fields, uint64_t count) {
  Host& host = Host::of(raw);
  if (event == nullptr || level < JCT_LOG_ERROR || level > JCT_LOG_DEBUG || enabled(raw, level) == 0) return;
  if (!host.may_log()) return;
  std::array<ops::Field, kMaxLogFields> all;
  const size_t n = fields == nullptr ? 0 : static_cast<size_t>(count < kMaxLogFields ? count : kMaxLogFields);
  for (size_t i = 0; i < n; ++i) all[i] = {fields[i].key == nullptr ? "?" : fields[i].key, cut(fields[i].value)};
  host.kernel().log.write(static_cast<ops::Level>(level), host.instance(), event, {all.data(), n});
}

}  // namespace

const jct_log_api& log_api() {
  static constexpr jct_log_api kApi{sizeof(jct_log_api), 0, enabled, write};
  return kApi;
}

}  // namespace junctor::api
