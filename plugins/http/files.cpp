// SPDX-License-Identifier: Apache-2.0
#include "files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

#include "junctor/http_text.hpp"

namespace junctor::http {
namespace {

constexpr size_t kPiece = 256 * 1024;

std::string joined(const std::string& root, const std::string& path) { return path.empty() ? root : root + "/" + path; }

/// No way out by its name, nothing hidden, nothing that a file system could read differently.
bool is_safe(std::string_view path) {
  if (path.find('\0') != std::string_view::npos || path.find('\\') != std::string_view::npos) return false;
  while (!path.empty()) {
    const std::string_view segment = path.substr(0, path.find('/'));
    if (!segment.empty() && segment.front() == '.') return false;
    path.remove_prefix(std::min(segment.size() + 1, path.size()));
    if (segment.empty()) return false;
  }
  return true;
}

/// Links may lead about inside the root, not out of it.
bool lies_within(const std::string& root, const std::string& file) {
  std::error_code failed;
  const std::string real = std::filesystem::canonical(file, failed).string();
  if (failed) return false;
  const std::string base = std::filesystem::canonical(root, failed).string();
  return !failed && real.size() > base.size() && real.compare(0, base.size(), base) == 0 && real[base.size()] == '/';
}

struct Found {
  std::shared_ptr<OpenFile> file;
  struct stat facts {};
};

std::optional<Found> open_regular(const Site& site, const std::string& path) {
  const std::string full = joined(site.root, path);
  if (!lies_within(site.root, full)) return std::nullopt;
  Found found{std::make_shared<OpenFile>(::open(full.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)), {}};
  if (found.file->fd() < 0 || ::fstat(found.file->fd(), &found.facts) != 0 || !S_ISREG(found.facts.st_mode)) {
    return std::nullopt;
  }
  return found;
}

bool is_directory(const std::string& path) {
  std::error_code failed;
  return std::filesystem::is_directory(path, failed);
}

std::string tag_of(const struct stat& facts, std::string_view coding) {
  std::array<char, 64> text{};
  char* at = text.data();
  char* end = at + text.size();
  *at++ = '"';
  at = std::to_chars(at, end, static_cast<uint64_t>(facts.st_size), 16).ptr;
  *at++ = '-';
  at = std::to_chars(
           at, end,
           static_cast<uint64_t>(facts.st_mtim.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(facts.st_mtim.tv_nsec),
           16)
           .ptr;
  std::string tag{text.data(), at};
  if (!coding.empty()) tag.append("-").append(coding);
  return tag + '"';
}

bool unchanged(const FileWish& wish, const std::string& tag, const struct stat& facts) {
  if (!wish.none_match.empty()) return names_tag(wish.none_match, tag);
  const auto since = parse_http_date(wish.modified_since);
  return since && static_cast<uint64_t>(facts.st_mtim.tv_sec) <= *since;
}

FileAnswer moved(const std::string& to) {
  FileAnswer answer{own_response(301, "/"), nullptr, 0, 0};
  answer.response.set("Location", to);
  return answer;
}

FileAnswer not_there() { return {own_response(404, "/"), nullptr, 0, 0}; }

/// The file in the best form that the client reads: what a build has compressed lies beside it.
struct Chosen {
  Found found;
  std::string_view coding;
};

std::optional<Chosen> choose(const Site& site, const FileWish& wish, const std::string& path) {
  if (wish.brotli) {
    if (auto found = open_regular(site, path + ".br")) return Chosen{std::move(*found), "br"};
  }
  if (wish.gzip) {
    if (auto found = open_regular(site, path + ".gz")) return Chosen{std::move(*found), "gzip"};
  }
  if (auto found = open_regular(site, path)) return Chosen{std::move(*found), ""};
  return std::nullopt;
}

FileAnswer answer_file(const Site& site, const FileWish& wish, const std::string& path, Chosen&& chosen) {
  const struct stat& facts = chosen.found.facts;
  const auto size = static_cast<uint64_t>(facts.st_size);
  const std::string tag = tag_of(facts, chosen.coding);
  FileAnswer answer;
  Response& response = answer.response;
  for (const auto& [name, value] : site.headers) response.set(name, value);
  const bool lasts = !site.immutable.empty() && path.compare(0, site.immutable.size(), site.immutable) == 0;
  if (!response.header("cache-control")) {
    response.set("Cache-Control", lasts ? "public, max-age=31536000, immutable" : "no-cache");
  }
  response.set("ETag", tag);
  response.set("Last-Modified", http_date(static_cast<uint64_t>(facts.st_mtim.tv_sec)));
  response.set("Vary", "Accept-Encoding");
  if (unchanged(wish, tag, facts)) {
    response.status = 304;
    return answer;
  }
  response.set("Content-Type", std::string{type_of(path)});
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Accept-Ranges", "bytes");
  if (!chosen.coding.empty()) response.set("Content-Encoding", std::string{chosen.coding});
  answer.length = size;
  const bool range_counts = !wish.range.empty() && (wish.if_range.empty() || wish.if_range == tag);
  const auto range = range_counts ? read_range(wish.range, size) : std::nullopt;
  if (range && range->second == 0) {
    FileAnswer none{own_response(416, "/"), nullptr, 0, 0};
    none.response.set("Content-Range", "bytes */" + std::to_string(size));
    return none;
  }
  if (range) {
    response.status = 206;
    answer.offset = range->first;
    answer.length = range->second;
    response.set("Content-Range", "bytes " + std::to_string(range->first) + "-" +
                                      std::to_string(range->first + range->second - 1) + "/" + std::to_string(size));
  }
  answer.file = std::move(chosen.found.file);
  return answer;
}

}  // namespace

OpenFile::~OpenFile() {
  if (fd_ >= 0) ::close(fd_);
}

std::string OpenFile::read(uint64_t offset, size_t most) const {
  std::string out(most, '\0');
  const ssize_t got = ::pread(fd_, out.data(), most, static_cast<off_t>(offset));
  out.resize(got > 0 ? static_cast<size_t>(got) : 0);
  return out;
}

Site site_of(const jct_http_directory& raw, const std::string& prefix) {
  Site site{prefix,
            std::string{view(raw.path)},
            std::string{view(raw.index)},
            std::string{view(raw.fallback)},
            std::string{view(raw.immutable)},
            {}};
  for (uint64_t i = 0; i < raw.header_count; ++i) {
    site.headers.emplace_back(view(raw.headers[i].name), view(raw.headers[i].value));
  }
  return site;
}

FileWish wish_of(const Site& site, const OpenExchange& exchange) {
  const Head& head = exchange.reading->head();
  const auto text = [&](std::string_view name) { return std::string{head.first(name).value_or("")}; };
  const std::string_view path = view(exchange.request.path);
  FileWish wish;
  wish.bare = path.size() == site.prefix.size();
  wish.path =
      wish.bare ? std::string{} : percent_decoded(path.substr(site.prefix.size() + 1)).value_or(std::string(1, '\0'));
  wish.brotli = accepts_coding(head, "br");
  wish.gzip = accepts_coding(head, "gzip");
  wish.none_match = text("if-none-match");
  wish.modified_since = text("if-modified-since");
  wish.range = text("range");
  wish.if_range = text("if-range");
  wish.full_prefix = std::string{view(exchange.request.prefix)} + site.prefix;
  return wish;
}

FileAnswer find_file(const Site& site, const FileWish& wish) {
  if (wish.bare && !site.prefix.empty()) return moved(wish.full_prefix + "/");
  std::string path = wish.path;
  const bool as_directory = path.empty() || path.back() == '/';
  if (!path.empty() && as_directory) path.pop_back();
  if (!is_safe(path)) return not_there();
  if (!as_directory && is_directory(joined(site.root, path)) && lies_within(site.root, joined(site.root, path))) {
    return moved(wish.full_prefix + "/" + path + "/");
  }
  if (as_directory) path = site.index.empty() ? std::string{} : (path.empty() ? "" : path + "/") + site.index;
  std::optional<Chosen> chosen;
  if (!path.empty()) chosen = choose(site, wish, path);
  if (!chosen && !site.fallback.empty()) {
    path = site.fallback;
    chosen = choose(site, wish, path);
  }
  return chosen ? answer_file(site, wish, path, std::move(*chosen)) : not_there();
}

std::string_view type_of(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 21> kTypes{{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json; charset=utf-8"},
      {".webmanifest", "application/manifest+json; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".jpeg", "image/jpeg"},
      {".gif", "image/gif"},
      {".webp", "image/webp"},
      {".avif", "image/avif"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".woff", "font/woff"},
      {".ttf", "font/ttf"},
      {".txt", "text/plain; charset=utf-8"},
      {".map", "application/json; charset=utf-8"},
      {".wasm", "application/wasm"},
      {".pdf", "application/pdf"},
  }};
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || name.find('/', dot) != std::string_view::npos) return "application/octet-stream";
  for (const auto& [end, type] : kTypes) {
    if (same_text(name.substr(dot), end)) return type;
  }
  return "application/octet-stream";
}

// ---- to exchanges ---------------------------------------------------------------------------------------------------

/// A file on its way out, a piece in memory at a time.
struct Files::Sending {
  const Files* files;
  jct_handle exchange;
  std::shared_ptr<OpenFile> file;
  uint64_t offset;
  uint64_t left;
  std::string piece;  // read, not yet taken
  bool reading = false;
};

void Files::serve(const ExchangePointer& exchange) const {
  const auto wish = std::make_shared<const FileWish>(wish_of(*exchange->route->files, *exchange));
  const auto answer = std::make_shared<FileAnswer>();
  const jct_status status = host_.offload(
      [site = exchange->route->files, wish, answer] {
        *answer = find_file(*site, *wish);
        if (answer->file && answer->length <= kPiece) {
          answer->response.body = answer->file->read(answer->offset, static_cast<size_t>(answer->length));
          if (answer->response.body.size() == answer->length) answer->file.reset();
        }
      },
      [this, exchange, answer] { send(exchange, std::move(*answer)); });
  if (status != JCT_OK) exchanges_.respond(exchange->handle, own_response(503, "/"));
}

void Files::send(const ExchangePointer& exchange, FileAnswer&& answer) const {
  if (!answer.file) {
    exchanges_.respond(exchange->handle, std::move(answer.response));
    return;
  }
  auto sending = std::make_shared<Sending>(
      Sending{this, exchange->handle, std::move(answer.file), answer.offset, answer.length, {}});
  answer.response.body.clear();
  answer.response.set("Content-Length", std::to_string(answer.length));
  const jct_http_stream events{
      sizeof(jct_http_stream), 0, new std::shared_ptr<Sending>{sending},
      [](void* self, jct_handle) {
        const auto& more = *static_cast<std::shared_ptr<Sending>*>(self);
        more->files->send_more(more);
      },
      [](void* self, jct_handle, jct_status) { delete static_cast<std::shared_ptr<Sending>*>(self); }};
  if (exchanges_.stream_begin(exchange->handle, std::move(answer.response), events) != JCT_OK) {
    delete static_cast<std::shared_ptr<Sending>*>(events.self);
    return;
  }
  send_more(sending);
}

void Files::send_more(const std::shared_ptr<Sending>& sending) const {
  if (sending->reading) return;
  if (!sending->piece.empty()) {
    const jct_status status = exchanges_.stream_send(sending->exchange, sending->piece);
    if (status == JCT_E_AGAIN) return;
    if (status != JCT_OK) return exchanges_.release(sending->exchange);
    sending->piece.clear();
  }
  if (sending->left == 0) {
    exchanges_.stream_end(sending->exchange);
    return;
  }
  sending->reading = true;
  const jct_status status = host_.offload(
      [sending] {
        const auto most = static_cast<size_t>(std::min<uint64_t>(sending->left, kPiece));
        sending->piece = sending->file->read(sending->offset, most);
        sending->offset += sending->piece.size();
        sending->left -= sending->piece.size();
      },
      [this, sending] {
        sending->reading = false;
        if (sending->piece.empty()) return exchanges_.release(sending->exchange);  // it has become shorter
        send_more(sending);
      });
  if (status != JCT_OK) exchanges_.release(sending->exchange);
}

}  // namespace junctor::http
