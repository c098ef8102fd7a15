// SPDX-License-Identifier: Apache-2.0
// PROXY headers as proxies write them, cut short, and malformed.
#include "net/proxy_header.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace junctor::net;

namespace {

using Verdict = ProxyHeader::Verdict;

ProxyHeader parse(std::string_view text) { return parse_proxy_header(std::as_bytes(std::span{text})); }

/// A version 2 header: command byte, family byte, body.
std::string v2(char command, char kind, const std::string& body, size_t claimed = SIZE_MAX) {
  const size_t size = claimed == SIZE_MAX ? body.size() : claimed;
  std::string text{"\r\n\r\n\0\r\nQUIT\n", 12};
  text += command;
  text += kind;
  text += static_cast<char>(size >> 8);
  text += static_cast<char>(size & 0xff);
  return text + body;
}

const std::string kInet{"\xc6\x33\x64\x01\xcb\x00\x71\x01\x12\x67\x01\xbb", 12};
const std::string kInet6 = std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + "\x05" +
                           std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + "\x06" + "\x12\x67\x01\xbb";

std::string client(std::string_view text) {
  const ProxyHeader header = parse(text);
  if (header.verdict != Verdict::kGood) return header.verdict == Verdict::kMore ? "more" : "wrong";
  return header.client.valid() ? header.client.to_string() : "none";
}

}  // namespace

TEST_CASE("version 1 names a client of either family, or none") {
  CHECK(client("PROXY TCP4 198.51.100.1 203.0.113.1 4711 443\r\n") == "198.51.100.1:4711");
  CHECK(client("PROXY TCP6 2001:db8::5 2001:db8::6 4711 443\r\n") == "[2001:db8::5]:4711");
  CHECK(client("PROXY TCP6 ::ffff:198.51.100.1 ::ffff:203.0.113.1 1 2\r\n") == "198.51.100.1:1");
  CHECK(client("PROXY UNKNOWN\r\n") == "none");
  CHECK(client("PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n") == "none");
}

TEST_CASE("version 2 names a client of either family, and skips what stands behind") {
  CHECK(client(v2('\x21', '\x11', kInet)) == "198.51.100.1:4711");
  CHECK(client(v2('\x21', '\x21', kInet6)) == "[2001:db8::5]:4711");
  CHECK(client(v2('\x21', '\x11', kInet + std::string(200, '\x7f'))) == "198.51.100.1:4711");
}

TEST_CASE("version 2 without a client: the proxy's own connection, or an unspecified one") {
  CHECK(client(v2('\x20', '\x00', "")) == "none");
  CHECK(client(v2('\x20', '\x11', kInet)) == "none");
  CHECK(client(v2('\x21', '\x00', "")) == "none");
  CHECK(client(v2('\x21', '\x00', kInet)) == "none");
}

TEST_CASE("the size is the header's, whatever follows") {
  const std::string one = "PROXY TCP4 198.51.100.1 203.0.113.1 4711 443\r\n";
  CHECK(parse(one + "GET /\r\n").size == one.size());
  const std::string two = v2('\x21', '\x11', kInet + "tlv");
  CHECK(parse(two + two).size == two.size());
}

TEST_CASE("every true beginning of a header asks for more, and nothing else does") {
  for (const std::string& whole :
       {std::string{"PROXY TCP4 198.51.100.1 203.0.113.1 4711 443\r\n"}, std::string{"PROXY UNKNOWN\r\n"},
        v2('\x21', '\x11', kInet), v2('\x21', '\x21', kInet6 + "tlv"), v2('\x20', '\x00', "")}) {
    for (size_t size = 0; size < whole.size(); ++size) {
      CHECK(parse(std::string_view{whole}.substr(0, size)).verdict == Verdict::kMore);
    }
    CHECK(parse(whole).verdict == Verdict::kGood);
  }
}

TEST_CASE("malformed version 1 headers are refused") {
  for (const char* bad :
       {"GET / HTTP/1.1\r\n", "PROXYTCP4", "proxy TCP4 ", "PROXY \r\n", "PROXY TCP4\r\n",
        "PROXY TCP4 198.51.100.1 203.0.113.1 4711\r\n", "PROXY TCP4 198.51.100.1 203.0.113.1 4711 443 \r\n",
        "PROXY TCP4 198.51.100.1 203.0.113.1 4711 443 9\r\n", "PROXY TCP4  198.51.100.1 203.0.113.1 4711 443\r\n",
        "PROXY TCP4 198.51.100.1 203.0.113.1 4711 443\n", "PROXY TCP4 198.51.100.256 203.0.113.1 4711 443\r\n",
        "PROXY TCP4 2001:db8::5 203.0.113.1 4711 443\r\n", "PROXY TCP6 198.51.100.1 203.0.113.1 4711 443\r\n",
        "PROXY TCP4 198.51.100.1 203.0.113.1 65536 443\r\n", "PROXY TCP4 198.51.100.1 203.0.113.1 -1 443\r\n",
        "PROXY TCP4 198.51.100.1 203.0.113.1 04711 443\r\n", "PROXY TCP4 198.51.100.1 203.0.113.1 47a 443\r\n",
        "PROXY TCP6 fe80::1%lo 2001:db8::6 4711 443\r\n", "PROXY UDP4 198.51.100.1 203.0.113.1 4711 443\r\n"}) {
    CAPTURE(bad);
    CHECK(client(bad) == "wrong");
  }
}

TEST_CASE("a version 1 header may be 107 bytes long and no longer") {
  const std::string head = "PROXY UNKNOWN ";
  CHECK(client(head + std::string(kProxyV1Most - head.size() - 2, 'x') + "\r\n") == "none");
  CHECK(client(head + std::string(kProxyV1Most - head.size() - 1, 'x') + "\r\n") == "wrong");
  CHECK(client(head + std::string(kProxyV1Most - head.size(), 'x')) == "wrong");
}

TEST_CASE("malformed version 2 headers are refused") {
  CHECK(client(v2('\x11', '\x11', kInet)) == "wrong");                   // version 1 in version 2's form
  CHECK(client(v2('\x22', '\x11', kInet)) == "wrong");                   // unknown command
  CHECK(client(v2('\x21', '\x12', kInet)) == "wrong");                   // datagrams
  CHECK(client(v2('\x21', '\x31', std::string(216, '\0'))) == "wrong");  // Unix sockets
  CHECK(client(v2('\x21', '\x11', kInet.substr(1))) == "wrong");         // too short for its addresses
  CHECK(client(v2('\x21', '\x21', kInet6.substr(1))) == "wrong");
  CHECK(client(v2('\x21', '\x11', kInet, kProxyV2Most - 16 + 1)) == "wrong");  // too long, told from its first bytes
  CHECK(client(v2('\x21', '\x11', kInet, 0xffff)) == "wrong");
  CHECK(client(v2('\x21', '\x11', kInet + std::string(kProxyV2Most - 16 - 12, 'x'))) == "198.51.100.1:4711");
}
