// SPDX-License-Identifier: Apache-2.0
#include "overview.hpp"

#include <algorithm>
#include <array>

#include "junctor/http_text.hpp"
#include "wire/abi.hpp"

namespace junctor::http {
namespace {

std::string methods_of(uint32_t methods) {
  constexpr std::array<std::pair<uint32_t, const char*>, 6> kNames{{{JCT_HTTP_GET, "GET"},
                                                                    {JCT_HTTP_POST, "POST"},
                                                                    {JCT_HTTP_PUT, "PUT"},
                                                                    {JCT_HTTP_DELETE, "DELETE"},
                                                                    {JCT_HTTP_PATCH, "PATCH"},
                                                                    {JCT_HTTP_OPTIONS, "OPTIONS"}}};
  std::string out;
  for (const auto& [bit, name] : kNames) {
    if ((methods & bit) != 0) out += (out.empty() ? "" : ",") + std::string{name};
  }
  return out;
}

/// Milliseconds with three digits behind the point.
std::string in_ms(uint64_t ns) {
  const uint64_t us = ns / 1000;
  std::string digits = std::to_string(us % 1000);
  return std::to_string(us / 1000) + "." + std::string(3 - digits.size(), '0') + digits;
}

std::string row_of(Core& core, const Route& route) {
  const uint64_t served = route.served.load();
  std::string row = "{\"path\":" + json_string(route.pattern);
  row += ",\"methods\":" + json_string(methods_of(route.methods));
  row += ",\"owner\":" + json_string(route.owner);
  row += ",\"scope\":" + json_string(route.scope);
  row += ",\"served\":" + std::to_string(served);
  row += ",\"failed\":" + std::to_string(route.failed.load());
  row += ",\"open\":" + std::to_string(core.exchanges.open_of(route));
  row += ",\"mean_ms\":" + in_ms(served == 0 ? 0 : route.spent_ns.load() / served);
  return row + ",\"slowest_ms\":" + in_ms(route.slowest_ns.load()) + "}";
}

}  // namespace

std::string overview(Core& core, const std::vector<jct_addr>& addresses) {
  std::string listen;
  for (const jct_addr& one : addresses) listen += (listen.empty() ? "" : ",") + json_string(wire::from_abi(one).text());
  auto routes = core.routes.all();
  std::sort(routes.begin(), routes.end(), [](const auto& a, const auto& b) {
    return std::pair{a->pattern, a->methods} < std::pair{b->pattern, b->methods};
  });
  std::string rows;
  for (const auto& route : routes) rows += (rows.empty() ? "" : ",") + row_of(core, *route);
  return "{\"listen\":[" + listen + "],\"connections\":" + std::to_string(core.connections.load()) +
         ",\"open\":" + std::to_string(core.exchanges.count()) + ",\"rows\":[" + rows + "]}";
}

}  // namespace junctor::http
