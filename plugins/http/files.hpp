// SPDX-License-Identifier: Apache-2.0
// Directories of files: which file a path means, and the answer that it gives. Reading blocks: [pool]; the rest is
// values.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exchanges.hpp"
#include "junctor/host.hpp"
#include "response.hpp"

namespace junctor::http {

/// A directory as its owner has registered it.
struct Site {
  std::string prefix;  ///< "" or "/console"
  std::string root;
  std::string index;
  std::string fallback;
  std::string immutable;
  std::vector<std::pair<std::string, std::string>> headers;
};
Site site_of(const jct_http_directory& raw, const std::string& prefix);

/// What of a request decides on the file and its form.
struct FileWish {
  std::string path;   ///< decoded, below the prefix, without the slash in front
  bool bare = false;  ///< the prefix alone, without a slash behind it
  bool brotli = false;
  bool gzip = false;
  std::string none_match;
  std::string modified_since;
  std::string range;
  std::string if_range;
  std::string full_prefix;  ///< as clients see it, for a redirect
};
FileWish wish_of(const Site& site, const OpenExchange& exchange);

/// Bytes of an open file that are to be sent.
class OpenFile {
 public:
  explicit OpenFile(int fd) : fd_{fd} {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile();
  /// [pool] At most `most` bytes from `offset`; fewer at its end, nothing where it cannot be read.
  std::string read(uint64_t offset, size_t most) const;
  int fd() const { return fd_; }

 private:
  int fd_;
};

struct FileAnswer {
  Response response;               ///< its body is empty where `file` is there
  std::shared_ptr<OpenFile> file;  ///< null: the response is whole
  uint64_t offset = 0;
  uint64_t length = 0;
};

/// [pool] 200, 206, 301, 304, 404, 416.
FileAnswer find_file(const Site& site, const FileWish& wish);

std::string_view type_of(std::string_view name);

/// Serves files to exchanges. [loop]
class Files {
 public:
  Files(const Host& host, Exchanges& exchanges) : host_{host}, exchanges_{exchanges} {}
  void serve(const ExchangePointer& exchange) const;

 private:
  struct Sending;
  void send(const ExchangePointer& exchange, FileAnswer&& answer) const;
  void send_more(const std::shared_ptr<Sending>& sending) const;

  const Host& host_;
  Exchanges& exchanges_;
};

}  // namespace junctor::http
