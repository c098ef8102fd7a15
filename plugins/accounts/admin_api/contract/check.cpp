// SPDX-License-Identifier: Apache-2.0
#include "check.hpp"

#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "patterns.hpp"
#include "time_text.hpp"

namespace junctor::accounts::admin {
namespace {

using Poco::Dynamic::Var;
using Poco::JSON::Array;
using Poco::JSON::Object;

constexpr size_t kDeepest = 16;
constexpr size_t kMostFaults = 50;
constexpr size_t kMostDigits = 18;

class Faults {
 public:
  void add(std::string field, std::string detail) {
    if (list_.size() < kMostFaults) list_.push_back({std::move(field), std::move(detail)});
  }
  void throw_if_any() const {
    if (list_.empty()) return;
    std::string first = list_.front().field + ": " + list_.front().detail;
    if (list_.size() > 1) first += " (and " + std::to_string(list_.size() - 1) + " more)";
    throw Refused{{422, "invalid", std::move(first), list_}};
  }

 private:
  std::vector<FieldFault> list_;
};

bool is_word(std::string_view words, std::string_view value) {
  bool found = false;
  each_word(words, [&](std::string_view one) { found = found || one == value; });
  return found;
}

std::string listed(std::string_view words) {
  std::string out;
  each_word(words, [&](std::string_view one) { out += (out.empty() ? "" : ", ") + std::string{one}; });
  return out;
}

/// What is wrong with a text, empty: nothing.
std::string text_fault(const Field& field, std::string_view value) {
  if (!field.words.empty()) {
    return is_word(field.words, value) ? std::string{} : "expected one of " + listed(field.words);
  }
  const auto length = characters(value);
  if (!length) return "expected UTF-8 without NUL";
  const auto count = static_cast<int64_t>(*length);
  const int64_t most = field.high > 0 ? field.high : kMostText;
  if (count >= field.low && count <= most) return {};
  if (field.low == most)
    return "expected exactly " + std::to_string(most) + " characters, got " + std::to_string(count);
  return "expected " + std::to_string(field.low) + " to " + std::to_string(most) + " characters, got " +
         std::to_string(count);
}

std::string integer_fault(const Field& field, int64_t value) {
  if (field.low == 0 && field.high == 0) return {};
  if (value >= field.low && (field.high <= field.low || value <= field.high)) return {};
  return "expected " + std::to_string(field.low) + " to " + std::to_string(field.high) + ", got " +
         std::to_string(value);
}

std::optional<int64_t> integer_of(const Var& value) {
  if (value.isBoolean()) return std::nullopt;
  try {
    if (value.isInteger()) return value.convert<int64_t>();
    if (!value.isNumeric()) return std::nullopt;
    const double real = value.convert<double>();  // 1.0 is an integer in JSON
    if (std::abs(real) > 9e15 || std::floor(real) != real) return std::nullopt;
    return static_cast<int64_t>(real);
  } catch (const Poco::Exception&) {  // beyond 64 bits
    return std::nullopt;
  }
}

/// The fault of a value that is written as text: in a query, or in JSON as a string.
std::string written_fault(const Field& field, const std::string& value) {
  switch (field.kind) {
    case Kind::kGuid:
      return is_guid(value) ? std::string{} : "expected a guid, lower case";
    case Kind::kTime:
      return parse_time(value) ? std::string{} : "expected a time such as 2026-01-31T10:20:30Z";
    case Kind::kText:
      return text_fault(field, value);
    case Kind::kBoolean:
      return value == "true" || value == "false" ? std::string{} : "expected true or false";
    case Kind::kInteger: {
      int64_t number = 0;
      const char* end = value.data() + value.size();
      const auto [at, error] = std::from_chars(value.data(), end, number);
      if (error != std::errc{} || at != end) return "expected an integer";
      return integer_fault(field, number);
    }
    default:
      return "cannot stand here";
  }
}

class BodyCheck {
 public:
  explicit BodyCheck(const Contract& contract) : contract_{contract} {}

  void object(const Schema& schema, Use use, const Object& value, const std::string& place) {
    for (const auto& entry : value) {
      const Field* field = find(schema, use, entry.first);
      if (field == nullptr) {
        faults.add(place + "/" + entry.first, "there is no such field");
        continue;
      }
      whole(*field, use, entry.second, place + "/" + entry.first);
    }
    if (use != Use::kNew) return;
    for (const Field& field : schema.fields) {
      if (field.has(kInNew) && field.has(kNeeded) && !value.has(std::string{field.name})) {
        faults.add(place + "/" + std::string{field.name}, "is missing");
      }
    }
  }

  Faults faults;

 private:
  static const Field* find(const Schema& schema, Use use, std::string_view name) {
    const auto found = std::find_if(schema.fields.begin(), schema.fields.end(),
                                    [&](const Field& field) { return field.name == name && field.has(flag_of(use)); });
    return found == schema.fields.end() ? nullptr : &*found;
  }

