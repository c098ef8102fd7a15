// SPDX-License-Identifier: Apache-2.0
// One field of a body, an answer or a query, as data: what it may hold, where it occurs, which right it asks for and
// the sentence that documents it. Checking, OpenAPI and docs all read these tables. Constant data, [any].
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace junctor::accounts::admin {

enum class Kind : uint8_t { kText, kInteger, kBoolean, kGuid, kTime, kObject, kMap, kAny };

/// Where a field occurs.
enum FieldFlag : uint16_t {
  kInAnswer = 1,    // in what the server sends
  kInNew = 2,       // in the body that creates
  kNeeded = 4,      // there it must not be missing
  kInEdit = 8,      // in the body that changes
  kMany = 16,       // an array of it
  kNullable = 32,   // null is a value: "none"
  kByItself = 64,   // changes without anybody's edit: not part of the ETag
  kSecretly = 128,  // never in logs; shown at most once
};

struct Field {
  std::string_view name;
  Kind kind = Kind::kText;
  std::string_view help;
  int64_t low = 0;   // text: characters; integer: value
  int64_t high = 0;  // 0 and low 0: the kind's own bound
  uint16_t flags = 0;
  uint16_t most = 0;       // of an array; 0: kMostItems
  std::string_view words;  // "a|b": the only texts (or keys of a map) that are taken
  std::string_view of;     // kObject: the schema's name; kMap: the words of its values, empty: any text, "*": anything
  std::string_view right;  // to change it one needs this permission too ("users:edit_note")

  constexpr Field with(uint16_t more) const {
    Field copy = *this;
    copy.flags = static_cast<uint16_t>(copy.flags | more);
    return copy;
  }
  constexpr Field shown() const { return with(kInAnswer); }
  constexpr Field needed() const { return with(kInNew | kNeeded); }
  constexpr Field settable() const { return with(kInNew); }
  constexpr Field editable() const { return with(kInEdit); }
  constexpr Field many(uint16_t bound = 0) const {
    Field copy = with(kMany);
    copy.most = bound;
    return copy;
  }
  constexpr Field or_null() const { return with(kNullable); }
  constexpr Field live() const { return with(kInAnswer | kByItself); }
  constexpr Field secret() const { return with(kSecretly); }
  constexpr Field asks(std::string_view permission) const {
    Field copy = *this;
    copy.right = permission;
    return copy;
  }

  constexpr bool has(uint16_t flag) const { return (flags & flag) != 0; }
};

constexpr int64_t kMostText = 4096;
constexpr int64_t kMostItems = 1000;

constexpr Field text(std::string_view name, int64_t low, int64_t high, std::string_view help) {
  return {name, Kind::kText, help, low, high, 0, 0, {}, {}, {}};
}
constexpr Field word(std::string_view name, std::string_view words, std::string_view help) {
  return {name, Kind::kText, help, 0, 0, 0, 0, words, {}, {}};
}
constexpr Field integer(std::string_view name, int64_t low, int64_t high, std::string_view help) {
  return {name, Kind::kInteger, help, low, high, 0, 0, {}, {}, {}};
}
constexpr Field boolean(std::string_view name, std::string_view help) {
  return {name, Kind::kBoolean, help, 0, 0, 0, 0, {}, {}, {}};
}
constexpr Field guid(std::string_view name, std::string_view help) {
  return {name, Kind::kGuid, help, 0, 0, 0, 0, {}, {}, {}};
}
/// RFC 3339, in UTC.
constexpr Field time(std::string_view name, std::string_view help) {
  return {name, Kind::kTime, help, 0, 0, 0, 0, {}, {}, {}};
}
constexpr Field object(std::string_view name, std::string_view schema, std::string_view help) {
  return {name, Kind::kObject, help, 0, 0, 0, 0, {}, schema, {}};
}
/// An object whose keys are `keys` ("a|b", empty: any) and whose values are `values`, any text (empty) or anything
/// ("*").
constexpr Field map(std::string_view name, std::string_view keys, std::string_view values, std::string_view help) {
  return {name, Kind::kMap, help, 0, 0, 0, 0, keys, values, {}};
}
/// A value whose type another field tells: settings.
constexpr Field any(std::string_view name, std::string_view help) {
  return {name, Kind::kAny, help, 0, 0, 0, 0, {}, {}, {}};
}

struct Schema {
  std::string_view name;
  std::string_view help;
  std::span<const Field> fields;
};

/// Which of a schema's fields make a body.
enum class Use : uint8_t { kAnswer, kNew, kEdit };

constexpr uint16_t flag_of(Use use) { return use == Use::kAnswer ? kInAnswer : use == Use::kNew ? kInNew : kInEdit; }

/// Calls fn(word) for each of "a|b|c".
template <class Fn>
constexpr void each_word(std::string_view words, Fn&& fn) {
  while (!words.empty()) {
    const size_t end = words.find('|');
    fn(words.substr(0, end));
    if (end == std::string_view::npos) return;
    words.remove_prefix(end + 1);
  }
}

}  // namespace junctor::accounts::admin
