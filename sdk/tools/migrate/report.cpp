// SPDX-License-Identifier: Apache-2.0
#include "tools/migrate/report.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <algorithm>

#include "tools/junctorctl/render.hpp"

namespace junctor::tools::migrate {

void Report::add(const std::string& kind, const std::string& text) { lines_.push_back({kind, text}); }

void Report::add(const stock::Remarks& remarks) {
  for (const stock::Remark& one : remarks) {
    const bool error = one.kind == stock::Remark::Kind::kError;
    gaps_ = gaps_ || one.kind == stock::Remark::Kind::kNotUnderstood;
    add(error ? "refused" : std::string{stock::word(one.kind)}, one.text);
  }
}

void Report::changed(const std::string& kind, const std::string& text) {
  changed_ = true;
  add(kind, text);
}

std::string Report::text() const {
  size_t width = 0;
  for (const Line& line : lines_) width = std::max(width, line.kind.size());
  std::string all;
  for (const Line& line : lines_) {
    all += line.kind + std::string(width - line.kind.size() + 2, ' ') + cell_text(line.text) + "\n";
  }
  return all;
}

Poco::Dynamic::Var Report::json() const {
  Poco::JSON::Array::Ptr rows = new Poco::JSON::Array;
  for (const Line& line : lines_) {
    Poco::JSON::Object::Ptr row = new Poco::JSON::Object{Poco::JSON_PRESERVE_KEY_ORDER};
    row->set("kind", line.kind);
    row->set("text", line.text);
    rows->add(row);
  }
  Poco::JSON::Object::Ptr all = new Poco::JSON::Object{Poco::JSON_PRESERVE_KEY_ORDER};
  all->set("changed", changed_);
  all->set("rows", rows);
  return all;
}

}  // namespace junctor::tools::migrate
