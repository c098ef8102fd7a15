// SPDX-License-Identifier: Apache-2.0
// The guard, the parser behind it, and what the fields mean for the message. No thread of its own.
#include "head.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "head_parser.hpp"

namespace junctor::http {
namespace {

constexpr std::string_view kEnd = "\r\n\r\n";
constexpr std::string_view kDigits = "0123456789";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool is_token_letter(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || kMarks.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), &is_token_letter);
}

/// No control character but a tab; bytes beyond ASCII are let through, as they may be somebody's Latin-1.
bool is_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return (static_cast<uint8_t>(c) < 0x20 && c != '\t') || c == 0x7F; });
}

bool is_visible(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

/// "METHOD SP target SP HTTP/1.x" and nothing else; leaves the version in `version`.
bool guard_request_line(std::string_view line, std::string_view* version) {
  const size_t first = line.find(' '), last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return false;
  *version = line.substr(last + 1);
  return is_token(line.substr(0, first)) && is_visible(line.substr(first + 1, last - first - 1));
}

/// "Name: value", the colon right behind the name, which becomes lower case in place. A line that begins with a space
/// (obs-fold) has no name.
bool guard_field(char* line, size_t size) {
  const std::string_view text{line, size};
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || !is_token(text.substr(0, colon))) return false;
  std::transform(line, line + colon, line, &lower);
  return is_value(text.substr(colon + 1));
}

/// Every line ends with CRLF, and no CR or LF stands anywhere else: both are control characters, which no part may
/// have.
Fault guard(std::string& bytes, size_t most_fields, std::string_view* version) {
  size_t fields = 0;
  for (size_t begin = 0; begin < bytes.size();) {
    const size_t end = bytes.find("\r\n", begin);
    if (end == std::string::npos) return Fault::kSyntax;
    if (begin == 0) {
      if (!guard_request_line(std::string_view{bytes}.substr(0, end), version)) return Fault::kSyntax;
    } else if (end == begin) {
      return end + 2 == bytes.size() ? Fault::kNone : Fault::kSyntax;
    } else {
      if (++fields > most_fields) return Fault::kTooManyFields;
      if (!guard_field(bytes.data() + begin, end - begin)) return Fault::kSyntax;
    }
    begin = end + 2;
  }
  return Fault::kSyntax;
}

uint32_t method_of(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, uint32_t>, 7> kMethods{{{"GET", JCT_HTTP_GET},
                                                                           {"POST", JCT_HTTP_POST},
                                                                           {"PUT", JCT_HTTP_PUT},
                                                                           {"DELETE", JCT_HTTP_DELETE},
                                                                           {"PATCH", JCT_HTTP_PATCH},
                                                                           {"OPTIONS", JCT_HTTP_OPTIONS},
                                                                           {"HEAD", JCT_HTTP_HEAD}}};
  for (const auto& [known, bit] : kMethods) {
    if (known == name) return bit;
  }
  return 0;
}

std::string_view view(jct_str text) { return {text.data, static_cast<size_t>(text.size)}; }

/// A name or an address, with a port or without: nothing that could end it in a URL.
bool is_host(std::string_view text) { return text.find_first_of("/?#@\\ \t,\"<>") == std::string_view::npos; }

/// The parser lets "." and ".." through, also where their dots are written %2e; a handler that maps paths to files, and
/// a proxy's rules, would see different things.
bool has_dot_segment(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    size_t dots = 0, at = 0;
    while (at < segment.size()) {
      const bool encoded = segment.size() - at >= 3 && same_text(segment.substr(at, 3), "%2e");
      if (!encoded && segment[at] != '.') break;
      at += encoded ? 3 : 1;
      ++dots;
    }
    if (at == segment.size() && (dots == 1 || dots == 2)) return true;
    path.remove_prefix(segment.size());
  }
  return false;
}

/// Beast asserts that it is not asked again about the last chunk with less than the five bytes that end a body.
bool ends_unfinished(std::string_view bytes) {
  return bytes.size() < std::string_view{"0\r\n\r\n"}.size() && bytes.starts_with("0\r\n");
}

}  // namespace

