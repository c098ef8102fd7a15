// SPDX-License-Identifier: Apache-2.0
// The small languages inside configuration strings: durations, sizes, rates, addresses, networks. Pure functions, any
// thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace junctor::config {

/// Where to listen or whom to call. An empty `host` means every local address; otherwise a name, an IPv4 or an IPv6
/// address without brackets. Port 0 asks the system for a free one.
struct Address {
  std::string host;
  uint16_t port = 0;
  bool operator==(const Address&) const = default;
};

/// An address range in network byte order, host bits zero. IPv4 uses the first 4 bytes.
struct Network {
  std::array<uint8_t, 16> bytes{};
  bool v6 = false;
  uint8_t prefix = 0;  ///< bits, 0 to 32 or 0 to 128

  /// `length` is 4 or 16 and `address` in network byte order; the other family never matches.
  bool contains(const uint8_t* address, size_t length) const;
  bool operator==(const Network&) const = default;
};

// Every parser takes the whole text or refuses it: no spaces, no signs. On refusal `*why` says what was expected and
// what came, as `expected a duration such as "30s", got "30"`.

/// `500ms`, `30s`, `1h30m`, `2d`, `0`: nanoseconds. Units d h m s ms us ns, falling, each once.
std::optional<int64_t> parse_duration(std::string_view text, std::string* why);
/// `64KiB`, `1MB`, `4096`: bytes. KB MB GB TB count by 1000, KiB MiB GiB TiB by 1024.
std::optional<int64_t> parse_size(std::string_view text, std::string* why);
/// `128Mbit`, `1Gbit`, `0`: bits a second. bit kbit Mbit Gbit Tbit count by 1000.
std::optional<int64_t> parse_rate(std::string_view text, std::string* why);
/// `host:port`, `:port`, `[v6]:port`; the port may be `P`, `P+n` or `P-n`, where P is `base_port` (design.md 4).
std::optional<Address> parse_address(std::string_view text, uint16_t base_port, std::string* why);
/// `name`, `name:21116`, `192.0.2.7`, `2001:db8::1`, `[2001:db8::1]:21116`: whom others are to reach. As it was
/// written; nothing is nobody.
std::optional<std::string> parse_host(std::string_view text, std::string* why);
/// The same with a port, which may be relative to `base_port`; as `host:port` or `[v6]:port`. Nothing is nobody.
std::optional<std::string> parse_host_port(std::string_view text, uint16_t base_port, std::string* why);
/// The base64 of 32 bytes, as it was written, without blanks around it. Nothing is none.
std::optional<std::string> parse_key(std::string_view text, std::string* why);
/// `10.0.0.0/8`, `2001:db8::/32`, or a bare address, which is one host. Set bits beyond the prefix are refused.
std::optional<Network> parse_network(std::string_view text, std::string* why);

// What these print, the parsers take.
std::string print_duration(int64_t nanoseconds);
std::string print_size(int64_t bytes);
std::string print_rate(int64_t bits_a_second);
std::string print_address(const Address& address);
std::string print_network(const Network& network);

}  // namespace junctor::config
