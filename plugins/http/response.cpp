// SPDX-License-Identifier: Apache-2.0
#include "response.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "junctor/http_text.hpp"

namespace junctor::http {
namespace {

constexpr int kLevel = 1;  // the loop waits for it; JSON shrinks to a sixth all the same

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > 0x20 && c < 0x7F && std::string_view{"\"(),/:;<=>?@[\\]{}"}.find(c) == std::string_view::npos;
  });
}

bool is_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return (static_cast<uint8_t>(c) < 0x20 && c != '\t') || c == 0x7F; });
}

bool frames(std::string_view name) {
  constexpr std::array<std::string_view, 4> kOurs{"content-length", "transfer-encoding", "connection", "date"};
  return std::any_of(kOurs.begin(), kOurs.end(), [&](std::string_view one) { return same_text(one, name); });
}

std::string_view strong(std::string_view tag) { return tag.substr(0, 2) == "W/" ? tag.substr(2) : tag; }

}  // namespace

std::optional<std::string_view> Response::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (same_text(key, name)) return value;
  }
  return std::nullopt;
}

bool copy_response(const jct_http_response& from, bool upgrades, Response* out) {
  const bool fits = upgrades ? from.status == 101 : from.status >= 200 && from.status <= 599;
  if (!fits) return false;
  out->status = from.status;
  out->headers.reserve(from.header_count);
  for (uint64_t i = 0; i < from.header_count; ++i) {
    const std::string_view name = view(from.headers[i].name), value = view(from.headers[i].value);
    if (!is_token(name) || !is_value(value)) return false;
    if (!frames(name) || (upgrades && same_text(name, "connection"))) {
      out->set(std::string{name}, std::string{value});
    }
  }
  out->body = view(from.body);
  return true;
}

std::string_view phrase(uint32_t status) {
  constexpr std::array<std::pair<uint32_t, std::string_view>, 38> kPhrases{{{101, "Switching Protocols"},
                                                                            {200, "OK"},
                                                                            {201, "Created"},
                                                                            {202, "Accepted"},
                                                                            {204, "No Content"},
                                                                            {206, "Partial Content"},
                                                                            {301, "Moved Permanently"},
                                                                            {302, "Found"},
                                                                            {303, "See Other"},
                                                                            {304, "Not Modified"},
                                                                            {307, "Temporary Redirect"},
                                                                            {308, "Permanent Redirect"},
                                                                            {400, "Bad Request"},
                                                                            {401, "Unauthorized"},
                                                                            {403, "Forbidden"},
                                                                            {404, "Not Found"},
                                                                            {405, "Method Not Allowed"},
                                                                            {406, "Not Acceptable"},
                                                                            {408, "Request Timeout"},
                                                                            {409, "Conflict"},
                                                                            {410, "Gone"},
                                                                            {411, "Length Required"},
                                                                            {412, "Precondition Failed"},
                                                                            {413, "Content Too Large"},
                                                                            {414, "URI Too Long"},
                                                                            {415, "Unsupported Media Type"},
                                                                            {416, "Range Not Satisfiable"},
                                                                            {417, "Expectation Failed"},
                                                                            {421, "Misdirected Request"},
                                                                            {422, "Unprocessable Content"},
                                                                            {426, "Upgrade Required"},
                                                                            {429, "Too Many Requests"},
                                                                            {431, "Request Header Fields Too Large"},
                                                                            {500, "Internal Server Error"},
                                                                            {501, "Not Implemented"},
                                                                            {503, "Service Unavailable"},
                                                                            {504, "Gateway Timeout"},
                                                                            {505, "HTTP Version Not Supported"}}};
  const auto found =
      std::find_if(kPhrases.begin(), kPhrases.end(), [&](const auto& one) { return one.first == status; });
  return found == kPhrases.end() ? std::string_view{"Status"} : found->second;
}

Response own_response(uint32_t status, std::string_view path, std::string_view text) {
  const std::string_view said = text.empty() ? (status == 404 ? "Not found" : phrase(status)) : text;
  Response response{status, {}, {}};
  if (path.substr(0, 5) == "/api/") {
    response.set("Content-Type", "application/json; charset=utf-8");
    response.body = "{\"error\":" + json_string(said) + "}";
  } else {
    response.set("Content-Type", "text/plain; charset=utf-8");
    response.body = std::string{said} + "\n";
  }
  return response;
}

bool bodiless(uint32_t status) { return status < 200 || status == 204 || status == 304; }