  void whole(const Field& field, Use use, const Var& value, const std::string& place) {
    if (value.isEmpty()) {
      if (!field.has(kNullable)) faults.add(place, "null is no value here");
      return;
    }
    if (!field.has(kMany)) {
      single(field, use, value, place);
      return;
    }
    if (value.type() != typeid(Array::Ptr)) {
      faults.add(place, "expected an array");
      return;
    }
    const auto items = value.extract<Array::Ptr>();
    const size_t most = field.most == 0 ? static_cast<size_t>(kMostItems) : field.most;
    if (items->size() > most) {
      faults.add(place, "expected at most " + std::to_string(most) + " items, got " + std::to_string(items->size()));
      return;
    }
    for (size_t at = 0; at < items->size(); ++at) {
      const Var one = items->get(static_cast<unsigned>(at));
      const std::string here = place + "/" + std::to_string(at);
      if (one.isEmpty()) {
        faults.add(here, "null is no value here");
      } else {
        single(field, use, one, here);
      }
    }
  }

  void single(const Field& field, Use use, const Var& value, const std::string& place) {
    switch (field.kind) {
      case Kind::kText:
      case Kind::kGuid:
      case Kind::kTime:
        say(place, value.isString() ? written_fault(field, value.extract<std::string>()) : "expected a text");
        return;
      case Kind::kBoolean:
        say(place, value.isBoolean() ? std::string{} : "expected true or false");
        return;
      case Kind::kInteger: {
        const auto number = integer_of(value);
        say(place, number ? integer_fault(field, *number) : "expected an integer");
        return;
      }
      case Kind::kObject:
        if (value.type() == typeid(Object::Ptr)) {
          const Schema& inside = *contract_.schema(field.of);
          object(inside, use_inside(inside, use), *value.extract<Object::Ptr>(), place);
        } else {
          faults.add(place, "expected an object");
        }
        return;
      case Kind::kMap:
        map(field, value, place);
        return;
      case Kind::kAny:
        return;
    }
  }

  void map(const Field& field, const Var& value, const std::string& place) {
    if (value.type() != typeid(Object::Ptr)) {
      faults.add(place, "expected an object");
      return;
    }
    const auto entries = value.extract<Object::Ptr>();
    if (entries->size() > static_cast<size_t>(kMostItems)) faults.add(place, "too many keys");
    for (const auto& entry : *entries) {
      const std::string here = place + "/" + entry.first;
      if (!field.words.empty() && !is_word(field.words, entry.first)) {
        faults.add(here, "expected one of " + listed(field.words));
      } else if (field.of != "*") {
        Field one = text(field.name, 0, kMostText, {});
        one.words = field.of;
        say(here, entry.second.isString() ? text_fault(one, entry.second.extract<std::string>()) : "expected a text");
      }
    }
  }

  void say(const std::string& place, std::string fault) {
    if (!fault.empty()) faults.add(place, std::move(fault));
  }

  const Contract& contract_;
};

constexpr Field kLimit = integer("limit", 1, kMostPage, {});
constexpr Field kCount = boolean("count", {});
constexpr Field kCursor = text("cursor", 0, kMostCursor, {});

bool is_sort(std::string_view sorts, std::string_view value) {
  const auto bare = [](std::string_view one) { return one.substr(one.substr(0, 1) == "-" ? 1 : 0); };
  bool found = false;
  each_word(sorts, [&](std::string_view one) { found = found || bare(one) == bare(value); });
  return found;
}

const Field* query_field(const Endpoint& endpoint, std::string_view name) {
  if (endpoint.answer == Answer::kList) {
    for (const Field* one : {&kLimit, &kCount, &kCursor}) {
      if (one->name == name) return one;
    }
  }
  const auto found = std::find_if(endpoint.query.begin(), endpoint.query.end(),
                                  [&](const Field& field) { return field.name == name; });
  return found == endpoint.query.end() ? nullptr : &*found;
}

std::string query_fault(const Endpoint& endpoint, const Query& query, const Query::value_type& entry) {
  if (endpoint.answer == Answer::kList && entry.first == "sort") {
    return is_sort(endpoint.sorts, entry.second) ? std::string{} : "expected one of " + listed(endpoint.sorts);
  }
  if (endpoint.answer == Answer::kStream && entry.first == "format" && query.count(entry.first) == 1) {
    return entry.second == "csv" || entry.second == "jsonl" ? std::string{} : "expected csv or jsonl";
  }
  const Field* field = query_field(endpoint, entry.first);
  if (field == nullptr) return "there is no such parameter";
  const size_t most = !field->has(kMany) ? 1 : field->most == 0 ? static_cast<size_t>(kMostItems) : field->most;
  if (query.count(entry.first) > most) return "is given too often";
  return written_fault(*field, entry.second);
}

void gather_rights(const Contract& contract, const Schema& schema, Use use, const Object& body,
                   std::vector<std::string_view>& out) {
  for (const Field& field : schema.fields) {
    const std::string name{field.name};
    if (!field.has(flag_of(use)) || !body.has(name)) continue;
    if (!field.right.empty()) out.push_back(field.right);
    if (field.kind == Kind::kObject && !field.has(kMany) && body.isObject(name)) {
      gather_rights(contract, *contract.schema(field.of), use, *body.getObject(name), out);
    }
  }
}

/// JSON's parser wraps integers beyond 64 bits round in silence.
bool has_huge_number(std::string_view body) {
  bool inside = false;
  size_t digits = 0;
  for (size_t at = 0; at < body.size(); ++at) {
    const char c = body[at];
    if (inside && c == '\\') {
      ++at;
    } else if (c == '"') {
      inside = !inside;
    }
    digits = !inside && c >= '0' && c <= '9' ? digits + 1 : 0;
    if (digits > kMostDigits) return true;
  }
  return false;
}

}  // namespace

bool is_guid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t at = 0; at < text.size(); ++at) {
    const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
    const bool digit = (text[at] >= '0' && text[at] <= '9') || (text[at] >= 'a' && text[at] <= 'f');
    if (dash ? text[at] != '-' : !digit) return false;
  }
  return true;
}

