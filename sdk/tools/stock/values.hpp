// SPDX-License-Identifier: Apache-2.0
// Single values of the stock's language in ours. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace junctor::stock {

std::optional<int64_t> parse_whole(std::string_view text, int64_t least, int64_t most);
/// A positive number, "0.66".
std::optional<double> parse_positive(std::string_view text);
/// Mbit/s as the stock counts them (1024*1024 bits, protocol.md 6.7) as our rate: "134217728bit".
std::optional<std::string> rate_of(std::string_view mbit);

/// Parts between commas, without blanks and empty ones.
std::vector<std::string> split_list(std::string_view text);
/// An IPv6 address alone in brackets, so that a port may follow; all else as it is.
std::string host_text(const std::string& host);

/// RUST_LOG's own level, or the most talkative of its modules'; `*whole` is false where something was left out.
std::optional<std::string> log_level_of(std::string_view text, bool* whole);
/// The file of DB_URL: "./db.sqlite3" or "sqlite://db.sqlite3?mode=rwc"; nothing for another database.
std::optional<std::string> database_of(std::string_view url);

/// kText: the stock compares it as text; kPath: it names a file, which a stock server does not open; kBad: base64 of
/// something else.
enum class KeyKind { kNone, kFiles, kPublic, kSecret, kText, kPath, kBad };
/// What -k has (protocol.md 5). `public_text` gets the public key of kPublic and kSecret.
KeyKind key_kind(std::string_view text, std::string* public_text);

}  // namespace junctor::stock
