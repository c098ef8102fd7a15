// SPDX-License-Identifier: Apache-2.0
// A translation as a table of tables, and as the text of a file in conf.d.
#include <algorithm>

#include "tools/stock/translate.hpp"

namespace junctor::stock {

bool Translation::failed() const {
  return std::any_of(remarks.begin(), remarks.end(),
                     [](const Remark& one) { return one.kind == Remark::Kind::kError; });
}

void Translation::add(std::string_view table, Entry entry) {
  auto found = std::find_if(tables.begin(), tables.end(), [table](const Table& one) { return one.name == table; });
  if (found == tables.end()) found = tables.insert(tables.end(), Table{std::string{table}, {}});
  found->entries.push_back(std::move(entry));
}

const Entry* Translation::find(std::string_view table, std::string_view key) const {
  for (const Table& one : tables) {
    if (one.name != table) continue;
    for (const Entry& entry : one.entries) {
      if (entry.key == key) return &entry;
    }
  }
  return nullptr;
}

std::string toml_string(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (byte < 0x20 || byte == 0x7f) {
      out += {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string toml_list(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ", ") + toml_string(text);
  return "[" + list + "]";
}

/// For a comment: what an environment holds may have any character.
static std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return text;
}

std::string conf_text(const Translation& translation, Secrets secrets) {
  std::string text;
  for (const Table& table : translation.tables) {
    text += (text.empty() ? "[" : "\n[") + table.name + "]\n";
    for (const Entry& entry : table.entries) {
      const bool hidden = entry.secret && secrets == Secrets::kHidden;
      text += entry.key + " = " + (hidden ? "\"***\"" : entry.value) + "  # " + one_line(entry.why) + "\n";
    }
  }
  return text;
}

}  // namespace junctor::stock
