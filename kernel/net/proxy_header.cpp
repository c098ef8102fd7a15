// SPDX-License-Identifier: Apache-2.0
// Reads a PROXY header. Lengths are checked before bytes are read; TLVs are skipped unread. Any thread.
#include "net/proxy_header.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>

namespace junctor::net {

namespace {

using Verdict = ProxyHeader::Verdict;

constexpr std::string_view kV1Start = "PROXY ";
constexpr std::string_view kV2Start{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr size_t kV2Fixed = 16;
constexpr size_t kV2Inet = 12;   // two IPv4 addresses, two ports
constexpr size_t kV2Inet6 = 36;  // two IPv6 addresses, two ports

const ProxyHeader kMore{Verdict::kMore, 0, {}};
const ProxyHeader kWrong{Verdict::kWrong, 0, {}};

bool begins(std::string_view text, std::string_view start) {
  const size_t size = std::min(text.size(), start.size());
  return text.substr(0, size) == start.substr(0, size);
}

/// The next word of a version 1 line; words are parted by one space each.
std::optional<std::string_view> take_word(std::string_view* line) {
  const size_t space = line->find(' ');
  const std::string_view word = line->substr(0, space);
  line->remove_prefix(space == std::string_view::npos ? line->size() : space + 1);
  if (word.empty()) return std::nullopt;
  return word;
}

std::optional<uint16_t> port_of(std::string_view text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  return port;
}

/// `six`: TCP6, whose texts all have a colon.
std::optional<Address> address_of(std::string_view ip, std::string_view port, bool six) {
  const bool colon = ip.find(':') != std::string_view::npos;
  const auto address = colon == six ? Address::parse_ip(ip) : std::nullopt;
  const auto number = port_of(port);
  if (!address || address->scope != 0 || !number) return std::nullopt;
  return address->with_port(*number);
}

/// "TCP4 198.51.100.1 203.0.113.1 4711 443" or "UNKNOWN ...".
ProxyHeader parse_v1_line(std::string_view line, size_t size) {
  const auto kind = take_word(&line);
  if (!kind) return kWrong;
  if (*kind == "UNKNOWN") return {Verdict::kGood, size, {}};
  if (*kind != "TCP4" && *kind != "TCP6") return kWrong;
  const bool six = *kind == "TCP6";
  const bool trailing = line.ends_with(' ');
  const auto from = take_word(&line);
  const auto to = take_word(&line);
  const auto from_port = take_word(&line);
  const auto to_port = take_word(&line);
  if (!from || !to || !from_port || !to_port || !line.empty() || trailing) return kWrong;
  const auto client = address_of(*from, *from_port, six);
  if (!client || !address_of(*to, *to_port, six)) return kWrong;
  return {Verdict::kGood, size, *client};
}

ProxyHeader parse_v1(std::string_view text) {
  const std::string_view within = text.substr(0, kProxyV1Most);
  const size_t end = within.find('\n');
  if (end == std::string_view::npos) return within.size() == kProxyV1Most ? kWrong : kMore;
  if (within[end - 1] != '\r') return kWrong;
  return parse_v1_line(within.substr(kV1Start.size(), end - 1 - kV1Start.size()), end + 1);
}

uint16_t number_at(std::string_view text, size_t at) {
  return static_cast<uint16_t>(static_cast<uint8_t>(text[at]) << 8 | static_cast<uint8_t>(text[at + 1]));
}

Address inet(std::string_view body) {
  sockaddr_in raw{};
  raw.sin_family = AF_INET;
  std::memcpy(&raw.sin_addr, body.data(), 4);
  raw.sin_port = htons(number_at(body, 8));
  return Address::from(reinterpret_cast<const sockaddr*>(&raw), sizeof raw);
}

Address inet6(std::string_view body) {
  sockaddr_in6 raw{};
  raw.sin6_family = AF_INET6;
  std::memcpy(&raw.sin6_addr, body.data(), 16);
  raw.sin6_port = htons(number_at(body, 32));
  return Address::from(reinterpret_cast<const sockaddr*>(&raw), sizeof raw);
}

/// `kind`: the family and transport byte; `body`: addresses, then TLVs.
ProxyHeader parse_v2_body(uint8_t kind, std::string_view body, size_t size) {
  switch (kind) {
    case 0x00:  // UNSPEC
      return {Verdict::kGood, size, {}};
    case 0x11:  // TCP over IPv4
      if (body.size() < kV2Inet) return kWrong;
      return {Verdict::kGood, size, inet(body)};
    case 0x21:  // TCP over IPv6
      if (body.size() < kV2Inet6) return kWrong;
      return {Verdict::kGood, size, inet6(body)};
    default:  // datagrams, Unix sockets, families that do not exist
      return kWrong;
  }
}

ProxyHeader parse_v2(std::string_view text) {
  if (text.size() < kV2Fixed) {
    const bool version_is_2 = text.size() <= kV2Start.size() || (text[12] & 0xf0) == 0x20;
    return version_is_2 ? kMore : kWrong;
  }
  const size_t size = kV2Fixed + number_at(text, 14);
  if (size > kProxyV2Most) return kWrong;
  const auto version_command = static_cast<uint8_t>(text[12]);
  if (version_command != 0x20 && version_command != 0x21) return kWrong;
  if (text.size() < size) return kMore;
  if (version_command == 0x20) return {Verdict::kGood, size, {}};  // LOCAL: the proxy's own, a health check
  return parse_v2_body(static_cast<uint8_t>(text[13]), text.substr(kV2Fixed, size - kV2Fixed), size);
}

}  // namespace

ProxyHeader parse_proxy_header(std::span<const std::byte> data) {
  const std::string_view text{reinterpret_cast<const char*>(data.data()), data.size()};
  if (begins(text, kV2Start)) return text.size() < kV2Start.size() ? kMore : parse_v2(text);
  if (begins(text, kV1Start)) return text.size() < kV1Start.size() ? kMore : parse_v1(text);
  return kWrong;
}

}  // namespace junctor::net
