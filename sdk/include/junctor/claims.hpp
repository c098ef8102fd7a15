// SPDX-License-Identifier: Apache-2.0
// A plugin that tells beforehand what it will register at others' services (claims.h), in C++:
//
//   static void claims(const Config& config, const Claims& claims) { claims.route(JCT_HTTP_GET, "/hours/{day}"); }
//
//   JUNCTOR_CLAIMING_PLUGIN(Hours, "hours", "opening hours", needs("http/1"))
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "claims.h"
#include "plugin.hpp"
#include "service/http.h"

namespace junctor {

/// [control] Good for the call.
class Claims {
 public:
  Claims(const jct_config_api* api, const jct_config* config, const jct_claims* out)
      : api_{api}, config_{config}, out_{out} {}

  /// service: "http/1"; what: as claims.h has it; option: the one that makes the plugin want this, if any.
  void add(std::string_view service, std::string_view what, std::string_view option = {}) const {
    out_->take(out_->self, str(service), str(what), str(option));
  }

  /// A route of http/1. methods: JCT_HTTP_GET | ...
  void route(uint32_t methods, std::string_view pattern, std::string_view option = {}) const {
    std::string path;
    bool inside = false;
    for (const char c : pattern) {
      if (c == '}') inside = false;
      if (!inside) path += c;
      if (c == '{') inside = true;
    }
    constexpr std::pair<uint32_t, const char*> kNames[] = {{JCT_HTTP_GET, "GET "},     {JCT_HTTP_POST, "POST "},
                                                           {JCT_HTTP_PUT, "PUT "},     {JCT_HTTP_DELETE, "DELETE "},
                                                           {JCT_HTTP_PATCH, "PATCH "}, {JCT_HTTP_OPTIONS, "OPTIONS "}};
    for (const auto& [method, name] : kNames) {
      if ((methods & method) != 0) add(JCT_HTTP_SERVICE, name + path, option);
    }
  }
  void directory(std::string_view prefix, std::string_view option = {}) const {
    while (!prefix.empty() && prefix.back() == '/') prefix.remove_suffix(1);
    if (!prefix.empty()) route(JCT_HTTP_GET, prefix, option);
    route(JCT_HTTP_GET, std::string{prefix} + "/*", option);
  }

  /// Has a list of listeners, which nobody reads before the start, no element?
  bool is_empty(const Option<std::vector<ListenerValue>>& option) const {
    uint64_t count = 0;
    require(api_->count(config_, option.raw.name, &count), option.raw.name);
    return count == 0;
  }

 private:
  const jct_config_api* api_;
  const jct_config* config_;
  const jct_claims* out_;
};

namespace detail {

template <class P>
jct_status claims(const jct_config_api* api, const jct_config* config, const jct_claims* out, jct_error* error) {
  return guard(error, [&] { P::claims(Config{api, config}, Claims{api, config, out}); });
}

template <class P>
constexpr jct_claiming_plugin claiming_descriptor(const char* name, const char* summary,
                                                  const declare::Traits& traits) {
  jct_claiming_plugin made{descriptor<P>(name, summary, traits), &claims<P>};
  made.plugin.size = static_cast<uint32_t>(sizeof made);
  return made;
}

}  // namespace detail
}  // namespace junctor

/// As JUNCTOR_PLUGIN, for a class with `static void claims(const Config&, const Claims&)`.
#define JUNCTOR_CLAIMING_PLUGIN(Class, name, summary, ...)                                         \
  extern "C" JCT_EXPORT const jct_plugin* junctor_plugin_v1(void) {                                \
    using namespace ::junctor::declare;                                                            \
    static constexpr ::junctor::declare::Traits kTraits = ::junctor::declare::traits(__VA_ARGS__); \
    static constexpr jct_claiming_plugin kPlugin =                                                 \
        ::junctor::detail::claiming_descriptor<Class>(name, summary, kTraits);                     \
    return &kPlugin.plugin;                                                                        \
  }
