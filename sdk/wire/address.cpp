// SPDX-License-Identifier: Apache-2.0
// Socket addresses: text, networks, and the codec of protocol.md 4. No thread of its own.
#include "wire/address.hpp"

#include <algorithm>

#include "junctor/address.hpp"
#include "wire/abi.hpp"
#include "wire/cursor.hpp"

namespace junctor::wire {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr Octets16 kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr size_t kMappedPrefixSize = 12;
constexpr size_t kV4MaxSize = 16;
constexpr size_t kV6Size = 18;

/// Zones are of one host: none of the addresses here has one.
std::optional<Address> without_zone(const std::optional<jct_addr>& parsed) {
  if (!parsed || parsed->scope != 0) return std::nullopt;
  return from_abi(*parsed);
}

uint32_t octets_le(const Octets16& ip) {
  return static_cast<uint32_t>(ip[0]) | static_cast<uint32_t>(ip[1]) << 8 | static_cast<uint32_t>(ip[2]) << 16 |
         static_cast<uint32_t>(ip[3]) << 24;
}

Octets4 from_octets_le(uint32_t value) {
  return {static_cast<uint8_t>(value), static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value >> 16),
          static_cast<uint8_t>(value >> 24)};
}

std::string encode_v4(const Address& address, uint32_t tm) {
  const Wide ip = Wide{octets_le(address.ip)} + tm;
  Wide value = ip << 49 | Wide{tm} << 17 | (Wide{address.port} + (tm & 0xFFFF));
  std::string out;
  for (; value != 0; value >>= 8) out.push_back(static_cast<char>(value & 0xFF));
  return out;
}

Address decode_v4(std::string_view bytes) {
  Wide value = 0;
  uint8_t byte = 0;
  Cursor in{bytes};
  for (unsigned shift = 0; in.u8(byte); shift += 8) value |= Wide{byte} << shift;
  const auto tm = static_cast<uint32_t>(value >> 17);
  const auto ip = static_cast<uint32_t>((value >> 49) - tm);
  const auto port = static_cast<uint16_t>((value & 0xFFFFFF) - (tm & 0xFFFF));
  return Address::v4(from_octets_le(ip), port);
}

Address decode_v6(std::string_view bytes) {
  Cursor in{bytes};
  Octets16 octets{};
  for (auto& octet : octets) in.u8(octet);
  uint16_t port = 0;
  in.u16_le(port);
  return Address::v6(octets, port);
}

Octets16 masked(Octets16 ip, unsigned bits) {
  for (unsigned i = 0; i < ip.size(); ++i) {
    const unsigned kept = std::min(8U, bits - std::min(bits, 8 * i));
    ip[i] = static_cast<uint8_t>(ip[i] & (0xFF00 >> kept));
  }
  return ip;
}

uint64_t mixed(uint64_t value) {
  value ^= value >> 30;
  value *= 0xbf58476d1ce4e5b9U;
  value ^= value >> 27;
  value *= 0x94d049bb133111ebU;
  return value ^ value >> 31;
}

uint64_t load(const Octets16& ip, size_t from) {
  uint64_t value = 0;
  for (size_t i = 0; i < 8; ++i) value = value << 8 | ip[from + i];
  return value;
}

}  // namespace

Address Address::v4(const Octets4& octets, uint16_t port) {
  Address address;
  address.family = Family::kV4;
  address.port = port;
  std::copy(octets.begin(), octets.end(), address.ip.begin());
  return address;
}

Address Address::v6(const Octets16& octets, uint16_t port) {
  if (std::equal(octets.begin(), octets.begin() + kMappedPrefixSize, kMappedPrefix.begin())) {
    return v4({octets[12], octets[13], octets[14], octets[15]}, port);
  }
  Address address;
  address.family = Family::kV6;
  address.port = port;
  address.ip = octets;
  return address;
}

std::optional<Address> Address::parse(std::string_view text) { return without_zone(parse_address(text)); }

std::optional<Address> Address::parse_ip(std::string_view text, uint16_t port) {
  auto out = without_zone(junctor::parse_ip(text));
  if (out) out->port = port;
  return out;
}

bool Address::is_loopback() const {
  if (is_v4()) return ip[0] == 127;
  return is_v6() && ip == Octets16{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
}

bool Address::is_unspecified() const { return !is_none() && ip == Octets16{}; }

Address Address::with_port(uint16_t other) const {
  Address changed = *this;
  changed.port = other;
  return changed;
}

std::string Address::text() const { return address_text(to_abi(*this)); }

std::string Address::ip_text() const { return junctor::ip_text(to_abi(*this)); }

std::optional<Network> Network::parse(std::string_view text) {
  const size_t slash = text.find('/');
  const std::string_view host = text.substr(0, slash);
  const auto base = Address::parse_ip(host);
  if (!base) return std::nullopt;
  const unsigned width = base->is_v4() ? 32 : 128;
  // "::ffff:10.0.0.0/104" counts its bits from the front of the mapped form.
  const unsigned mapped = base->is_v4() && host.find(':') != std::string_view::npos ? 96 : 0;
  unsigned bits = width + mapped;
  if (slash != std::string_view::npos && !detail::whole_number(text.substr(slash + 1), bits)) return std::nullopt;
  if (bits < mapped || bits - mapped > width) return std::nullopt;
  Network network;
  network.base_ = *base;
  network.bits_ = static_cast<uint8_t>(bits - mapped);
  network.base_.ip = masked(base->ip, network.bits_);
  return network;
}

bool Network::contains(const Address& address) const {
  return !address.is_none() && address.family == base_.family && masked(address.ip, bits_) == base_.ip;
}

std::string Network::text() const { return base_.ip_text() + "/" + std::to_string(bits_); }

std::string encode_address(const Address& address, uint32_t tm_us) {
  if (address.is_none()) return {};
  if (address.is_v4()) return encode_v4(address, tm_us);
  std::string out{address.ip.begin(), address.ip.end()};
  out.push_back(static_cast<char>(address.port & 0xFF));
  out.push_back(static_cast<char>(address.port >> 8));
  return out;
}

std::optional<Address> decode_address(std::string_view bytes) {
  if (bytes.empty()) return Address{};
  if (bytes.size() > kV4MaxSize && bytes.size() != kV6Size) return std::nullopt;
  const Address address = bytes.size() == kV6Size ? decode_v6(bytes) : decode_v4(bytes);
  if (address.port == 0) return std::nullopt;
  return address;
}

}  // namespace junctor::wire

size_t std::hash<junctor::wire::Address>::operator()(const junctor::wire::Address& address) const noexcept {
  using junctor::wire::load;
  using junctor::wire::mixed;
  const uint64_t tail = uint64_t{address.port} << 8 | static_cast<uint8_t>(address.family);
  return mixed(load(address.ip, 0) ^ mixed(load(address.ip, 8) ^ mixed(tail)));
}
