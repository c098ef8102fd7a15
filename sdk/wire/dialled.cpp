// SPDX-License-Identifier: Apache-2.0
#include "wire/dialled.hpp"

#include "wire/host_port.hpp"

namespace junctor::wire {
namespace {

bool within(const Address& address, const char* network) { return Network::parse(network)->contains(address); }

std::string fault_of(const Address& address) {
  if (address.is_loopback()) return "it is a loopback address: whoever dials it reaches himself";
  if (address.is_unspecified()) return "it is no address at all: it names every address of a host to listen on";
  if (within(address, "169.254.0.0/16") || within(address, "fe80::/10")) {
    return "it is a link-local address, which nobody beyond the cable reaches";
  }
  for (const char* network : {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"}) {
    if (within(address, network)) return "it is a private address, which clients elsewhere do not reach";
  }
  return {};
}

}  // namespace

std::string dialling_fault(const std::string& address) {
  const auto server = parse_host_port(address, kDefaultPort + 1);
  if (!server) return {};
  if (const auto literal = Address::parse_ip(server->host)) return fault_of(*literal);
  if (server->host == "localhost") return "it is a loopback address: whoever dials it reaches himself";
  if (server->host.find('.') == std::string::npos) {
    return "it is a name without a dot, as containers have them: clients elsewhere do not resolve it";
  }
  return {};
}

}  // namespace junctor::wire
