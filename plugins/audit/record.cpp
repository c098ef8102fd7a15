// SPDX-License-Identifier: Apache-2.0
#include "record.hpp"

#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>
#include <Poco/UTF8Encoding.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "junctor/result.hpp"
#include "wire/address.hpp"

namespace junctor::audit {
namespace {

constexpr std::array<const char*, kKindCount> kKindWords = {"registration", "refusal",  "punch",
                                                            "relay",        "operator", "lost"};
constexpr size_t kMaxValue = 300;  // of what a stranger may have written

/// In the order of a line. `a` asks, `b` is who is asked for, by `id`.
constexpr std::array<const char*, 23> kFieldNames = {"session", "id",    "old_id", "a",         "a_id",    "b",
                                                     "network", "limit", "rate",   "transport", "way",     "result",
                                                     "reason",  "rule",  "hint",   "relay",     "by",      "lasts_s",
                                                     "kept",    "count", "age_s",  "bytes_ab",  "bytes_ba"};

struct Known {
  std::string_view event;
  Kind kind;
  const char* what;
};
constexpr std::array<Known, 15> kKnown{{
    {"rendezvous.registered", Kind::kRegistration, "registered"},
    {"rendezvous.renamed", Kind::kRegistration, "renamed"},
    {"rendezvous.removed", Kind::kRegistration, "removed"},
    {"holepunch.punch", Kind::kPunch, "punch"},
    {"relay.start", Kind::kRelay, "start"},
    {"relay.stop", Kind::kRelay, "stop"},
    {"auth.approved", Kind::kOperator, "approved"},
    {"auth.rejected", Kind::kOperator, "rejected"},
    {"auth.blocked", Kind::kOperator, "blocked"},
    {"auth.unblocked", Kind::kOperator, "unblocked"},
    {"relay.blocked", Kind::kOperator, "blocked"},
    {"relay.unblocked", Kind::kOperator, "unblocked"},
    {"relay.limit_changed", Kind::kOperator, "limit_changed"},
    {"holepunch.relay_drained", Kind::kOperator, "relay_drained"},
    {"holepunch.relay_undrained", Kind::kOperator, "relay_undrained"},
}};

/// A refusal is one whatever plugin it is of.
std::optional<Known> known(std::string_view event) {
  for (const Known& one : kKnown) {
    if (one.event == event) return one;
  }
  constexpr std::string_view kRefused = ".refused";
  const bool refusal = event.size() > kRefused.size() && event.substr(event.size() - kRefused.size()) == kRefused;
  return refusal ? std::optional<Known>{{event, Kind::kRefusal, "refused"}} : std::nullopt;
}

/// `peer` is who sent it: the device itself of a registration, else the one that asks.
std::string_view name_of(std::string_view key, Kind kind) {
  if (key == "peer") return kind == Kind::kRegistration ? "b" : "a";
  return key;
}

size_t place_of(std::string_view key) {
  const auto at = std::find(kFieldNames.begin(), kFieldNames.end(), key);
  return static_cast<size_t>(at - kFieldNames.begin());
}

/// Bytes of the UTF-8 sequence in front; 0: it is none.
size_t sequence(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (size > text.size()) return 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  return Poco::UTF8Encoding::isLegal(bytes, static_cast<int>(size)) ? size : 0;
}

void add_text(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text[0]);
    const size_t size = sequence(text);
    if (byte == '"' || byte == '\\') {
      out += {'\\', text[0]};
    } else if (size == 0 || byte < ' ' || byte == 0x7F) {
      std::array<char, 8> code{};
      std::snprintf(code.data(), code.size(), "\\u%04x", byte);
      out += code.data();
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(std::max<size_t>(size, 1));
  }
  out += '"';
}

bool is_number(std::string_view key) {
  constexpr std::array<std::string_view, 6> kNumbers{"session", "lasts_s", "count", "age_s", "bytes_ab", "bytes_ba"};
  return std::find(kNumbers.begin(), kNumbers.end(), key) != kNumbers.end();
}

bool all_digits(std::string_view text) {
  return !text.empty() && text.size() < 19 && (text.size() == 1 || text[0] != '0') &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Is a network of so many bits no narrower than one of `most`?
bool wide(std::string_view bits, unsigned most) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), number);
  return error == std::errc{} && end == bits.data() + bits.size() && number <= most;
}

void add_field(std::string& out, std::string_view key, std::string_view value) {
  out += ",\"";
  out += key;
  out += "\":";
  if (is_number(key) && all_digits(value)) {
    out += value;
  } else {
    add_text(out, value);
  }
}

}  // namespace

const char* kind_word(Kind kind) { return kKindWords[static_cast<size_t>(kind)]; }

std::optional<Kind> parse_kind(std::string_view word) {
  const auto at = std::find(kKindWords.begin(), kKindWords.end(), word);
  if (at == kKindWords.end()) return std::nullopt;
  return static_cast<Kind>(at - kKindWords.begin());
}

std::string* Record::find(std::string_view key) {
  for (auto& [name, value] : fields) {
    if (name == key) return &value;
  }
  return nullptr;
}

std::optional<Record> record_of(const jct_event& event) {
  const auto about = known(view(event.name));
  if (!about) return std::nullopt;
  Record record{event.wall, about->kind, about->what, std::string{view(event.instance)}, {}};
  for (uint64_t i = 0; i < event.count; ++i) {
    const std::string_view key = name_of(event.fields[i].key, about->kind);
    const std::string_view value = view(event.fields[i].value).substr(0, kMaxValue);
    if (value.empty()) continue;
    if (key == "change") {
      record.what = value;
    } else if (place_of(key) < kFieldNames.size()) {
      record.fields.emplace_back(key, value);
    }
  }
  std::stable_sort(record.fields.begin(), record.fields.end(),
                   [](const auto& x, const auto& y) { return place_of(x.first) < place_of(y.first); });
  return record;
}

std::string reduced(std::string_view address, Addresses how) {
  if (how == Addresses::kFull) return std::string{address};
  if (how == Addresses::kNone) return {};
  const size_t slash = address.find('/');
  auto parsed = wire::Address::parse(address);
  if (!parsed) parsed = wire::Address::parse_ip(address.substr(0, slash));
  if (!parsed) return {};
  const unsigned bits = parsed->is_v4() ? 24 : 48;
  if (slash != std::string_view::npos && wide(address.substr(slash + 1), bits)) return std::string{address};
  std::fill(parsed->ip.begin() + static_cast<std::ptrdiff_t>(bits / 8), parsed->ip.end(), uint8_t{0});
  return parsed->ip_text() + "/" + std::to_string(bits);
}

void reduce(Record& record, Addresses how) {
  if (how == Addresses::kFull) return;
  for (const char* key : {"a", "b", "network"}) {
    if (std::string* address = record.find(key)) *address = reduced(*address, how);
  }
  std::erase_if(record.fields, [](const auto& field) { return field.second.empty(); });
}

std::string time_text(uint64_t wall) {
  return Poco::DateTimeFormatter::format(Poco::Timestamp{static_cast<Poco::Timestamp::TimeVal>(wall)},
                                         "%Y-%m-%dT%H:%M:%S.%iZ");
}

std::string line_of(const Record& record) {
  std::string line = R"({"time":")" + time_text(record.wall) + R"(","kind":")" + kind_word(record.kind) + '"';
  add_field(line, "what", record.what);
  add_field(line, "plugin", record.by);
  for (const auto& [key, value] : record.fields) add_field(line, key, value);
  return line + '}';
}

}  // namespace junctor::audit
