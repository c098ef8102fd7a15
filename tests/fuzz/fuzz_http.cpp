// SPDX-License-Identifier: Apache-2.0
// Any bytes as what a client sends: in any pieces they are the same requests, and each that we take is taken by the
// library's own one-shot parser, which finds the same end, method, target and body.
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "head.hpp"

namespace {

namespace beast = boost::beast::http;
using junctor::http::Fault;
using junctor::http::Reading;

constexpr size_t kMostFields = 32;

void must(bool holds) {
  if (!holds) std::abort();
}

/// What Beast makes of one whole request.
void compare(std::string_view bytes, const Reading& reading, const std::string& body) {
  beast::request_parser<beast::string_body> parser;
  parser.eager(true);
  parser.header_limit(1 << 20);
  parser.body_limit(1 << 20);
  boost::beast::error_code code;
  const size_t taken = parser.put(boost::asio::buffer(bytes.data(), bytes.size()), code);
  must(!code && taken == bytes.size() && parser.is_done());
  const auto method = parser.get().method_string();
  must(reading.head().method_name == std::string_view{method.data(), method.size()});
  must(parser.get().body() == body);
  const auto raw = parser.get().target();
  const std::string_view target{raw.data(), raw.size()};
  if (target.front() == '/') {  // a whole URL has the host in front
    const size_t mark = target.find('?');
    must(reading.head().path == target.substr(0, mark));
    must(reading.head().query == (mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1)));
  }
  must(reading.head().keep_alive == parser.keep_alive() || !reading.head().is_11);
}

/// All requests at the front of `stream`, given in pieces, as one text.
std::string read(std::string_view stream, size_t piece, bool compares) {
  std::string out;
  for (size_t begin = 0, end = 0; end < stream.size();) {
    size_t head = 0, scanned = 0;
    while (head == 0 && end < stream.size()) {
      end = std::min(std::max(end, begin) + piece, stream.size());
      head = junctor::http::head_size(stream.substr(begin, end - begin), scanned);
      scanned = end - begin;
    }
    if (head == 0) return out + "unfinished head";
    Reading reading;
    const Fault fault = reading.read_head(stream.substr(begin, head), kMostFields);
    if (fault != Fault::kNone) return out + "fault " + std::to_string(static_cast<int>(fault));
    std::string body;
    size_t at = begin + head;
    while (!reading.complete()) {
      size_t taken = 0;
      if (reading.read_body(stream.substr(at, end - at), &taken) != Fault::kNone) return out + "fault in a body";
      for (const std::string_view one : reading.pieces()) body += one;
      at += taken;
      if (reading.complete()) break;
      if (end == stream.size()) return out + "unfinished body " + body;
      end = std::min(end + piece, stream.size());
    }
    if (compares) compare(stream.substr(begin, at - begin), reading, body);
    out.append(reading.head().method_name).append(" ").append(reading.head().path).append("?");
    out.append(reading.head().query).append(" ").append(body).append("\n");
    begin = at;
    end = std::max(end, begin);
    if (end == stream.size() && begin < end) {  // what is left was given already
      end = begin;
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const std::string_view stream{reinterpret_cast<const char*>(data) + 1, size - 1};
  if (read(stream, 1 + data[0], false) != read(stream, stream.size() + 1, true)) std::abort();
  return 0;
}
