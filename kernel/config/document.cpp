// SPDX-License-Identifier: Apache-2.0
// The only file that knows toml++. Guards its recursive parser and destructors against nesting. Any thread.
//
// toml++ 3.3 asserts that a table header begins with a key, where `[!]` does not, and in a release build takes that for
// granted (undefined behaviour). Without the assertion the code behind it reports a syntax error, as it should.
#undef NDEBUG
#define TOML_ASSERT(expression) static_assert(true)
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include "config/document.hpp"

#include <toml++/toml.h>

#include <algorithm>

#include "config/text_guard.hpp"

namespace junctor::config {
namespace {

Origin place(const std::string& file, const toml::source_position& at) {
  return {Origin::Kind::kFile, file, static_cast<int>(at.line), static_cast<int>(at.column)};
}

bool stands_before(const Node::Member& a, const Node::Member& b) {
  return a.origin.line != b.origin.line ? a.origin.line < b.origin.line : a.origin.column < b.origin.column;
}

Node convert(const toml::node& from, const std::string& file);

// toml++ sorts by name; people and the order of plugins go by the file.
void convert_members(const toml::table& table, const std::string& file, Node* node) {
  for (const auto& [key, value] : table) {
    Origin origin = place(file, key.source().begin);
    node->members.push_back({std::string(key.str()), std::move(origin), convert(value, file)});
  }
  std::stable_sort(node->members.begin(), node->members.end(), stands_before);
}

void convert_scalar(const toml::node& from, Node* node) {
  if (const auto* text = from.as_string()) {
    node->kind = Node::Kind::kString;
    node->string = text->get();
  } else if (const auto* integer = from.as_integer()) {
    node->kind = Node::Kind::kInt;
    node->integer = integer->get();
  } else if (const auto* boolean = from.as_boolean()) {
    node->kind = Node::Kind::kBool;
    node->boolean = boolean->get();
  } else {
    node->kind = from.is_floating_point() ? Node::Kind::kFloat : Node::Kind::kDate;
  }
}

// As deep as the text nests, which text_guard.hpp bounds.
Node convert(const toml::node& from, const std::string& file) {
  Node node;
  node.origin = place(file, from.source().begin);
  if (const auto* table = from.as_table()) {
    convert_members(*table, file, &node);
  } else if (const auto* array = from.as_array()) {
    node.kind = Node::Kind::kArray;
    for (const auto& item : *array) node.items.push_back(convert(item, file));
  } else {
    convert_scalar(from, &node);
  }
  return node;
}

void set_origin(const Origin& origin, Node* node) {
  node->origin = origin;
  for (Node& item : node->items) set_origin(origin, &item);
  for (Node::Member& member : node->members) {
    member.origin = origin;
    set_origin(origin, &member.node);
  }
}

std::string syntax_text(const toml::parse_error& error) {
  std::string text = "syntax: ";
  for (char c : error.description().substr(0, 200)) text += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  return text;
}

}  // namespace

Node parse_document(const std::string& file, std::string_view text, Faults* faults) {
  Node empty;
  empty.origin = {Origin::Kind::kFile, file, 1, 1};
  if (auto refusal = guard_text(text)) {
    faults->add({file, refusal->line, refusal->column, std::string(refusal->reason)});
    return empty;
  }
  toml::parse_result result = toml::parse(text);
  if (!result) {
    faults->add(place(file, result.error().source().begin), syntax_text(result.error()));
    return empty;
  }
  return convert(result.table(), file);
}

Node parse_bare_value(std::string_view text, const Origin& origin) {
  Faults unused;
  Node document = parse_document("", "value = " + std::string(text) + "\n", &unused);
  Node node;
  bool usable = unused.empty() && document.members.size() == 1 && document.members[0].key == "value" &&
                document.members[0].node.kind != Node::Kind::kDate;
  if (usable) {
    node = std::move(document.members[0].node);
  } else {
    node.kind = Node::Kind::kString;
    node.string = text;
  }
  node.raw = text;
  set_origin(origin, &node);
  return node;
}

}  // namespace junctor::config
