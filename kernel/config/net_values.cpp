// SPDX-License-Identifier: Apache-2.0
// Addresses, with ports relative to base_port, and networks in CIDR notation. Pure functions, any thread.
#include <arpa/inet.h>

#include <algorithm>
#include <cctype>
#include <cstring>

#include "config/fault.hpp"
#include "config/values.hpp"

namespace junctor::config {
namespace {

constexpr std::string_view kAddressForm = R"(an address such as ":21116", "host:21116", "[::]:21116" or ":P+1")";
constexpr std::string_view kHostForm =
    R"(a name or an address such as "rd.example.org", "192.0.2.7" or "[2001:db8::1]")";
constexpr std::string_view kNetworkForm = R"(a network such as "10.0.0.0/8", "2001:db8::/32" or "192.0.2.7")";
constexpr std::string_view kHostPortForm =
    R"(host and port such as "relay.example.org:21117" or "[2001:db8::1]:21117")";
constexpr size_t kLongestHost = 253;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_';
}

std::string refusal(std::string_view form, std::string_view text, std::string_view reason = {}) {
  std::string out = "expected " + std::string(form) + ", got " + quote(text);
  if (!reason.empty()) out += ": " + std::string(reason);
  return out;
}

// 0 to 99999 without leading zeros; -1 for anything else.
int small_number(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text.size() > 1 && text[0] == '0')) return -1;
  if (!std::all_of(text.begin(), text.end(), is_digit)) return -1;
  int number = 0;
  for (char c : text) number = number * 10 + (c - '0');
  return number;
}

bool is_v4(const std::string& text) {
  in_addr unused{};
  return inet_pton(AF_INET, text.c_str(), &unused) == 1;
}

// A scope (`fe80::1%eth0`) is an interface's name.
bool is_v6(const std::string& text) {
  size_t percent = text.find('%');
  in6_addr unused{};
  if (inet_pton(AF_INET6, text.substr(0, percent).c_str(), &unused) != 1) return false;
  if (percent == std::string::npos) return true;
  std::string scope = text.substr(percent + 1);
  return !scope.empty() && scope.size() < 16 && std::all_of(scope.begin(), scope.end(), is_name_character);
}

bool is_host(const std::string& text) {
  if (text.empty()) return true;
  if (text.size() > kLongestHost || !std::all_of(text.begin(), text.end(), is_name_character)) return false;
  bool numeric = std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; });
  return numeric ? is_v4(text) : text.front() != '.' && text.front() != '-';
}

// The port of `text` in `*port`, or the reason why there is none.
std::string resolve_port(std::string_view text, uint16_t base_port, uint16_t* port) {
  bool relative = !text.empty() && text.front() == 'P';
  int number = relative ? 0 : small_number(text);
  if (relative && text.size() > 1) {
    number = small_number(text.substr(2));
    if (number < 0 || (text[1] != '+' && text[1] != '-')) return "the port is a number, P, P+n or P-n";
    if (text[1] == '-') number = -number;
  } else if (number < 0) {
    return "the port is a number, P, P+n or P-n";
  }
  int result = relative ? base_port + number : number;
  if (result > 65535 || result < (relative ? 1 : 0)) {
    std::string base = relative ? " with base_port " + std::to_string(base_port) : "";
    return "port " + std::to_string(result) + base + " is out of range";
  }
  *port = static_cast<uint16_t>(result);
  return "";
}

// Splits `[v6]:port` or `host:port`; returns the reason when it cannot.
std::string split_address(std::string_view text, std::string* host, std::string_view* port) {
  bool bracketed = !text.empty() && text.front() == '[';
  size_t end = bracketed ? text.find("]:") : text.rfind(':');
  if (end == std::string_view::npos) return bracketed ? "no \"]:\" with a port after it" : "no port";
  *host = text.substr(bracketed ? 1 : 0, end - (bracketed ? 1 : 0));
  *port = text.substr(end + (bracketed ? 2 : 1));
  if (host->find('\0') != std::string::npos) return "a NUL character";
  if (bracketed) return is_v6(*host) ? "" : "no IPv6 address between the brackets";
  if (host->find(':') != std::string::npos) return "an IPv6 address stands in brackets";
  return is_host(*host) ? "" : "not a host name or an IPv4 address";
}

bool is_port(std::string_view text) {
  const int number = text.empty() || text.front() != ':' ? -1 : small_number(text.substr(1));
  return number > 0 && number <= 65535;
}

// Why nobody can be reached by it; empty where it is a name or an address.
std::string no_host(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return "a NUL character";
  if (is_v6(std::string{text})) return "";
  const bool bracketed = text.front() == '[';
  const size_t end = text.find(bracketed ? ']' : ':');
  if (bracketed && end == std::string_view::npos) return "no \"]\"";
  const std::string host{bracketed ? text.substr(1, end - 1) : text.substr(0, end)};
  if (bracketed && !is_v6(host)) return "no IPv6 address between the brackets";
  if (!bracketed && (host.empty() || !is_host(host))) return "not a host name or an IPv4 address";
  const std::string_view rest = end == std::string_view::npos ? "" : text.substr(end + (bracketed ? 1 : 0));
  return rest.empty() || is_port(rest) ? "" : "behind the host stands a port or nothing";
}

