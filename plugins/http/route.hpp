// SPDX-License-Identifier: Apache-2.0
// A route as its owner has registered it, with what it has served. Any thread; everything but the counts is constant.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "junctor/result.hpp"
#include "junctor/service/http.h"

namespace junctor::http {

struct Site;  // of files (files.hpp)

struct Route {
  std::string pattern;
  std::string owner;
  std::string scope;  ///< empty: on the server's own listeners
  uint32_t methods = 0;
  uint32_t flags = 0;
  size_t body_max = 0;
  Duration deadline{};
  jct_http_route calls{};             ///< what it calls, and whose host
  std::shared_ptr<const Site> files;  ///< of a directory; it calls nobody then
  std::atomic<bool> removed{false};   ///< before its exchanges are ended

  std::atomic<uint64_t> served{0};
  std::atomic<uint64_t> failed{0};  ///< answered 5xx
  std::atomic<uint64_t> spent_ns{0};
  std::atomic<uint64_t> slowest_ns{0};
};

}  // namespace junctor::http
