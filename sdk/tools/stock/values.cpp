// SPDX-License-Identifier: Apache-2.0
#include "tools/stock/values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "tools/stock/given.hpp"
#include "wire/address.hpp"
#include "wire/signing.hpp"

namespace junctor::stock {
namespace {

constexpr double kMegabit = 1024.0 * 1024.0;
constexpr double kMost = 1e9;  // of any number here: far above what a network does, far below what overflows

std::string lower(std::string_view text) {
  std::string result{text};
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

/// From the quietest to the most talkative; trace has no level of its own here, off is never quite off.
int rank_of(const std::string& level) {
  constexpr std::string_view kLevels[] = {"off", "error", "warn", "info", "debug", "trace"};
  const auto* found = std::find(std::begin(kLevels), std::end(kLevels), level);
  return found == std::end(kLevels) ? -1 : static_cast<int>(found - std::begin(kLevels));
}

constexpr size_t kShortestKey = 40;  // a public key has 43 characters and a '='

bool is_path(std::string_view text) {
  for (const std::string_view begin : {"/", "./", "../", "~/"}) {
    if (text.starts_with(begin)) return true;
  }
  return text.ends_with("id_ed25519") || text.ends_with(".pub");
}

}  // namespace

std::optional<int64_t> parse_whole(std::string_view text, int64_t least, int64_t most) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most) return std::nullopt;
  return value;
}

std::optional<double> parse_positive(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good = error == std::errc{} && end == text.data() + text.size() && value > 0 && value <= kMost;
  return good ? std::optional{value} : std::nullopt;
}

std::optional<std::string> rate_of(std::string_view mbit) {
  const auto value = parse_positive(mbit);
  if (!value) return std::nullopt;
  return std::to_string(std::max<int64_t>(1, std::llround(*value * kMegabit))) + "bit";
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find(','), text.size());
    const std::string_view part = trimmed(text.substr(0, end));
    if (!part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::string host_text(const std::string& host) {
  const auto address = wire::Address::parse_ip(host);
  return address && host.find(':') != std::string::npos ? "[" + host + "]" : host;
}

std::optional<std::string> log_level_of(std::string_view text, bool* whole) {
  *whole = true;
  int own = -1;
  int modules = -1;
  for (const std::string& part : split_list(text)) {
    const size_t equals = part.find('=');
    const int rank = rank_of(lower(equals == std::string::npos ? part : part.substr(equals + 1)));
    if (equals != std::string::npos || rank < 0) *whole = false;
    int& which = equals == std::string::npos ? own : modules;
    which = std::max(which, rank);
  }
  constexpr const char* kOurs[] = {"error", "error", "warning", "info", "debug", "debug"};
  const int rank = own >= 0 ? own : modules;
  if (rank < 0) return std::nullopt;
  return kOurs[rank];
}

std::optional<std::string> database_of(std::string_view url) {
  for (const std::string_view scheme : {"sqlite://", "sqlite:", "file:"}) {
    if (url.substr(0, scheme.size()) != scheme) continue;
    url.remove_prefix(scheme.size());
    url = url.substr(0, url.find('?'));
    break;
  }
  if (url.empty() || url.find("://") != std::string_view::npos || url == ":memory:") return std::nullopt;
  if (url.substr(0, 2) == "./") url.remove_prefix(2);
  return std::string{url};
}

KeyKind key_kind(std::string_view text, std::string* public_text) {
  if (text.empty()) return KeyKind::kNone;
  if (text == "-" || text == "_") return KeyKind::kFiles;
  if (const auto key = wire::parse_public_key(text)) {
    *public_text = wire::public_key_text(*key);
    return KeyKind::kPublic;
  }
  if (const auto keys = wire::SigningKeys::parse_secret(text)) {
    *public_text = keys->public_text();
    return KeyKind::kSecret;
  }
  if (is_path(text)) return KeyKind::kPath;
  constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
  const bool like_a_key = text.size() >= kShortestKey && text.find_first_not_of(kBase64) == std::string_view::npos;
  return like_a_key ? KeyKind::kBad : KeyKind::kText;
}

}  // namespace junctor::stock
