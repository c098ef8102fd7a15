// SPDX-License-Identifier: Apache-2.0
// Published ways to have two readers see two requests where one reader sees one, for tests. Values.
#pragma once

#include <string>
#include <vector>

#include "head.hpp"

namespace junctor::http {

struct Smuggled {
  std::string what;
  std::string bytes;
  Fault fault;  ///< that it is refused with
};

inline std::string request_with(const std::string& fields) { return "GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n"; }
inline std::string chunked(const std::string& body) {
  return "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + body;
}

inline std::vector<Smuggled> smuggled() {
  const std::string nul(1, '\0');
  return {
      {"two lengths", request_with("Content-Length: 1\r\nContent-Length: 2\r\n"), Fault::kSyntax},
      {"two equal lengths", request_with("Content-Length: 1\r\nContent-Length: 1\r\n"), Fault::kSyntax},
      {"a list of lengths", request_with("Content-Length: 1, 1\r\n"), Fault::kSyntax},
      {"a negative length", request_with("Content-Length: -1\r\n"), Fault::kSyntax},
      {"a signed length", request_with("Content-Length: +1\r\n"), Fault::kSyntax},
      {"a hexadecimal length", request_with("Content-Length: 0x1\r\n"), Fault::kSyntax},
      {"a length with a space", request_with("Content-Length: 1 1\r\n"), Fault::kSyntax},
      {"an empty length", request_with("Content-Length:\r\n"), Fault::kSyntax},
      {"a length beyond 64 bits", request_with("Content-Length: 18446744073709551617\r\n"), Fault::kSyntax},
      {"length and coding", request_with("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), Fault::kSyntax},
      {"coding and length", request_with("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n"), Fault::kSyntax},
      {"two codings", request_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), Fault::kSyntax},
      {"another coding", request_with("Transfer-Encoding: gzip\r\n"), Fault::kCoding},
      {"a list of codings", request_with("Transfer-Encoding: gzip, chunked\r\n"), Fault::kCoding},
      {"identity", request_with("Transfer-Encoding: identity\r\n"), Fault::kCoding},
      {"xchunked", request_with("Transfer-Encoding: xchunked\r\n"), Fault::kCoding},
      {"chunked with a tab inside", request_with("Transfer-Encoding: chun\tked\r\n"), Fault::kCoding},
      {"chunked and then another", request_with("Transfer-Encoding: chunked, identity\r\n"), Fault::kCoding},
      {"chunked in quotes", request_with("Transfer-Encoding: \"chunked\"\r\n"), Fault::kCoding},
      {"chunked with a parameter", request_with("Transfer-Encoding: chunked;q=1\r\n"), Fault::kCoding},
      {"chunked twice in one", request_with("Transfer-Encoding: chunked, chunked\r\n"), Fault::kCoding},
      {"no coding", request_with("Transfer-Encoding:\r\n"), Fault::kCoding},
      {"a coding behind a bare LF", request_with("X: y\nTransfer-Encoding: chunked\r\n"), Fault::kSyntax},
      {"a coding behind a bare CR", request_with("X: y\rTransfer-Encoding: chunked\r\n"), Fault::kSyntax},
      {"a coding on the next line", request_with("Transfer-Encoding:\r\n chunked\r\n"), Fault::kSyntax},
      {"a coding whose name ends with LF", request_with("Transfer-Encoding\n: chunked\r\n"), Fault::kSyntax},
      {"a coding behind a space", request_with(" Transfer-Encoding: chunked\r\n"), Fault::kSyntax},
      {"a length in parts", request_with("Content-Length: 1_0\r\n"), Fault::kSyntax},
      {"a length with a fraction", request_with("Content-Length: 1.0\r\n"), Fault::kSyntax},
      {"a length with what follows", request_with("Content-Length: 1;\r\n"), Fault::kSyntax},
      {"no version", "GET /\r\n\r\n", Fault::kSyntax},
      {"chunked in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", Fault::kSyntax},
      {"a space before the colon", request_with("Transfer-Encoding : chunked\r\n"), Fault::kSyntax},
      {"a tab before the colon", request_with("Content-Length\t: 1\r\n"), Fault::kSyntax},
      {"obs-fold", request_with("X: a\r\n b\r\n"), Fault::kSyntax},
      {"obs-fold with a tab", request_with("X: a\r\n\tTransfer-Encoding: chunked\r\n"), Fault::kSyntax},
      {"a fold in the first line", "GET / HTTP/1.1\r\n X: y\r\nHost: h\r\n\r\n", Fault::kSyntax},
      {"a bare LF", "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n", Fault::kSyntax},
      {"a bare LF behind the request line", "GET / HTTP/1.1\nHost: h\r\n\r\n", Fault::kSyntax},
      {"a bare CR", request_with("X: a\rb\r\n"), Fault::kSyntax},
      {"CR CR LF", request_with("X: a\r\r\n"), Fault::kSyntax},
      {"NUL in a value", request_with("X: a" + nul + "b\r\n"), Fault::kSyntax},
      {"NUL in a name", request_with("X" + nul + ": a\r\n"), Fault::kSyntax},
      {"NUL in the target", "GET /a" + nul + " HTTP/1.1\r\nHost: h\r\n\r\n", Fault::kSyntax},
      {"a vertical tab around a value",
       request_with("Transfer-Encoding: \x0b"
                    "chunked\r\n"),
       Fault::kSyntax},
      {"no name", request_with(": x\r\n"), Fault::kSyntax},
      {"no colon", request_with("Content-Length 1\r\n"), Fault::kSyntax},
      {"a name with a bracket", request_with("X(y): 1\r\n"), Fault::kSyntax},
      {"a name beyond ASCII", request_with("X\xC3\xA4: 1\r\n"), Fault::kSyntax},
      {"two spaces", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", Fault::kSyntax},
      {"a tab for a space", "GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n", Fault::kSyntax},
      {"a space behind the version", "GET / HTTP/1.1 \r\nHost: h\r\n\r\n", Fault::kSyntax},
      {"two hosts", request_with("Host: i\r\n"), Fault::kHost},
      {"a host with a path", "GET / HTTP/1.1\r\nHost: h/x\r\n\r\n", Fault::kHost},
      {"a host with a user", "GET / HTTP/1.1\r\nHost: a@h\r\n\r\n", Fault::kHost},
      {"a chunk extension", chunked("1;a=b\r\nx\r\n0\r\n\r\n"), Fault::kSyntax},
      {"an extension of the last chunk", chunked("0;a\r\n\r\n"), Fault::kSyntax},
      {"a quoted extension", chunked("1;a=\"\r\n\"\r\nx\r\n0\r\n\r\n"), Fault::kSyntax},
      {"a bare LF behind a chunk size", chunked("1\nx\r\n0\r\n\r\n"), Fault::kSyntax},
      {"a space behind a chunk size", chunked("1 \r\nx\r\n0\r\n\r\n"), Fault::kSyntax},
      {"a space before a chunk size", chunked(" 1\r\nx\r\n0\r\n\r\n"), Fault::kSyntax},
      {"a signed chunk size", chunked("+1\r\nx\r\n0\r\n\r\n"), Fault::kSyntax},
      {"a negative chunk size", chunked("-1\r\nx\r\n0\r\n\r\n"), Fault::kSyntax},
      {"a chunk size in parts", chunked("1_0\r\nx\r\n0\r\n\r\n"), Fault::kSyntax},
      {"an extension with a bare LF", chunked("1;\nx\r\n0\r\n\r\n"), Fault::kSyntax},
      {"an extension with a bare CR", chunked("1;\rx\r\nx\r\n0\r\n\r\n"), Fault::kSyntax},
      {"a bare CR behind a chunk size", chunked("1\rx\r\n0\r\n\r\n"), Fault::kSyntax},
      {"0x in a chunk size", chunked("0x1\r\nx\r\n0\r\n\r\n"), Fault::kSyntax},
      {"no chunk size", chunked("\r\nx\r\n0\r\n\r\n"), Fault::kSyntax},
      {"a chunk size beyond 64 bits", chunked("10000000000000001\r\nx\r\n0\r\n\r\n"), Fault::kSyntax},
      {"a chunk longer than said", chunked("1\r\nxy\r\n0\r\n\r\n"), Fault::kSyntax},
      {"a chunk that ends with LF", chunked("1\r\nx\n0\r\n\r\n"), Fault::kSyntax},
      {"a trailer with a space in its name", chunked("0\r\nX : y\r\n\r\n"), Fault::kSyntax},
      {"a trailer that is folded", chunked("0\r\nX: y\r\n z\r\n\r\n"), Fault::kSyntax},
      {"a trailer with NUL", chunked("0\r\nX: y" + nul + "\r\n\r\n"), Fault::kSyntax},
      {"a trailer with a bare LF", chunked("0\r\nX: y\nZ: a\r\n\r\n"), Fault::kSyntax},
  };
}

}  // namespace junctor::http
