// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include "router.hpp"

namespace junctor::http {
namespace {

Naming naming_of(const std::string& word) {
  if (word == "x-real-ip") return Naming::kRealIp;
  if (word == "x-forwarded-for") return Naming::kForwardedFor;
  return word == "forwarded" ? Naming::kForwarded : Naming::kAny;
}

std::string prefix_of(std::string text) {
  while (!text.empty() && text.back() == '/') text.pop_back();
  if (text.empty() || (pattern_fault(text).empty() && text.find_first_of("{*") == std::string::npos)) return text;
  throw Error{JCT_E_CONFIG, "strip_prefix: expected a path such as /rd, got \"" + text + "\""};
}

}  // namespace

Settings Settings::from(const Config& config) {
  const auto size = [&](const auto& option) { return static_cast<size_t>(config[option]); };
  const auto hsts = std::chrono::duration_cast<std::chrono::seconds>(config[kHsts]).count();
  return {Proxies{config[kTrustedProxies], naming_of(config[kClientHeader])},
          prefix_of(config[kStripPrefix]),
          size(kHeadMax),
          size(kFieldsMax),
          size(kBodyMemory),
          size(kBodyMemoryPerClient),
          config[kHeadTimeout],
          config[kBodyTimeout],
          config[kIdleTimeout],
          config[kWriteTimeout],
          size(kMaxExchanges),
          size(kGzipMin),
          size(kGzipMax),
          hsts == 0 ? std::string{} : "max-age=" + std::to_string(hsts)};
}

}  // namespace junctor::http
