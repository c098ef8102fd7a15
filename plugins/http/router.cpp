// SPDX-License-Identifier: Apache-2.0
#include "router.hpp"

#include <algorithm>

namespace junctor::http {
namespace {

constexpr size_t kDeepest = 64;  // segments; a path has a few

/// The segment behind the slash at the front of `path`, which is left behind it: "/a/b" gives "a" and leaves "/b".
std::string_view next_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool is_parameter(std::string_view segment) { return segment.size() > 2 && segment.front() == '{'; }

bool is_name(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

}  // namespace

std::string pattern_fault(std::string_view pattern) {
  const std::string wrong =
      "expected a path such as /api/users/{guid} or /assets/*, got \"" + std::string{pattern} + "\"";
  if (pattern.empty() || pattern.front() != '/') return wrong;
  size_t depth = 0;
  for (std::string_view rest = pattern; !rest.empty();) {
    const std::string_view segment = next_segment(rest);
    const bool closed = segment.size() > 2 && segment.back() == '}' && is_name(segment.substr(1, segment.size() - 2));
    const bool literal = segment.find_first_of("{}*?#% ") == std::string_view::npos;
    const bool final_star = segment == "*" && rest.empty();
    if (++depth > kDeepest || !(literal || final_star || (is_parameter(segment) && closed))) return wrong;
  }
  return {};
}

Router::Router(const std::vector<RoutePointer>& routes) {
  for (const RoutePointer& route : routes) add(route);
}

void Router::add(const RoutePointer& route) {
  Node* node = &root_;
  for (std::string_view rest = route->pattern; !rest.empty();) {
    const std::string_view segment = next_segment(rest);
    if (segment == "*" && rest.empty()) return node->rest.push_back(route);
    std::unique_ptr<Node>& next = is_parameter(segment) ? node->parameter : node->literals[std::string{segment}];
    if (!next) next = std::make_unique<Node>();
    node = next.get();
  }
  node->here.push_back(route);
}

bool Router::take(const std::vector<RoutePointer>& routes, uint32_t method, Match* match) {
  for (const RoutePointer& route : routes) {
    if ((route->methods & method) != 0) {
      match->route = &route;
      return true;
    }
    match->allowed |= route->methods;
  }
  return false;
}

bool Router::descend(const Node& node, std::string_view rest, uint32_t method, std::vector<std::string_view>* values,
                     Match* match) {
  if (rest.empty()) {
    if (take(node.here, method, match)) return true;
  } else if (values->size() < kDeepest) {
    std::string_view below = rest;
    const std::string_view segment = next_segment(below);
    const auto literal = node.literals.find(segment);
    if (literal != node.literals.end() && descend(*literal->second, below, method, values, match)) return true;
    if (node.parameter && !segment.empty()) {
      values->push_back(segment);
      if (descend(*node.parameter, below, method, values, match)) return true;
      values->pop_back();
    }
  }
  if (node.rest.empty() || rest.empty() || !take(node.rest, method, match)) return false;
  values->push_back(rest.substr(1));
  return true;
}

Router::Match Router::find(uint32_t method, std::string_view path) const {
  Match match;
  std::vector<std::string_view> values;
  if (path.empty() || path.front() != '/' || !descend(root_, path, method, &values, &match)) return match;
  size_t next = 0;
  for (std::string_view rest = (*match.route)->pattern; !rest.empty();) {
    const std::string_view segment = next_segment(rest);
    if (segment == "*" && rest.empty()) match.parameters.emplace_back(segment, values[next++]);
    if (is_parameter(segment)) match.parameters.emplace_back(segment.substr(1, segment.size() - 2), values[next++]);
  }
  return match;
}

}  // namespace junctor::http
