// SPDX-License-Identifier: Apache-2.0
#include "routes.hpp"

#include "files.hpp"

namespace junctor::http {
namespace {

constexpr uint32_t kServable =
    JCT_HTTP_GET | JCT_HTTP_POST | JCT_HTTP_PUT | JCT_HTTP_DELETE | JCT_HTTP_PATCH | JCT_HTTP_OPTIONS;

/// What two patterns that take the same paths have in common: parameters without their names.
std::string shape(std::string_view pattern) {
  std::string out;
  bool inside = false;
  for (const char c : pattern) {
    if (c == '}') inside = false;
    if (!inside) out += c;
    if (c == '{') inside = true;
  }
  return out;
}

/// Do they want the same requests?
bool clash(const Route& a, const Route& b) {
  return (a.methods & b.methods) != 0 && a.scope == b.scope && shape(a.pattern) == shape(b.pattern);
}

std::shared_ptr<Route> made_of(const jct_http_route& raw, const RouteDefaults& defaults) {
  auto route = std::make_shared<Route>();
  route->pattern = view(raw.pattern);
  route->owner = view(raw.owner);
  route->scope = view(raw.scope);
  route->methods = raw.methods;
  route->flags = raw.flags;
  route->body_max = raw.body_max == 0 ? defaults.body_max : static_cast<size_t>(raw.body_max);
  route->deadline = raw.deadline_ns == 0 ? defaults.deadline : Duration{static_cast<int64_t>(raw.deadline_ns)};
  route->calls = raw;
  route->calls.pattern = str(route->pattern);
  route->calls.owner = str(route->owner);
  return route;
}

}  // namespace

jct_status Routes::add(const jct_http_route& raw, jct_handle* out, std::string* why) {
  *why = pattern_fault(view(raw.pattern));
  if (!why->empty()) return JCT_E_ARG;
  if ((raw.methods & kServable) == 0 || (raw.methods & ~kServable) != 0 || raw.on_request == nullptr) {
    *why = "expected methods of a route, and a handler";
    return JCT_E_ARG;
  }
  return insert({made_of(raw, defaults_)}, raw.host, out, why);
}

jct_status Routes::add_directory(const jct_http_directory& raw, jct_handle* out, std::string* why) {
  std::string prefix{view(raw.prefix)};
  while (!prefix.empty() && prefix.back() == '/') prefix.pop_back();
  *why = pattern_fault(prefix.empty() ? "/" : prefix);
  if (why->empty() && view(raw.path).substr(0, 1) != "/") *why = "expected an absolute path of a directory";
  if (!why->empty()) return JCT_E_ARG;
  jct_http_route shared{};
  shared.size = sizeof shared;
  shared.methods = JCT_HTTP_GET;
  shared.flags = raw.flags | JCT_HTTP_ROUTE_DIRECT;
  shared.owner = raw.owner;
  const auto files = std::make_shared<const Site>(site_of(raw, prefix));
  std::vector<std::shared_ptr<Route>> routes;
  for (const std::string& pattern : {prefix, prefix + "/*"}) {
    if (pattern.empty()) continue;
    shared.pattern = str(pattern);
    routes.push_back(made_of(shared, defaults_));
    routes.back()->files = files;
  }
  return insert(routes, raw.host, out, why);
}

jct_status Routes::insert(const std::vector<std::shared_ptr<Route>>& routes, const jct_host* host, jct_handle* out,
                          std::string* why) {
  {
    const std::lock_guard lock{mutex_};
    for (const auto& route : routes) {
      for (const auto& [handle, held] : held_) {
        if (held.replaced || !clash(*held.route, *route)) continue;
        if (held.route->owner == route->owner && held.host != host) continue;  // its owner's former instance
        *why = "[" + route->owner + "] wants " + route->pattern + ", which [" + held.route->owner + "] has (" +
               held.route->pattern + ")";
        return JCT_E_EXISTS;
      }
    }
    for (const auto& route : routes) {
      for (auto& [handle, held] : held_) held.replaced = held.replaced || clash(*held.route, *route);
    }
    *out = ++last_;
    for (const auto& route : routes) held_.emplace(*out, Held{route, host, false});
  }
  publish();
  return JCT_OK;
}

std::vector<std::shared_ptr<Route>> Routes::remove(jct_handle handle) {
  std::vector<std::shared_ptr<Route>> gone;
  {
    const std::lock_guard lock{mutex_};
    const auto [first, last] = held_.equal_range(handle);
    for (auto at = first; at != last; ++at) gone.push_back(at->second.route);
    held_.erase(first, last);
  }
  for (const auto& route : gone) route->removed.store(true);
  publish();
  return gone;
}

std::shared_ptr<Route> Routes::heir_of(const Route& route) const {
  const std::lock_guard lock{mutex_};
  for (const auto& [handle, held] : held_) {
    if (!held.replaced && held.route->owner == route.owner && clash(*held.route, route)) return held.route;
  }
  return nullptr;
}

/// Whole and new: there are a few hundred, and they change when the site starts.
void Routes::publish() {
  const std::lock_guard lock{mutex_};
  std::map<std::string, std::vector<std::shared_ptr<Route>>> live{{"", {}}};
  for (const auto& [handle, held] : held_) {
    if (!held.replaced) live[held.route->scope].push_back(held.route);
  }
  auto routers = std::make_shared<Routers>();
  for (const auto& [scope, routes] : live) routers->emplace(scope, routes);
  routers_ = std::move(routers);
  version_.fetch_add(1, std::memory_order_release);
}

std::shared_ptr<const Routes::Routers> Routes::routers() const {
  const std::lock_guard lock{mutex_};
  return routers_;
}

std::vector<std::shared_ptr<Route>> Routes::all() const {
  const std::lock_guard lock{mutex_};
  std::vector<std::shared_ptr<Route>> all;
  for (const auto& [handle, held] : held_) {
    if (!held.replaced) all.push_back(held.route);
  }
  return all;
}

}  // namespace junctor::http
