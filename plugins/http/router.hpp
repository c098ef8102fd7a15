// SPDX-License-Identifier: Apache-2.0
// Which route a path belongs to: a tree of segments, so that a look-up costs what the path is long, however many routes
// there are. Built once, then constant; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "route.hpp"

namespace junctor::http {

/// Empty, or what is wrong with it: "expected a path such as /api/users/{guid}".
std::string pattern_fault(std::string_view pattern);

class Router {
 public:
  using RoutePointer = std::shared_ptr<Route>;

  struct Match {
    const RoutePointer* route = nullptr;  ///< null: none for this method
    uint32_t allowed = 0;                 ///< methods that other routes of this path have
    /// Names as in the pattern ("*" for the rest), values as in the path: not decoded.
    std::vector<std::pair<std::string_view, std::string_view>> parameters;
  };

  /// Of one pattern no method twice: its caller has seen to that.
  explicit Router(const std::vector<RoutePointer>& routes);

  /// A literal segment wins over a parameter, that over the rest; where the better one lacks the method the next is
  /// asked.
  Match find(uint32_t method, std::string_view path) const;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  struct Node {
    std::unordered_map<std::string, std::unique_ptr<Node>, Hash, std::equal_to<>> literals;
    std::unique_ptr<Node> parameter;
    std::vector<RoutePointer> here;  // ends at this segment
    std::vector<RoutePointer> rest;  // with a final star: this and all below
  };

  void add(const RoutePointer& route);
  static bool take(const std::vector<RoutePointer>& routes, uint32_t method, Match* match);
  static bool descend(const Node& node, std::string_view rest, uint32_t method, std::vector<std::string_view>* values,
                      Match* match);

  Node root_;
};

}  // namespace junctor::http
