// SPDX-License-Identifier: Apache-2.0
// Who serves which path. Changes: [control]; each loop keeps the router that it has seen last and looks for a newer one
// by a number.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "junctor/service/http.h"
#include "route.hpp"
#include "router.hpp"

namespace junctor::http {

struct RouteDefaults {
  size_t body_max;
  Duration deadline;
};

class Routes {
 public:
  explicit Routes(RouteDefaults defaults) : defaults_{defaults} { publish(); }

  /// JCT_E_ARG or JCT_E_EXISTS, with the reason in `why`.
  jct_status add(const jct_http_route& raw, jct_handle* out, std::string* why);
  jct_status add_directory(const jct_http_directory& raw, jct_handle* out, std::string* why);
  /// What was registered with it, taken out: a directory is two.
  std::vector<std::shared_ptr<Route>> remove(jct_handle handle);

  /// Who has its place now: its owner's next instance; null: nobody.
  std::shared_ptr<Route> heir_of(const Route& route) const;

  uint64_t version() const { return version_.load(std::memory_order_acquire); }
  /// By scope: what a user serves on listeners of its own stands apart. The public one, "", is always there.
  using Routers = std::map<std::string, Router, std::less<>>;
  std::shared_ptr<const Routers> routers() const;
  std::vector<std::shared_ptr<Route>> all() const;

 private:
  struct Held {
    std::shared_ptr<Route> route;
    const jct_host* host;
    bool replaced;  // by its owner's next instance; no longer in the router
  };

  jct_status insert(const std::vector<std::shared_ptr<Route>>& routes, const jct_host* host, jct_handle* out,
                    std::string* why);
  void publish();

  const RouteDefaults defaults_;
  mutable std::mutex mutex_;
  std::multimap<jct_handle, Held> held_;
  jct_handle last_ = 0;
  std::shared_ptr<const Routers> routers_;
  std::atomic<uint64_t> version_{0};
};

}  // namespace junctor::http
