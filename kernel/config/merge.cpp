// SPDX-License-Identifier: Apache-2.0
// The rules by which later files win over earlier ones. Plain values, any thread.
#include "config/merge.hpp"

#include <algorithm>
#include <unordered_map>

namespace junctor::config {
namespace {

constexpr size_t kDeepestOverride = 16;

bool is_bare_key(const std::string& key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

std::vector<std::string> split_path(const std::string& path) {
  std::vector<std::string> parts;
  size_t start = 0;
  for (size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', start)) {
    parts.push_back(path.substr(start, dot - start));
    start = dot + 1;
  }
  parts.push_back(path.substr(start));
  return parts;
}

}  // namespace

void merge(Node&& later, Node* base) {
  std::unordered_map<std::string, size_t> index;
  for (size_t i = 0; i < base->members.size(); ++i) index.emplace(base->members[i].key, i);
  for (Node::Member& member : later.members) {
    auto known = index.find(member.key);
    if (known == index.end()) {
      base->members.push_back(std::move(member));
      continue;
    }
    Node::Member& old = base->members[known->second];
    if (old.node.is_table() && member.node.is_table()) {
      merge(std::move(member.node), &old.node);
    } else {
      old = std::move(member);
    }
  }
}

Node parse_override(const std::string& text, Faults* faults) {
  size_t equals = text.find('=');
  std::string path = text.substr(0, equals);
  Origin origin{Origin::Kind::kCommandLine, "--set " + path, 0, 0};
  std::vector<std::string> parts = split_path(path);
  bool well_formed = equals != std::string::npos && parts.size() >= 2 && parts.size() <= kDeepestOverride &&
                     std::all_of(parts.begin(), parts.end(), is_bare_key);
  Node root;
  root.origin = origin;
  if (!well_formed) {
    faults->add({"--set " + quote(path), 0, 0, "expected TABLE.KEY=VALUE"});
    return root;
  }
  Node node = parse_bare_value(text.substr(equals + 1), origin);
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    Node table;
    table.origin = origin;
    table.members.push_back({*part, origin, std::move(node)});
    node = std::move(table);
  }
  return node;
}

}  // namespace junctor::config