std::optional<size_t> characters(std::string_view text) {
  size_t count = 0;
  for (size_t at = 0; at < text.size(); ++count) {
    const auto first = static_cast<unsigned char>(text[at]);
    const size_t more = first < 0x80 ? 0 : first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
    if (first == 0 || (first >= 0x80 && first < 0xC2) || first > 0xF4 || at + more >= text.size()) return std::nullopt;
    uint32_t point = more == 0 ? first : first & (0x3FU >> more);
    for (size_t next = 1; next <= more; ++next) {
      const auto byte = static_cast<unsigned char>(text[at + next]);
      if ((byte & 0xC0U) != 0x80) return std::nullopt;
      point = point << 6 | (byte & 0x3FU);
    }
    const bool too_long = (more == 2 && point < 0x800) || (more == 3 && point < 0x10000);
    if (too_long || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return std::nullopt;
    at += more + 1;
  }
  return count;
}

std::optional<Query> parse_query(std::string_view text) {
  Query query;
  while (!text.empty()) {
    const size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(end == text.size() ? end : end + 1);
    if (pair.empty()) continue;
    const size_t equals = std::min(pair.find('='), pair.size());
    std::string raw_value{equals == pair.size() ? std::string_view{} : pair.substr(equals + 1)};
    std::replace(raw_value.begin(), raw_value.end(), '+', ' ');
    auto name = percent_decoded(pair.substr(0, equals));
    auto value = percent_decoded(raw_value);
    if (!name || !value) return std::nullopt;
    query.emplace(std::move(*name), std::move(*value));
  }
  return query;
}

Object::Ptr checked_body(const Contract& contract, const Endpoint& endpoint, std::string_view body) {
  if (!characters(body)) refuse(400, "not_json", "The body is not UTF-8: expected a JSON object.");
  if (has_huge_number(body)) refuse(422, "invalid", "The body has a number of more than 18 digits.");
  Object::Ptr object;
  try {
    Poco::JSON::Parser parser;
    parser.setDepth(kDeepest);
    parser.setAllowNullByte(false);
    const Var parsed = parser.parse(std::string{body});
    if (parsed.type() == typeid(Object::Ptr)) object = parsed.extract<Object::Ptr>();
  } catch (const Poco::Exception& fault) {
    refuse(400, "not_json", "The body is no JSON: " + fault.message());
  }
  if (object.isNull()) refuse(400, "not_json", "The body is no JSON object.");
  BodyCheck check{contract};
  check.object(*contract.schema(endpoint.body), endpoint.use, *object, "");
  check.faults.throw_if_any();
  return object;
}

void check_query(const Endpoint& endpoint, const Query& query) {
  Faults faults;
  for (const auto& entry : query) {
    if (std::string fault = query_fault(endpoint, query, entry); !fault.empty()) {
      faults.add(entry.first, std::move(fault));
    }
  }
  faults.throw_if_any();
}

std::vector<std::string_view> rights_of(const Contract& contract, const Endpoint& endpoint, const Object& body) {
  std::vector<std::string_view> rights;
  gather_rights(contract, *contract.schema(endpoint.body), endpoint.use, body, rights);
  // Who may make an object gives it what it needs; what only administrators give stays theirs.
  if (endpoint.has(kCreates)) {
    rights.erase(
        std::remove_if(rights.begin(), rights.end(), [](std::string_view one) { return one != "administrator"; }),
        rights.end());
  }
  std::sort(rights.begin(), rights.end());
  rights.erase(std::unique(rights.begin(), rights.end()), rights.end());
  return rights;
}

}  // namespace junctor::accounts::admin