bool same_text(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::string_view next_item(std::string_view& list) {
  const size_t comma = list.find(',');
  const std::string_view item = list.substr(0, comma);
  list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  return trimmed(item);
}

std::optional<std::string_view> Head::first(std::string_view name) const {
  for (const jct_http_field& field : fields) {
    if (view(field.name) == name) return view(field.value);
  }
  return std::nullopt;
}

bool Head::has_token(std::string_view name, std::string_view token) const {
  for (const jct_http_field& field : fields) {
    if (view(field.name) != name) continue;
    std::string_view list = view(field.value);
    while (!list.empty()) {
      if (same_text(next_item(list), token)) return true;
    }
  }
  return false;
}

size_t head_size(std::string_view bytes, size_t scanned) {
  const size_t end = bytes.find(kEnd, scanned < kEnd.size() ? 0 : scanned - kEnd.size() + 1);
  return end == std::string_view::npos ? 0 : end + kEnd.size();
}

Reading::Reading() = default;
Reading::~Reading() = default;

Fault Reading::read_head(std::string_view bytes, size_t most_fields) {
  bytes_.assign(bytes);
  std::string_view version;
  if (const Fault fault = guard(bytes_, most_fields, &version); fault != Fault::kNone) return fault;
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return version.substr(0, 5) == "HTTP/" ? Fault::kVersion : Fault::kSyntax;
  }
  parser_ = std::make_unique<BeastRequest>();
  BeastRequest::Code code;
  const size_t taken = parser_->feed(bytes_, code);
  if (code || taken != bytes_.size() || !parser_->is_header_done()) return Fault::kSyntax;
  head_.method_name = parser_->method_name();
  head_.method = method_of(head_.method_name);
  head_.fields = std::move(parser_->fields());
  const Fault fault = understand(version);
  if (!head_.has_body()) {
    end_body();
  } else {
    parser_->begin_body();
  }
  return fault;
}

Fault Reading::understand(std::string_view version) {
  head_.is_11 = version == "HTTP/1.1";
  const bool closes = head_.has_token("connection", "close");
  head_.keep_alive = !closes && (head_.is_11 || head_.has_token("connection", "keep-alive"));
  head_.expects_continue = head_.is_11 && same_text(head_.first("expect").value_or(""), "100-continue");
  size_t hosts = 0;
  for (const jct_http_field& field : head_.fields) {
    if (view(field.name) != "host") continue;
    head_.host = view(field.value);
    ++hosts;
  }
  if (hosts > 1 || (head_.is_11 && hosts == 0) || !is_host(head_.host)) return Fault::kHost;
  if (const Fault fault = read_target(parser_->target()); fault != Fault::kNone) return fault;
  return read_lengths();
}

Fault Reading::read_target(std::string_view target) {
  bool whole = false;
  for (const std::string_view scheme : {"http://", "https://"}) {  // as a client of a proxy writes it
    if (target.size() < scheme.size() || !same_text(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    const size_t end = std::min(target.find_first_of("/?"), target.size());
    head_.host = target.substr(0, end);
    target.remove_prefix(end);
    whole = true;
    if (head_.host.empty() || !is_host(head_.host)) return Fault::kTarget;
    break;
  }
  const size_t mark = target.find('?');
  head_.path = target.substr(0, mark);
  if (whole && head_.path.empty()) head_.path = "/";
  if (mark != std::string_view::npos) head_.query = target.substr(mark + 1);
  if (head_.path == "*")
    return head_.method == JCT_HTTP_OPTIONS && mark == std::string_view::npos ? Fault::kNone : Fault::kTarget;
  const bool good = !head_.path.empty() && head_.path.front() == '/' && target.find('#') == std::string_view::npos &&
                    head_.path.find('\\') == std::string_view::npos && !has_dot_segment(head_.path);
  return good ? Fault::kNone : Fault::kTarget;
}

/// One length at most, in digits alone, and none beside a coding: whoever else reads this request must see the same
/// end.
Fault Reading::read_lengths() {
  size_t lengths = 0, codings = 0;
  for (const jct_http_field& field : head_.fields) {
    const std::string_view name = view(field.name), value = view(field.value);
    if (name == "content-length") {
      ++lengths;
      const bool digits = !value.empty() && value.find_first_not_of(kDigits) == std::string_view::npos;
      const auto read = std::from_chars(value.data(), value.data() + value.size(), head_.length);
      if (!digits || read.ec != std::errc{}) return Fault::kSyntax;
    } else if (name == "transfer-encoding") {
      ++codings;
      head_.chunked = same_text(value, "chunked");
      if (!head_.chunked) return Fault::kCoding;
    }
  }
  if (lengths + codings > 1 || (codings > 0 && !head_.is_11)) return Fault::kSyntax;
  return Fault::kNone;
}

Fault Reading::read_body(std::string_view bytes, size_t* taken) {
  *taken = 0;
  parser_->pieces().clear();
  if (unfinished_chunk_ && ends_unfinished(bytes)) return Fault::kNone;
  BeastRequest::Code code;
  while (*taken < bytes.size() && !parser_->is_done()) {
    const size_t more = parser_->feed(bytes.substr(*taken), code);
    *taken += more;
    unfinished_chunk_ = code == boost::beast::http::error::need_more;
    if (unfinished_chunk_) return Fault::kNone;
    if (code) return Fault::kSyntax;
  }
  return Fault::kNone;
}

const std::vector<std::string_view>& Reading::pieces() const { return parser_->pieces(); }
bool Reading::complete() const { return parser_ == nullptr || parser_->is_done(); }
uint64_t Reading::body_size() const { return parser_ == nullptr ? head_.length : parser_->body_size(); }
void Reading::end_body() { parser_.reset(); }

}  // namespace junctor::http
