// SPDX-License-Identifier: Apache-2.0
// An answer as its handler gave it, and its form on the wire. Values; no thread of their own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "head.hpp"
#include "junctor/result.hpp"
#include "junctor/service/http.h"

namespace junctor::http {

struct Response {
  uint32_t status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  /// Without regard to case; the first of several.
  std::optional<std::string_view> header(std::string_view name) const;
  void set(std::string name, std::string value) { headers.emplace_back(std::move(name), std::move(value)); }
};

/// False where its status or a header cannot be sent. What frames a message is the server's: such headers are left out,
/// but for `upgrades`.
bool copy_response(const jct_http_response& from, bool upgrades, Response* out);

/// Text of the server's own: JSON below /api/, else plain.
Response own_response(uint32_t status, std::string_view path, std::string_view text = {});
std::string_view phrase(uint32_t status);

/// How the body's end is seen.
enum class Framing { kLength, kChunked, kNone };

struct Wire {
  bool keep_alive = true;
  bool is_11 = true;
  Framing framing = Framing::kLength;
  uint64_t length = 0;         ///< kLength
  std::string_view date;       ///< as Date has it
  std::string_view transport;  ///< Strict-Transport-Security; empty: none
};
/// The head, its empty line included.
std::string write_head(const Response& response, const Wire& wire);
/// A status whose answers have no body.
bool bodiless(uint32_t status);

/// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(uint64_t unix_seconds);
std::optional<uint64_t> parse_http_date(std::string_view text);

/// Does a list of entity tags (If-None-Match) name this one? Weakly: "W/" plays no part.
bool names_tag(std::string_view list, std::string_view tag);
/// Does an Accept-Encoding let this coding be sent?
bool accepts_coding(const Head& head, std::string_view coding);

/// "bytes=0-99", "bytes=100-", "bytes=-100" of `size` bytes: offset and length. Nothing where there are several or it
/// is no range; a length of 0 where none of it is there.
std::optional<std::pair<uint64_t, uint64_t>> read_range(std::string_view text, uint64_t size);

/// gzip; nothing where it does not get smaller.
std::optional<std::string> gzipped(std::string_view plain);
/// JSON and other text.
bool is_text_type(std::string_view type);

/// A 200 of a GET or HEAD that the client has already becomes 304.
void apply_conditions(const Head& head, Response* response);

}  // namespace junctor::http
