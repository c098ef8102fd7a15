// SPDX-License-Identifier: Apache-2.0
// Types and bounds of fields. Any thread.
#include "accounts/api/body.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <typeinfo>

namespace junctor::accounts {
namespace {

using Poco::Dynamic::Var;

constexpr size_t kDepth = 12;

[[noreturn]] void refuse(const std::string& key, const std::string& expected) {
  throw Refused{"The field \"" + key + "\" is wrong: expected " + expected};
}

/// Poco wraps some whole numbers that are beyond 64 bits: they are looked for before.
bool has_huge_number(std::string_view text) {
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && text[i] >= '1' && text[i] <= '9') {
      const bool negative = i > 0 && text[i - 1] == '-';
      const size_t end = std::min(text.find_first_not_of("0123456789", i), text.size());
      const std::string_view digits = text.substr(i, end - i);
      const std::string_view most = negative ? "9223372036854775808" : "18446744073709551615";
      if (digits.size() > most.size() || (digits.size() == most.size() && digits > most)) return true;
      i = end - 1;
    }
  }
  return false;
}

Var parse_any(std::string_view text, const char* expected) {
  if (has_huge_number(text)) throw Refused{"The body could not be read: a number in it is beyond 64 bits"};
  try {
    Poco::JSON::Parser parser;
    parser.setDepth(kDepth);
    return parser.parse(std::string{text});
  } catch (const Poco::Exception&) {
    throw Refused{std::string{"The body could not be read: expected "} + expected + " in UTF-8"};
  }
}

std::string text_of(const Var& value, const std::string& key, size_t max) {
  if (!value.isString()) refuse(key, "a text");
  const std::string& text = value.extract<std::string>();
  if (text.size() > max) refuse(key, "at most " + std::to_string(max) + " bytes, got " + std::to_string(text.size()));
  if (text.find('\0') != std::string::npos) refuse(key, "a text without NUL");
  return text;
}

/// Poco keeps what fits as a signed number, then as an unsigned one; anything with a point or exponent is a double.
int64_t integer_of(const Var& value, const std::string& key) {
  if (value.type() == typeid(int64_t) || value.type() == typeid(long long)) return value.convert<Poco::Int64>();
  if (value.type() == typeid(int)) return value.convert<int>();
  refuse(key, "a whole number of 64 bits");
}

uint64_t unsigned_of(const Var& value, const std::string& key) {
  if (value.type() == typeid(uint64_t) || value.type() == typeid(unsigned long long))
    return value.convert<Poco::UInt64>();
  const int64_t number = integer_of(value, key);
  if (number < 0) refuse(key, "a number that is not negative");
  return static_cast<uint64_t>(number);
}

template <class Fn>
void each(const Var& value, const std::string& key, size_t count, Fn&& fn) {
  if (value.type() != typeid(Poco::JSON::Array::Ptr)) refuse(key, "an array");
  const auto& array = *value.extract<Poco::JSON::Array::Ptr>();
  if (array.size() > count)
    refuse(key, "at most " + std::to_string(count) + " elements, got " + std::to_string(array.size()));
  for (size_t i = 0; i < array.size(); ++i) fn(array.get(static_cast<unsigned>(i)));
}

}  // namespace

Body Body::parse(std::string_view text) {
  const Var value = parse_any(text, "a JSON object");
  if (value.type() != typeid(Poco::JSON::Object::Ptr))
    throw Refused{"The body could not be read: expected a JSON object"};
  return Body{value.extract<Poco::JSON::Object::Ptr>()};
}

bool Body::has(const std::string& key) const { return object_->has(key) && !object_->isNull(key); }

std::vector<std::string> Body::keys() const {
  const auto names = object_->getNames();
  return {names.begin(), names.end()};
}

std::optional<std::string> Body::maybe_text(const std::string& key, size_t max) const {
  if (!has(key)) return std::nullopt;
  return text_of(object_->get(key), key, max);
}

std::string Body::text(const std::string& key, size_t max) const { return maybe_text(key, max).value_or(""); }

std::string Body::required_text(const std::string& key, size_t max) const {
  std::string value = text(key, max);
  if (value.empty()) refuse(key, "a text, got none");
  return value;
}

std::optional<int64_t> Body::integer(const std::string& key) const {
  if (!has(key)) return std::nullopt;
  return integer_of(object_->get(key), key);
}

std::optional<uint64_t> Body::unsigned64(const std::string& key) const {
  if (!has(key)) return std::nullopt;
  return unsigned_of(object_->get(key), key);
}

std::optional<bool> Body::flag(const std::string& key) const {
  if (!has(key)) return std::nullopt;
  const Var value = object_->get(key);
  if (!value.isBoolean()) refuse(key, "true or false");
  return value.extract<bool>();
}

std::optional<std::vector<std::string>> Body::texts(const std::string& key, size_t count, size_t max) const {
  if (!has(key)) return std::nullopt;
  std::vector<std::string> out;
  each(object_->get(key), key, count, [&](const Var& value) { out.push_back(text_of(value, key, max)); });
  return out;
}

std::optional<std::vector<int64_t>> Body::integers(const std::string& key, size_t count) const {
  if (!has(key)) return std::nullopt;
  std::vector<int64_t> out;
  each(object_->get(key), key, count, [&](const Var& value) { out.push_back(integer_of(value, key)); });
  return out;
}

std::optional<Body> Body::object(const std::string& key) const {
  if (!has(key)) return std::nullopt;
  const Var value = object_->get(key);
  if (value.type() != typeid(Poco::JSON::Object::Ptr)) refuse(key, "an object");
  return Body{value.extract<Poco::JSON::Object::Ptr>()};
}

std::optional<std::vector<Body>> Body::objects(const std::string& key, size_t count) const {
  if (!has(key)) return std::nullopt;
  std::vector<Body> out;
  each(object_->get(key), key, count, [&](const Var& value) {
    if (value.type() != typeid(Poco::JSON::Object::Ptr)) refuse(key, "an array of objects");
    out.push_back(Body{value.extract<Poco::JSON::Object::Ptr>()});
  });
  return out;
}

std::vector<std::string> parse_texts(std::string_view text, size_t count, size_t max) {
  std::vector<std::string> out;
  each(parse_any(text, "an array of texts"), "body", count,
       [&](const Var& value) { out.push_back(text_of(value, "body", max)); });
  return out;
}

bool parse_flag(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t first = text.find_first_not_of(kSpace);
  if (first != std::string_view::npos) text = text.substr(first, text.find_last_not_of(kSpace) - first + 1);
  if (text != "true" && text != "false") throw Refused{"The body could not be read: expected true or false"};
  return text == "true";
}

}  // namespace junctor::accounts
