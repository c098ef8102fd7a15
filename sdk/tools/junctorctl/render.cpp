// SPDX-License-Identifier: Apache-2.0
#include "tools/junctorctl/render.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/ParseHandler.h>
#include <Poco/JSON/Parser.h>
#include <Poco/JSON/Stringifier.h>

#include <algorithm>
#include <cctype>
#include <sstream>

#include "ops/quote.hpp"

namespace junctor::tools {
namespace {

using Poco::Dynamic::Var;
using Poco::JSON::Array;
using Poco::JSON::Object;

constexpr std::string_view kGap = "  ";

bool is_object(const Var& value) { return value.type() == typeid(Object::Ptr); }
bool is_array(const Var& value) { return value.type() == typeid(Array::Ptr); }

bool is_table(const Var& value) {
  if (!is_array(value)) return false;
  const Array::Ptr array = value.extract<Array::Ptr>();
  const auto end = array->end();
  return std::all_of(array->begin(), end, [](const Var& entry) { return is_object(entry); });
}

/// Columns that the text takes: code points of UTF-8.
size_t width(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool is_number(std::string_view text) {
  if (text.empty()) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.' || c == '-'; });
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

const std::string& at(const std::vector<std::string>& row, size_t column) {
  static const std::string kEmpty;
  return column < row.size() ? row[column] : kEmpty;
}

std::string padded(const std::string& text, size_t to, bool right) {
  const std::string blanks(to - std::min(to, width(text)), ' ');
  return right ? blanks + text : text + blanks;
}

std::string trimmed(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string indented(const std::string& text) {
  std::string out;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    out += (line.empty() ? "" : "  " + line) + "\n";
    begin = end + 1;
  }
  return out;
}

bool needs_quotes(std::string_view value) {
  if (value.empty() || value.find_first_of(" \"=\\") != std::string_view::npos) return true;
  return ops::printable(value) != value;
}

/// A row stays one that can be read, whoever chose its texts; --json has all of them.
std::string cut_cell(const std::string& text) {
  constexpr size_t kMost = 200;
  const std::string_view kept = ops::cut(text, kMost);
  return kept.size() == text.size() ? text : std::string{kept} + "...";
}

/// Columns in the order in which the rows bring them up.
std::string rows_table(const Array& array) {
  std::vector<std::string> columns;
  for (const Var& row : array) {
    for (const std::string& name : row.extract<Object::Ptr>()->getNames()) {
      if (std::find(columns.begin(), columns.end(), name) == columns.end()) columns.push_back(name);
    }
  }
  std::vector<std::vector<std::string>> rows;
  for (const Var& row : array) {
    const Object::Ptr object = row.extract<Object::Ptr>();
    std::vector<std::string>& cells = rows.emplace_back();
    for (const std::string& name : columns)
      cells.push_back(object->has(name) ? cut_cell(cell_text(object->get(name))) : "");
  }
  return rows.empty() ? "none\n" : table(columns, rows);
}

std::string listing(const std::vector<std::pair<std::string, std::string>>& entries) {
  size_t widest = 0;
  for (const auto& entry : entries) widest = std::max(widest, width(entry.first));
  std::string out;
  for (const auto& entry : entries) {
    out += trimmed(padded(entry.first, widest, false) + std::string{kGap} + entry.second) + "\n";
  }
  return out;
}

/// Plain members first, as one listing; then what is nested, each under its name.
std::string render_object(const Object& object) {
  std::vector<std::pair<std::string, std::string>> plain;
  std::string nested;
  for (const std::string& name : object.getNames()) {
    const Var value = object.get(name);
    if (is_object(value) || is_table(value)) {
      const std::string body = render(value);
      nested += "\n" + ops::printable(name) + "\n" + indented(body);
    } else {
      plain.emplace_back(ops::printable(name), cell_text(value));
    }
  }
  const std::string out = listing(plain) + nested;
  return out.compare(0, 1, "\n") == 0 ? out.substr(1) : out;
}

}  // namespace

Var parse_json(const std::string& text) {
  Poco::JSON::Parser parser{new Poco::JSON::ParseHandler{true}};
  parser.setDepth(32);
  return parser.parse(text);
}

std::string json_text(const Var& value) {
  std::ostringstream out;
  Poco::JSON::Stringifier::stringify(value, out, 0, -1, Poco::JSON_ESCAPE_UNICODE | Poco::JSON_WRAP_STRINGS);
  std::string text = out.str();
  // Poco escapes the slash, too, which nobody else does: a URL could not be copied.
  size_t kept = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 1 < text.size();
    if (escape && text[i + 1] != '/') text[kept++] = text[i];
    if (escape) ++i;
    text[kept++] = text[i];
  }
  text.resize(kept);
  return text;
}

std::string cell_text(const Var& value) {
  if (value.isEmpty()) return "";
  if (is_array(value)) {
    std::string out;
    for (const Var& entry : *value.extract<Array::Ptr>()) out += (out.empty() ? "" : " ") + cell_text(entry);
    return out;
  }
  if (is_object(value)) return ops::printable(Var::toString(value));
  return ops::printable(value.convert<std::string>());
}

std::string table(const std::vector<std::string>& columns, const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  std::vector<bool> right;
  for (size_t c = 0; c < columns.size(); ++c) {
    size_t widest = width(columns[c]);
    bool numbers = !rows.empty();
    for (const auto& row : rows) {
      widest = std::max(widest, width(at(row, c)));
      numbers = numbers && (at(row, c).empty() || is_number(at(row, c)));
    }
    widths.push_back(widest);
    right.push_back(numbers);
  }
  std::string out;
  const auto add_line = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (size_t c = 0; c < columns.size(); ++c) {
      if (c > 0) line += kGap;
      line += padded(at(cells, c), widths[c], right[c]);
    }
    out += trimmed(line) + "\n";
  };
  std::vector<std::string> head;
  for (const std::string& column : columns) head.push_back(upper(ops::printable(column)));
  add_line(head);
  for (const auto& row : rows) add_line(row);
  return out;
}

std::string render(const Var& value) {
  if (is_table(value)) return rows_table(*value.extract<Array::Ptr>());
  if (!is_object(value)) return cell_text(value) + "\n";
  const Object::Ptr object = value.extract<Object::Ptr>();
  if (object->size() == 1 && object->has("rows") && is_table(object->get("rows"))) return render(object->get("rows"));
  return render_object(*object);
}

std::string event_line(const std::string& json) {
  try {
    const Object::Ptr event = parse_json(json).extract<Object::Ptr>();
    std::string line;
    for (const std::string& name : event->getNames()) {
      const std::string value = event->get(name).convert<std::string>();
      if (name == "time" && line.empty()) {
        line = ops::printable(value);
        continue;
      }
      line += (line.empty() ? "" : " ") + ops::printable(name) + "=" +
              (needs_quotes(value) ? ops::quote_json(value) : value);
    }
    return line;
  } catch (const Poco::Exception&) {
    return ops::printable(json);
  }
}

}  // namespace junctor::tools