void clear_host_bits(Network* network) {
  size_t length = network->v6 ? 16 : 4;
  for (size_t i = 0; i < length; ++i) {
    int kept = std::clamp(static_cast<int>(network->prefix) - static_cast<int>(i) * 8, 0, 8);
    network->bytes[i] = static_cast<uint8_t>(network->bytes[i] & (0xff00 >> kept));
  }
}

}  // namespace

std::optional<Address> parse_address(std::string_view text, uint16_t base_port, std::string* why) {
  Address address;
  std::string_view port;
  std::string reason = split_address(text, &address.host, &port);
  if (reason.empty()) reason = resolve_port(port, base_port, &address.port);
  if (reason.empty()) return address;
  if (why != nullptr) *why = refusal(kAddressForm, text, reason);
  return std::nullopt;
}

std::optional<std::string> parse_host(std::string_view text, std::string* why) {
  const std::string reason = text.empty() ? "" : no_host(text);
  if (reason.empty()) return std::string{text};
  if (why != nullptr) *why = refusal(kHostForm, text, reason);
  return std::nullopt;
}

std::optional<std::string> parse_host_port(std::string_view text, uint16_t base_port, std::string* why) {
  if (text.empty()) return std::string{};
  Address place;
  std::string_view port;
  std::string reason = split_address(text, &place.host, &port);
  if (reason.empty()) reason = resolve_port(port, base_port, &place.port);
  if (reason.empty() && place.host.empty()) reason = "no host";
  if (reason.empty() && place.port == 0) reason = "nobody is reached at port 0";
  if (reason.empty()) return print_address(place);
  if (why != nullptr) *why = refusal(kHostPortForm, text, reason);
  return std::nullopt;
}

std::optional<std::string> parse_key(std::string_view text, std::string* why) {
  constexpr size_t kDigits = 43;  // of 32 bytes; one more where it is padded
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t first = std::min(text.find_first_not_of(kBlank), text.size());
  const std::string_view key = text.substr(first, text.find_last_not_of(kBlank) + 1 - first);
  if (key.empty()) return std::string{};
  const auto is_digit64 = [](char c) {
    return is_digit(c) || std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '/' || c == '-' ||
           c == '_';
  };
  const std::string_view digits = key.substr(0, std::min(kDigits, key.size()));
  const std::string_view rest = key.substr(digits.size());
  if (digits.size() == kDigits && (rest.empty() || rest == "=") &&
      std::all_of(digits.begin(), digits.end(), is_digit64)) {
    return std::string{key};
  }
  if (why != nullptr) {
    *why = refusal("a public key, the base64 of 32 bytes (44 characters)", text,
                   std::to_string(key.size()) + " characters");
  }
  return std::nullopt;
}

std::string print_address(const Address& address) {
  bool v6 = address.host.find(':') != std::string::npos;
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

std::optional<Network> parse_network(std::string_view text, std::string* why) {
  size_t slash = text.find('/');
  std::string address(text.substr(0, slash));
  Network network;
  network.v6 = address.find(':') != std::string::npos;
  int longest = network.v6 ? 128 : 32;
  int prefix = slash == std::string_view::npos ? longest : small_number(text.substr(slash + 1));
  bool parsed = address.find('\0') == std::string::npos &&
                inet_pton(network.v6 ? AF_INET6 : AF_INET, address.c_str(), network.bytes.data()) == 1;
  std::string reason;
  if (parsed && prefix >= 0 && prefix <= longest) {
    Network given = network;
    network.prefix = given.prefix = static_cast<uint8_t>(prefix);
    clear_host_bits(&network);
    if (network == given) return network;
    reason = "bits are set beyond the prefix, " + print_network(network) + " is the network";
  } else if (parsed) {
    reason = "the prefix is 0 to " + std::to_string(longest);
  }
  if (why != nullptr) *why = refusal(kNetworkForm, text, reason);
  return std::nullopt;
}

std::string print_network(const Network& network) {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(network.v6 ? AF_INET6 : AF_INET, network.bytes.data(), text, sizeof text);
  return std::string(text) + "/" + std::to_string(network.prefix);
}

bool Network::contains(const uint8_t* address, size_t length) const {
  if (length != (v6 ? 16u : 4u)) return false;
  Network other;
  other.v6 = v6;
  other.prefix = prefix;
  std::memcpy(other.bytes.data(), address, length);
  clear_host_bits(&other);
  return other == *this;
}

}  // namespace junctor::config
