// SPDX-License-Identifier: Apache-2.0
#include "query.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace junctor::audit {
namespace {

using Poco::JSON::Object;

constexpr uint64_t kSecond = 1'000'000;
constexpr const char* kUsage =
    "expected: audit [--id ID] [--address ADDRESS|NETWORK] [--since 2h] [--kind "
    "registration|refusal|punch|relay|operator] "
    "[--limit N]";

std::optional<uint64_t> number(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// One option and its value; false for what cannot be.
bool take(Query& query, const std::string& option, const std::string& value, uint64_t wall_now) {
  if (option == "--id") {
    query.id = value;
    return !value.empty();
  }
  if (option == "--address") {
    query.network = wire::Network::parse(value);
    return query.network.has_value();
  }
  if (option == "--kind") {
    query.kind = parse_kind(value);
    return query.kind.has_value();
  }
  if (option == "--since") {
    const auto span = parse_span(value);
    query.since = span && *span < wall_now ? wall_now - *span : 0;
    return span.has_value();
  }
  const auto limit = option == "--limit" ? number(value) : std::nullopt;
  query.limit = limit.value_or(0);
  return limit && *limit > 0 && *limit <= Query::kMost;
}

std::string text_of(const Object& row, const std::string& key) { return row.optValue<std::string>(key, ""); }

/// "~1 ~2" holds "1" and "2".
bool holds_guess(std::string_view guesses, std::string_view id) {
  const std::string wanted = "~" + std::string{id};
  for (size_t at = guesses.find(wanted); at != std::string_view::npos; at = guesses.find(wanted, at + 1)) {
    const size_t end = at + wanted.size();
    if (end == guesses.size() || guesses[end] == ' ') return true;
  }
  return false;
}

bool is_in(const wire::Network& network, std::string_view text) {
  const size_t slash = text.find('/');  // one that was reduced to its network
  if (slash != std::string_view::npos) text = text.substr(0, slash);
  auto address = wire::Address::parse(text);
  if (!address) address = wire::Address::parse_ip(text);
  return address && network.contains(*address);
}

/// Blocked networks: asked for by one of their addresses, or by a wider network.
bool overlaps(const wire::Network& network, std::string_view text) {
  const auto other = wire::Network::parse(text);
  if (!other) return false;
  const std::string base = network.text();
  const auto first = wire::Address::parse_ip(std::string_view{base}.substr(0, base.find('/')));
  return is_in(network, text) || (first && other->contains(*first));
}

/// What an operator did is in records of other kinds, too: a rename, a session's end.
bool is_operators(const Object& row) {
  const char* word = kind_word(Kind::kOperator);
  return text_of(row, "kind") == word || text_of(row, "by") == word || text_of(row, "reason") == word;
}

bool is_of(const Object& row, Kind kind) {
  return kind == Kind::kOperator ? is_operators(row) : text_of(row, "kind") == kind_word(kind);
}

bool fits(const Object& row, const Query& query) {
  if (query.kind && !is_of(row, *query.kind)) return false;
  if (!query.id.empty() && text_of(row, "id") != query.id && text_of(row, "old_id") != query.id &&
      !holds_guess(text_of(row, "a_id"), query.id)) {
    return false;
  }
  if (!query.network) return true;
  return is_in(*query.network, text_of(row, "a")) || is_in(*query.network, text_of(row, "b")) ||
         overlaps(*query.network, text_of(row, "network"));
}

/// The time is in front and has a fixed form: text compares as time does.
std::string_view time_in(std::string_view line) {
  constexpr std::string_view kFront = R"({"time":")";
  return line.substr(0, kFront.size()) == kFront ? line.substr(kFront.size(), 24) : std::string_view{};
}

Object::Ptr parse(std::string_view line) {
  try {
    return Poco::JSON::Parser{}.parse(std::string{line}).extract<Object::Ptr>();
  } catch (const Poco::Exception&) {  // torn by a kill
    return {};
  }
}

}  // namespace

std::optional<uint64_t> parse_span(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const auto count = number(text.substr(0, text.size() - 1));
  if (!count || *count > 1'000'000'000) return std::nullopt;
  switch (text.back()) {
    case 's':
      return *count * kSecond;
    case 'm':
      return *count * 60 * kSecond;
    case 'h':
      return *count * 3600 * kSecond;
    case 'd':
      return *count * 86'400 * kSecond;
    default:
      return std::nullopt;
  }
}

std::optional<Query> parse_query(const std::vector<std::string>& words, uint64_t wall_now, std::string* why) {
  Query query;
  for (size_t i = 0; i < words.size(); i += 2) {
    if (i + 1 < words.size() && take(query, words[i], words[i + 1], wall_now)) continue;
    *why = std::string{kUsage} + "; not understood: " + words[i] + (i + 1 < words.size() ? " " + words[i + 1] : "");
    return std::nullopt;
  }
  return query;
}

bool search(std::string_view text, const Query& query, std::chrono::steady_clock::time_point until, Found* found) {
  const std::string since = time_text(query.since);
  size_t looked_at = 0;
  while (!text.empty() && found->rows.size() < query.limit) {
    if (text.back() == '\n') text.remove_suffix(1);
    const size_t begin = text.rfind('\n') + 1;  // npos + 1 is 0
    const std::string_view line = text.substr(begin);
    text = text.substr(0, begin);
    if (++looked_at % 1024 == 0 && std::chrono::steady_clock::now() > until) {
      found->cut_short = true;
      return false;
    }
    if (line.empty() || time_in(line) < since) continue;
    if (!query.id.empty() && line.find(query.id) == std::string_view::npos) continue;
    const Object::Ptr row = parse(line);
    if (!row.isNull() && fits(*row, query)) found->rows.push_back(row);
  }
  return found->rows.size() < query.limit;
}

}  // namespace junctor::audit
