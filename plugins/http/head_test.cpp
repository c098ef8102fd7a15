// SPDX-License-Identifier: Apache-2.0
// What is taken for a request, what is not, and that it does not depend on how the bytes were cut.
#include "head.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "test_smuggling.hpp"

namespace junctor::http {
namespace {

/// A whole request at once.
struct Read {
  Fault fault = Fault::kNone;
  bool complete = false;
  std::string body;
  size_t taken = 0;
};

Read read(std::string_view bytes, const std::vector<size_t>& cuts = {}) {
  Reading reading;
  Read out;
  const size_t head = head_size(bytes);
  if (head == 0) return out;
  out.fault = reading.read_head(bytes.substr(0, head), 20);
  if (out.fault != Fault::kNone) return out;
  out.taken = head;
  size_t end = head;
  size_t next = 0;
  while (!reading.complete() && out.fault == Fault::kNone) {
    if (end == bytes.size()) break;
    end = next < cuts.size() ? std::min(std::max(cuts[next++], end), bytes.size()) : bytes.size();
    size_t taken = 0;
    out.fault = reading.read_body(bytes.substr(out.taken, end - out.taken), &taken);
    for (const std::string_view piece : reading.pieces()) out.body += piece;
    out.taken += taken;
  }
  out.complete = out.fault == Fault::kNone && reading.complete();
  return out;
}

Fault fault_of(std::string_view bytes) {
  const Read got = read(bytes);
  CHECK_MESSAGE((got.fault != Fault::kNone || got.complete), std::string{bytes});
  return got.fault;
}

TEST_CASE("a plain request and its parts") {
  Reading reading;
  const std::string bytes =
      "POST /api/ab/peers?current=1&x HTTP/1.1\r\nHost: rd.example.org:21114\r\nContent-Length: 3\r\n"
      "Connection: keep-alive, Upgrade\r\nX-Mixed-Case: \t a b \t\r\n\r\n";
  REQUIRE(head_size(bytes) == bytes.size());
  REQUIRE(reading.read_head(bytes, 20) == Fault::kNone);
  const Head& head = reading.head();
  CHECK(head.method == JCT_HTTP_POST);
  CHECK(head.path == "/api/ab/peers");
  CHECK(head.query == "current=1&x");
  CHECK(head.host == "rd.example.org:21114");
  CHECK(head.length == 3);
  CHECK(head.keep_alive);
  CHECK(head.has_token("connection", "upgrade"));
  CHECK(head.first("x-mixed-case") == "a b");
  CHECK(!head.first("none"));
}

TEST_CASE("versions, and what they mean for the connection") {
  CHECK(fault_of("GET / HTTP/1.0\r\n\r\n") == Fault::kNone);
  CHECK(fault_of("GET / HTTP/1.1\r\n\r\n") == Fault::kHost);
  CHECK(fault_of("GET / HTTP/2.0\r\nHost: h\r\n\r\n") == Fault::kVersion);
  CHECK(fault_of("GET / HTTP/1.2\r\nHost: h\r\n\r\n") == Fault::kVersion);
  CHECK(fault_of("GET / http/1.1\r\nHost: h\r\n\r\n") == Fault::kSyntax);
  CHECK(fault_of("GET /\r\nHost: h\r\n\r\n") == Fault::kSyntax);
  CHECK(fault_of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == Fault::kVersion);
  const auto stays = [](const std::string& bytes) {
    Reading reading;
    REQUIRE(reading.read_head(bytes, 20) == Fault::kNone);
    return reading.head().keep_alive;
  };
  CHECK(stays(request_with("")));
  CHECK(!stays(request_with("Connection: x, Close\r\n")));
  CHECK(!stays("GET / HTTP/1.0\r\n\r\n"));
  CHECK(stays("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
}

TEST_CASE("targets: from the root, or whole; no dot segments in any writing") {
  const auto fault = [](const std::string& target) {
    return fault_of("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n");
  };
  for (const char* good :
       {"/", "/a/b?c=/../d", "/a.b/..c/...", "/%20", "http://x/y", "https://x:1?z", "//a", "/a%2Fb"}) {
    CHECK_MESSAGE(fault(good) == Fault::kNone, std::string{good});
  }
  for (const char* bad : {"a", "*", "/..", "/a/../b", "/%2e%2E/x", "/.%2e", "/a/.", "/a#b", "/a\\..\\b", "http:///x",
                          "http://a@b/", "ftp://a/b", "?x"}) {
    CHECK_MESSAGE(fault(bad) == Fault::kTarget, std::string{bad});
  }
  CHECK(fault("/a b") == Fault::kSyntax);
  CHECK(fault("/a\xC3\xA4") == Fault::kSyntax);
  CHECK(fault_of("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n") == Fault::kNone);
}

TEST_CASE("smuggling: whatever two readers could see differently is refused, in any pieces") {
  std::mt19937 random{11};
  for (const Smuggled& one : smuggled()) {
    CHECK_MESSAGE(read(one.bytes).fault == one.fault, one.what);
    for (int round = 0; round < 20; ++round) {
      std::vector<size_t> cuts;
      for (size_t at = head_size(one.bytes); at < one.bytes.size(); at += 1 + random() % 3) cuts.push_back(at);
      CHECK_MESSAGE(read(one.bytes, cuts).fault == one.fault, one.what);
    }
  }
}

TEST_CASE("bodies end where they say, and what follows is left") {
  CHECK(read("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET").body == "abc");
  const std::string two = chunked("3\r\nabc\r\n00A\r\n0123456789\r\n0\r\nX: y\r\n\r\n");
  const Read got = read(two + "GET /");
  CHECK(got.complete);
  CHECK(got.body == "abc0123456789");
  CHECK(got.taken == two.size());
  CHECK(!read(chunked("5\r\nabc")).complete);
}

TEST_CASE("a body that is its end alone, byte by byte") {
  const std::string whole = chunked("0\r\nX: y\r\n\r\n");
  std::vector<size_t> cuts;
  for (size_t at = head_size(whole) + 1; at < whole.size(); ++at) cuts.push_back(at);
  const Read got = read(whole, cuts);
  CHECK(got.complete);
  CHECK(got.taken == whole.size());
}

TEST_CASE("the same bytes in other pieces give the same") {
  const std::string whole = chunked("3\r\nabc\r\nF\r\n0123456789abcde\r\n1\r\n\r\r\n0\r\nX: y\r\nZ: \r\n\r\n");
  const Read at_once = read(whole);
  REQUIRE(at_once.complete);
  std::mt19937 random{7};
  for (int round = 0; round < 500; ++round) {
    std::vector<size_t> cuts;
    for (size_t at = head_size(whole); at < whole.size(); at += 1 + random() % 4) cuts.push_back(at);
    const Read pieces = read(whole, cuts);
    CHECK(pieces.complete);
    CHECK(pieces.body == at_once.body);
    CHECK(pieces.taken == at_once.taken);
  }
}

TEST_CASE("the end of a head is found wherever it is cut") {
  const std::string bytes = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    CHECK(head_size(std::string_view{bytes}.substr(0, cut)) == 0);
    CHECK(head_size(bytes, cut) == bytes.size());
  }
}

TEST_CASE("more fields than allowed") {
  std::string fields;
  for (int i = 0; i < 25; ++i) fields += "X" + std::to_string(i) + ": y\r\n";
  CHECK(fault_of(request_with(fields)) == Fault::kTooManyFields);
}

}  // namespace
}  // namespace junctor::http
