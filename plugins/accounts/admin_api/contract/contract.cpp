// SPDX-License-Identifier: Apache-2.0
#include "contract.hpp"

#include <algorithm>
#include <stdexcept>

namespace junctor::accounts::admin {
namespace {

/// Cuts the next segment from a path that begins with '/'.
std::string_view next_segment(std::string_view& path) {
  path.remove_prefix(1);
  const size_t end = std::min(path.find('/'), path.size());
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string allowed_methods(const Endpoint* const (&by_method)[5]) {
  std::string names;
  for (const Endpoint* one : by_method) {
    if (one == nullptr) continue;
    if (!names.empty()) names += ", ";
    names += method_name(one->method);
  }
  return names;
}

[[noreturn]] void broken(std::string_view what, std::string_view name) {
  throw std::logic_error("admin API: " + std::string{what} + " " + std::string{name});
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out += text[at];
      continue;
    }
    if (at + 2 >= text.size()) return std::nullopt;
    const int high = hex(text[at + 1]);
    const int low = hex(text[at + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    at += 2;
  }
  return out;
}

bool has_fields(const Schema& schema, Use use) {
  return std::any_of(schema.fields.begin(), schema.fields.end(),
                     [use](const Field& field) { return field.has(flag_of(use)); });
}

Use use_inside(const Schema& schema, Use use) {
  return use == Use::kEdit && !has_fields(schema, use) ? Use::kNew : use;
}

Contract::Contract() : nodes_(1) {
  for (const auto family : {people_schemas(), device_schemas(), book_schemas(), policy_schemas(), site_schemas()}) {
    for (const Schema& one : family) {
      if (!by_name_.emplace(one.name, &one).second) broken("two schemas", one.name);
      schemas_.push_back(&one);
    }
  }
  for (const auto family :
       {people_endpoints(), device_endpoints(), book_endpoints(), policy_endpoints(), site_endpoints()}) {
    for (const Endpoint& one : family) add(one);
  }
  check_names();
}

void Contract::add(const Endpoint& one) {
  endpoints_.push_back(&one);
  size_t at = 0;
  for (std::string_view rest = one.path; !rest.empty();) {
    const std::string_view segment = next_segment(rest);
    size_t next = 0;
    if (segment.front() == '{') {
      next = nodes_[at].parameter;
      if (next == 0) nodes_[at].parameter_name = segment.substr(1, segment.size() - 2);
    } else if (const auto found = nodes_[at].literals.find(segment); found != nodes_[at].literals.end()) {
      next = found->second;
    }
    if (next == 0) {
      next = nodes_.size();
      if (segment.front() == '{') {
        nodes_[at].parameter = next;
      } else {
        nodes_[at].literals.emplace(segment, next);
      }
      nodes_.emplace_back();
    }
    at = next;
  }
  const Endpoint*& place = nodes_[at].by_method[static_cast<size_t>(one.method)];
  if (place != nullptr) broken("two endpoints at", one.path);
  place = &one;
}

void Contract::check_names() const {
  for (const Endpoint* one : endpoints_) {
    if (!one->schema.empty() && schema(one->schema) == nullptr) broken("no schema", one->schema);
    if (one->body.empty()) continue;
    const Schema* body = schema(one->body);
    if (body == nullptr || !has_fields(*body, one->use)) broken("no body", one->body);
  }
  for (const Schema* one : schemas_) {
    for (const Field& field : one->fields) {
      if (field.kind == Kind::kObject && schema(field.of) == nullptr) broken("no schema", field.of);
    }
  }
}

const Schema* Contract::schema(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

Found Contract::find(Method method, std::string_view path) const {
  Found found;
  size_t at = 0;
  while (!path.empty() && path.front() == '/') {
    const std::string_view segment = next_segment(path);
    const Node& node = nodes_[at];
    if (const auto literal = node.literals.find(segment); literal != node.literals.end()) {
      at = literal->second;
      continue;
    }
    auto value = node.parameter != 0 && !segment.empty() ? percent_decoded(segment) : std::nullopt;
    if (!value) return {};
    found.parameters.emplace_back(node.parameter_name, std::move(*value));
    at = node.parameter;
  }
  if (!path.empty() || at == 0) return {};
  found.endpoint = nodes_[at].by_method[static_cast<size_t>(method)];
  if (found.endpoint == nullptr) found.allowed = allowed_methods(nodes_[at].by_method);
  return found;
}

}  // namespace junctor::accounts::admin
