// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host: every published way to smuggle a request is refused and ends the connection, what stands
// behind it is answered by nobody, and it does not matter in which pieces it comes.
#include <random>

#include "test_site.hpp"
#include "test_smuggling.hpp"

namespace junctor::http {
namespace {

/// What a connection is answered with where `bytes` come in these pieces; and that it is over.
struct Heard {
  std::string answers;
  bool over = false;
};

Heard heard(HttpSite& site, const std::string& bytes, const std::vector<size_t>& sizes) {
  FakeStream client = site.connect();
  size_t at = 0;
  for (size_t turn = 0; at < bytes.size() && client.connected(); ++turn) {
    const size_t size = sizes.empty() ? bytes.size() : sizes[turn % sizes.size()];
    client.deliver(bytes.substr(at, size));
    site.host.run_until_idle();
    at += size;
  }
  return {client.sent(), client.closed()};
}

}  // namespace

TEST_CASE("nothing is smuggled past the server, in whatever pieces it comes") {
  int reached = 0;
  HttpSite site{[&](Server& server) {
    echo(server);
    server.get("/admin", [&](Exchange exchange) {
      ++reached;
      exchange.answer(text("smuggled"));
    });
    server.post("/a", [](Exchange exchange) { exchange.answer(text("posted")); });
    server.get("/", [](Exchange exchange) { exchange.answer(text("root")); });
  }};
  std::mt19937 random{3};
  for (const Smuggled& one : smuggled()) {
    const std::string bytes = one.bytes + get("/admin");
    const Heard whole = heard(site, bytes, {});
    CHECK_MESSAGE(whole.over, one.what);
    CHECK_MESSAGE(count(whole.answers, "\r\nDate: ") == 1, one.what);
    const uint32_t status = status_of(whole.answers);
    CHECK_MESSAGE((status == 400 || status == 501 || status == 505), one.what);
    CHECK_MESSAGE(has(whole.answers, "Connection: close"), one.what);
    for (int round = 0; round < 8; ++round) {
      std::vector<size_t> sizes{1};
      for (int i = 0; round > 0 && i < 16; ++i) sizes.push_back(1 + random() % (round * 4));
      const Heard pieces = heard(site, bytes, sizes);
      CHECK_MESSAGE(pieces.over, one.what);
      CHECK_MESSAGE(pieces.answers == whole.answers, one.what);
    }
  }
  CHECK(reached == 0);
}

TEST_CASE("requests that are right give the same answers in any pieces") {
  HttpSite site{&echo};
  const std::string bytes = get("/api/hello/x") + post("/api/echo", "abc") +
                            "POST /api/echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
                            "chunked\r\n\r\n3\r\ndef\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\n" +
                            "\r\n" + post("/api/echo", "", "Expect: 100-continue\r\n") + get("/none");
  const Heard whole = heard(site, bytes, {});
  CHECK(count(whole.answers, "HTTP/1.1 200 OK") == 4);
  CHECK(count(whole.answers, "HTTP/1.1 404 ") == 1);
  std::mt19937 random{5};
  for (int round = 0; round < 100; ++round) {
    std::vector<size_t> sizes;
    for (int i = 0; i < 16; ++i) sizes.push_back(1 + random() % (1 + round));
    CHECK(heard(site, bytes, sizes).answers == whole.answers);
  }
}

}  // namespace junctor::http
