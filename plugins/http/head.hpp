// SPDX-License-Identifier: Apache-2.0
// A request of HTTP/1: its head and its body, read by Boost.Beast's parser behind a guard that refuses whatever two
// readers could take for two things. Values; no thread of their own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "junctor/service/http.h"

namespace junctor::http {

/// Why a request is not taken; each costs its connection.
enum class Fault {
  kNone,
  kSyntax,         // 400
  kHost,           // 400
  kTarget,         // 400
  kTooManyFields,  // 431
  kCoding,         // 501: a transfer coding other than chunked
  kVersion,        // 505
};

/// Views into the request that it belongs to.
struct Head {
  uint32_t method = 0;  ///< JCT_HTTP_*; 0: one that nobody serves
  std::string_view method_name;
  std::string_view path;  ///< "/a/b", or "*"
  std::string_view query;
  std::string_view host;
  bool is_11 = true;
  bool keep_alive = true;
  bool expects_continue = false;
  bool chunked = false;
  uint64_t length = 0;                 ///< told in advance
  std::vector<jct_http_field> fields;  ///< names in lower case

  bool has_body() const { return chunked || length > 0; }
  /// name in lower case; the first of several.
  std::optional<std::string_view> first(std::string_view name) const;
  /// Among all of that name, as lists: "keep-alive, Upgrade".
  bool has_token(std::string_view name, std::string_view token) const;
};

/// The size of the head at the front of `bytes`, its empty line included; 0: not all of it is here. `scanned`: bytes
/// that an earlier call has seen.
size_t head_size(std::string_view bytes, size_t scanned = 0);

class BeastRequest;

/// One request on its way in. Not moved: what it shows are views into it.
class Reading {
 public:
  Reading();
  ~Reading();
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  /// A whole head, as head_size has found it.
  Fault read_head(std::string_view bytes, size_t most_fields);
  const Head& head() const { return head_; }

  /// Bytes behind the head: what is the body's goes to `pieces()` until the next call. Says how many it took; those
  /// left are to be given again with more behind them.
  Fault read_body(std::string_view bytes, size_t* taken);
  const std::vector<std::string_view>& pieces() const;
  bool complete() const;
  /// Of the body: told by its length, or by the chunks that have begun.
  uint64_t body_size() const;
  /// The parser is needed no more; the head stays.
  void end_body();

 private:
  Fault understand(std::string_view version);
  Fault read_lengths();
  Fault read_target(std::string_view target);

  std::string bytes_;
  Head head_;
  std::unique_ptr<BeastRequest> parser_;
  bool unfinished_chunk_ = false;  // the end of its line, or of the body, has not come
};

bool same_text(std::string_view a, std::string_view b);  ///< ASCII, without regard to case
std::string_view trimmed(std::string_view text);         ///< of spaces and tabs
/// The front of `list` up to a comma, trimmed; `list` is left behind it.
std::string_view next_item(std::string_view& list);

}  // namespace junctor::http