std::string write_head(const Response& response, const Wire& wire) {
  std::string out;
  out.reserve(256);
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ").append(phrase(response.status));
  out.append("\r\n");
  for (const auto& [name, value] : response.headers) out.append(name).append(": ").append(value).append("\r\n");
  out.append("Date: ").append(wire.date).append("\r\n");
  if (!wire.transport.empty()) out.append("Strict-Transport-Security: ").append(wire.transport).append("\r\n");
  if (wire.framing == Framing::kLength) {
    out.append("Content-Length: ").append(std::to_string(wire.length)).append("\r\n");
  } else if (wire.framing == Framing::kChunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
  if (!wire.keep_alive) {
    out.append("Connection: close\r\n");
  } else if (!wire.is_11) {
    out.append("Connection: keep-alive\r\n");
  }
  return out.append("\r\n");
}

// ---- dates ----

std::string http_date(uint64_t unix_seconds) {
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto when = static_cast<std::time_t>(unix_seconds);
  std::tm parts{};
  ::gmtime_r(&when, &parts);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                kDays[static_cast<size_t>(parts.tm_wday)], parts.tm_mday, kMonths[static_cast<size_t>(parts.tm_mon)],
                parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
  return text.data();
}

std::optional<uint64_t> parse_http_date(std::string_view text) {
  const std::string copy{text};
  std::tm parts{};
  const char* end = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  const std::time_t when = ::timegm(&parts);
  return when < 0 ? std::nullopt : std::optional{static_cast<uint64_t>(when)};
}

// ---- conditions ----

bool names_tag(std::string_view list, std::string_view tag) {
  if (trimmed(list) == "*") return true;
  while (!list.empty()) {
    if (strong(next_item(list)) == strong(tag)) return true;
  }
  return false;
}

void apply_conditions(const Head& head, Response* response) {
  if (response->status != 200 || (head.method & (JCT_HTTP_GET | JCT_HTTP_HEAD)) == 0) return;
  const auto tag = response->header("etag");
  const auto wanted = head.first("if-none-match");
  if (!tag || !wanted || !names_tag(*wanted, *tag)) return;
  response->status = 304;
  response->body.clear();
  auto& headers = response->headers;
  headers.erase(std::remove_if(headers.begin(), headers.end(),
                               [](const auto& one) {
                                 return same_text(one.first, "content-type") ||
                                        same_text(one.first, "content-encoding");
                               }),
                headers.end());
}

std::optional<std::pair<uint64_t, uint64_t>> read_range(std::string_view text, uint64_t size) {
  if (text.substr(0, 6) != "bytes=" || text.find(',') != std::string_view::npos) return std::nullopt;
  text = trimmed(text.substr(6));
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto number = [](std::string_view digits) -> std::optional<uint64_t> {
    uint64_t value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size()) return std::nullopt;
    return value;
  };
  const std::string_view from = text.substr(0, dash), to = text.substr(dash + 1);
  if (from.empty()) {
    const auto last = number(to);
    if (!last) return std::nullopt;
    const uint64_t length = std::min(*last, size);
    return std::pair{size - length, length};
  }
  const auto first = number(from);
  const auto last = to.empty() ? std::optional{size == 0 ? 0 : size - 1} : number(to);
  if (!first || !last || (!to.empty() && *last < *first)) return std::nullopt;
  if (*first >= size) return std::pair<uint64_t, uint64_t>{0, 0};
  return std::pair{*first, std::min(*last, size - 1) - *first + 1};
}

// ---- codings ----

bool accepts_coding(const Head& head, std::string_view coding) {
  std::optional<bool> star;
  for (const jct_http_field& field : head.fields) {
    if (view(field.name) != "accept-encoding") continue;
    std::string_view list = view(field.value);
    while (!list.empty()) {
      const std::string_view item = next_item(list);
      const size_t semicolon = item.find(';');
      const std::string_view name = trimmed(item.substr(0, semicolon));
      bool wanted = true;
      if (semicolon != std::string_view::npos) {
        const std::string weight{trimmed(item.substr(semicolon + 1))};
        wanted = weight.substr(0, 2) != "q=" || std::strtod(weight.c_str() + 2, nullptr) > 0;
      }
      if (same_text(name, coding)) return wanted;
      if (name == "*") star = wanted;
    }
  }
  return star.value_or(false);
}

bool is_text_type(std::string_view type) {
  type = trimmed(type.substr(0, type.find(';')));
  constexpr std::array<std::string_view, 6> kTypes{"application/json", "application/javascript",
                                                   "image/svg+xml",    "application/openmetrics-text",
                                                   "application/xml",  "application/problem+json"};
  return same_text(type.substr(0, 5), "text/") ||
         std::any_of(kTypes.begin(), kTypes.end(), [&](std::string_view one) { return same_text(one, type); });
}

std::optional<std::string> gzipped(std::string_view plain) {
  constexpr int kGzipWindow = 15 + 16;
  z_stream stream{};
  if (::deflateInit2(&stream, kLevel, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) return std::nullopt;
  std::string out(plain.size(), '\0');  // what is not smaller is not wanted
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int end = ::deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  ::deflateEnd(&stream);
  return end == Z_STREAM_END ? std::optional{std::move(out)} : std::nullopt;
}

}  // namespace junctor::http
