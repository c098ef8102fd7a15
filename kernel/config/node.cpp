// SPDX-License-Identifier: Apache-2.0
// Look-up in a document's tree and words for what stands there. Plain values, any thread.
#include "config/document.hpp"

namespace junctor::config {

const Node::Member* Node::find(std::string_view key) const {
  for (const Member& member : members) {
    if (member.key == key) return &member;
  }
  return nullptr;
}

Node::Member* Node::find(std::string_view key) {
  return const_cast<Member*>(static_cast<const Node*>(this)->find(key));
}

std::string name_kind(const Node& node, bool with_value) {
  switch (node.kind) {
    case Node::Kind::kTable:
      return "a table";
    case Node::Kind::kArray:
      return "an array";
    case Node::Kind::kString:
      return with_value ? "the string " + quote(node.string) : "a string";
    case Node::Kind::kInt:
      return with_value ? "the integer " + std::to_string(node.integer) : "an integer";
    case Node::Kind::kFloat:
      return "a floating-point number";
    case Node::Kind::kBool:
      return node.boolean ? "true" : "false";
    case Node::Kind::kDate:
      return "a date or time";
  }
  return "nothing";
}

}  // namespace junctor::config
