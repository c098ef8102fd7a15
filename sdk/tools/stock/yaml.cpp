// SPDX-License-Identifier: Apache-2.0
#include "tools/stock/yaml.hpp"

#include <algorithm>

#include "tools/stock/given.hpp"

namespace junctor::stock {
namespace {

constexpr size_t kDeepest = 16;

struct Line {
  size_t indent;
  std::string_view text;
  size_t number;
};

/// Up to a '#' that begins a comment: at the start or behind a blank, outside quotes.
std::string_view without_comment(std::string_view line) {
  char quote = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if ((c == '"' || c == '\'') &&
               (i == 0 || std::string_view{" [,:"}.find(line[i - 1]) != std::string_view::npos)) {
      quote = c;
    } else if (c == '#' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) {
      return line.substr(0, i);
    }
  }
  return line;
}

class Parser {
 public:
  Parser(const std::string& file, Remarks* remarks) : file_{file}, remarks_{remarks} {}

  Yaml run(std::string_view text) {
    for (size_t number = 1; !text.empty(); ++number) {
      const size_t end = std::min(text.find('\n'), text.size());
      const std::string_view line = without_comment(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
      const std::string_view content = trimmed(line);
      if (content.empty() || content == "---") continue;
      const size_t indent = line.find_first_not_of(' ');
      lines_.push_back({indent, content, number});
    }
    if (lines_.empty()) return {};
    Yaml root = block(lines_.front().indent, 0);
    if (at_ < lines_.size())
      not_understood(lines_[at_].number, "this and what follows: its indentation fits nothing above");
    return root;
  }

 private:
  static bool is_item(std::string_view text) { return text == "-" || text.substr(0, 2) == "- "; }

  /// Where the key ends: its ':' at the end or before a blank. npos: no key.
  static size_t key_end(std::string_view text) {
    if (text.front() == '"' || text.front() == '\'') {
      const size_t close = text.find(text.front(), 1);
      const bool key = close != std::string_view::npos && close + 1 < text.size() && text[close + 1] == ':';
      return key ? close + 1 : std::string_view::npos;
    }
    if (text.back() == ':' && text.find(": ") == std::string_view::npos) return text.size() - 1;
    return text.find(": ");
  }

  Yaml block(size_t indent, size_t depth) {
    Yaml node;
    node.line = lines_[at_].number;
    if (depth > kDeepest) return skip(node, indent, "nested too deep");
    const bool list = is_item(lines_[at_].text);
    node.kind = list ? Yaml::Kind::kList : Yaml::Kind::kMap;
    while (at_ < lines_.size() && lines_[at_].indent == indent && is_item(lines_[at_].text) == list) {
      if (list) {
        node.items.push_back(item(indent, depth));
      } else if (key_end(lines_[at_].text) == std::string_view::npos) {
        not_understood(lines_[at_++].number, "expected \"key: value\"");
      } else {
        member(indent, depth, &node);
      }
    }
    return node;
  }

  Yaml item(size_t indent, size_t depth) {
    const Line line = lines_[at_++];
    const std::string_view rest = trimmed(line.text.substr(1));
    if (rest.empty()) return nested(indent + 1, depth, line.number);
    const bool quote = rest.front() == '"' || rest.front() == '\'';
    if (!quote && key_end(rest) != std::string_view::npos) {
      Yaml node;
      node.line = line.number;
      return skip(node, indent + 1, "a map inside a list");
    }
    return value(rest, indent + 1, line.number);
  }

  void member(size_t indent, size_t depth, Yaml* map) {
    const Line line = lines_[at_++];
    const size_t end = key_end(line.text);
    const std::string key{unquoted(trimmed(line.text.substr(0, end)))};
    const std::string_view rest = trimmed(line.text.substr(end + 1));
    if (!rest.empty()) return map->members.push_back({key, value(rest, indent + 1, line.number)}), void();
    // A list may stand at its key's own indentation.
    const bool list_here = at_ < lines_.size() && lines_[at_].indent == indent && is_item(lines_[at_].text);
    map->members.push_back({key, list_here ? block(indent, depth + 1) : nested(indent + 1, depth, line.number)});
  }

  Yaml nested(size_t least, size_t depth, size_t number) {
    if (at_ < lines_.size() && lines_[at_].indent >= least) return block(lines_[at_].indent, depth + 1);
    Yaml node;
    node.line = number;
    return node;
  }

  /// A scalar or a bracketed list; what goes on in deeper lines is not understood.
  Yaml value(std::string_view text, size_t least, size_t number) {
    Yaml node;
    node.line = number;
    if (std::string_view{"&*!|>{%@`"}.find(text.front()) != std::string_view::npos) {
      return skip(node, least, "\"" + std::string{text} + "\"");
    }
    if (at_ < lines_.size() && lines_[at_].indent >= least) return skip(node, least, "a value of several lines");
    if (text.front() == '[') return bracketed(text, node);
    if (!scalar(text, &node)) return skip(node, least, "a quote without its end");
    return node;
  }

  Yaml bracketed(std::string_view text, Yaml node) {
    if (text.back() != ']') return skip(node, std::string_view::npos, "a list whose \"]\" is not on its line");
    node.kind = Yaml::Kind::kList;
    text = trimmed(text.substr(1, text.size() - 2));
    while (!text.empty()) {
      const bool quote = text.front() == '"' || text.front() == '\'';
      const size_t close = quote ? text.find(text.front(), 1) : 0;
      const size_t comma = close == std::string_view::npos ? close : std::min(text.find(',', close), text.size());
      Yaml one;
      one.line = node.line;
      if (comma == std::string_view::npos || !scalar(trimmed(text.substr(0, comma)), &one)) {
        return skip(node, std::string_view::npos, "a quote without its end");
      }
      node.items.push_back(std::move(one));
      text = trimmed(text.substr(std::min(comma + 1, text.size())));
    }
    return node;
  }

  static bool scalar(std::string_view text, Yaml* node) {
    node->kind = Yaml::Kind::kScalar;
    node->text = text;
    if (text.empty() || (text.front() != '"' && text.front() != '\'')) return true;
    const char quote = text.front();
    if (text.size() < 2 || text.back() != quote) return false;
    node->text.clear();
    const std::string_view inner = text.substr(1, text.size() - 2);
    for (size_t i = 0; i < inner.size(); ++i) {
      const bool escape = quote == '"' ? inner[i] == '\\' : inner[i] == '\'';
      if (escape && i + 1 < inner.size()) ++i;
      node->text += inner[i];
    }
    return true;
  }

  Yaml skip(Yaml node, size_t least, const std::string& what) {
    not_understood(node.line, what + " is beyond what is read here");
    while (at_ < lines_.size() && lines_[at_].indent >= least) ++at_;
    node.kind = Yaml::Kind::kUnknown;
    node.items.clear();
    return node;
  }

  void not_understood(size_t number, const std::string& what) {
    remarks_->push_back({Remark::Kind::kNotUnderstood, file_ + ":" + std::to_string(number) + ": " + what});
  }

  const std::string& file_;
  Remarks* remarks_;
  std::vector<Line> lines_;
  size_t at_ = 0;
};

}  // namespace

const Yaml* Yaml::find(std::string_view key) const {
  const auto found = std::find_if(members.begin(), members.end(), [key](const Member& one) { return one.key == key; });
  return found == members.end() ? nullptr : &found->value;
}

Yaml parse_yaml(const std::string& file, std::string_view text, Remarks* remarks) {
  return Parser{file, remarks}.run(text);
}

}  // namespace junctor::stock
