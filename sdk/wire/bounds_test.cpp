// SPDX-License-Identifier: Apache-2.0
// Every text of every message that the server takes has a bound: the messages are read from the contract itself, so
// that one which is added without a bound fails here.
#include "wire/bounds.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "wire/kinds.hpp"

namespace junctor::wire {
namespace {

struct Field {
  std::string type, name;
  int number = 0;
};
using Messages = std::map<std::string, std::vector<Field>>;

Messages read_contract() {
  std::ifstream file{JUNCTOR_PROTO};
  REQUIRE(file);
  const std::regex begin{"message (\\w+) \\{.*"}, field{"\\s*(?:repeated )?(\\w+) (\\w+) = (\\d+);.*"};
  Messages messages;
  std::string line, message;
  for (std::smatch match; std::getline(file, line);) {
    if (std::regex_match(line, match, begin)) message = match[1];
    if (std::regex_match(line, match, field)) messages[message].push_back({match[1], match[2], std::stoi(match[3])});
  }
  return messages;
}

void append_varint(uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

std::string with_text(int number, const std::string& text) {
  std::string out;
  append_varint(static_cast<uint64_t>(number) << 3 | 2, out);
  append_varint(text.size(), out);
  return out + text;
}

template <class Message>
bool takes(std::string_view inner) {
  Message message;
  return parse_inner(inner, message);
}

/// What the server parses.
const std::map<std::string, std::function<bool(std::string_view)>> kTaken = {
    {"RegisterPeer", takes<hbb::RegisterPeer>},   {"PunchHoleRequest", takes<hbb::PunchHoleRequest>},
    {"PunchHoleSent", takes<hbb::PunchHoleSent>}, {"LocalAddr", takes<hbb::LocalAddr>},
    {"RegisterPk", takes<hbb::RegisterPk>},       {"RequestRelay", takes<hbb::RequestRelay>},
    {"RelayResponse", takes<hbb::RelayResponse>}, {"TestNatRequest", takes<hbb::TestNatRequest>},
    {"OnlineRequest", takes<hbb::OnlineRequest>}, {"KeyExchange", takes<hbb::KeyExchange>},
    {"HealthCheck", takes<hbb::HealthCheck>},     {"HttpProxyRequest", takes<hbb::HttpProxyRequest>},
};

/// The sizes of the field `number` that are taken: a bound has one edge.
size_t edge_of(const std::function<bool(std::string_view)>& take, int number) {
  size_t low = 0, high = 60'000;
  while (low < high) {
    const size_t middle = (low + high + 1) / 2;
    take(with_text(number, std::string(middle, 'x'))) ? low = middle : high = middle - 1;
  }
  return low;
}

TEST_CASE("every text of every message that the server takes is bounded, but the body of an API call") {
  const Messages contract = read_contract();
  int texts = 0;
  for (const auto& kind : kTaken) {
    const std::string name = kind.first;
    const auto& take = kind.second;
    REQUIRE(contract.count(name) == 1);
    for (const Field& field : contract.at(name)) {
      if (field.type != "string" && field.type != "bytes") continue;
      CAPTURE(name);
      CAPTURE(field.name);
      ++texts;
      CHECK(take(with_text(field.number, "x")));
      const size_t edge = edge_of(take, field.number);
      if (name + "." + field.name == "HttpProxyRequest.body") {
        CHECK(edge == 60'000);
        continue;
      }
      CHECK(edge >= kMostAddress);
      CHECK(edge <= kMostPath);
      if (field.name == "id" || field.name == "old_id" || field.name == "peers") CHECK(edge == kMostId);
      if (field.name == "relay_server") CHECK(edge == kMostHost);
      if (field.name == "version") CHECK(edge == kMostVersion);
      if (field.name == "token") CHECK(edge == kMostToken);
      if (field.name.find("addr") != std::string::npos) CHECK(edge == kMostAddress);
    }
  }
  CHECK(texts == 44);
}

TEST_CASE("headers and keys are bounded in number, too") {
  std::string keys, headers;
  for (int i = 0; i <= kMostHandshakeKeys; ++i) keys += with_text(1, "k");
  for (int i = 0; i <= kMostHeaders; ++i) headers += with_text(3, with_text(1, "name"));
  CHECK_FALSE(takes<hbb::KeyExchange>(keys));
  CHECK_FALSE(takes<hbb::HttpProxyRequest>(headers));
  CHECK_FALSE(takes<hbb::HttpProxyRequest>(with_text(3, with_text(2, std::string(kMostHeader + 1, 'v')))));
  CHECK(takes<hbb::HttpProxyRequest>(with_text(3, with_text(2, std::string(kMostHeader, 'v')))));
}

TEST_CASE("what a later version adds is passed over, up to what is kept for it") {
  CHECK(takes<hbb::RequestRelay>(with_text(99, std::string(4'000, 'x')) + with_text(1, "123456789")));
  CHECK_FALSE(takes<hbb::RequestRelay>(with_text(99, std::string(50'000, 'x')) + with_text(1, "123456789")));
}

TEST_CASE("whatever is pushed to a device fits into one Ethernet frame, each field at its bound") {
  const auto most = [](size_t size) { return std::string(size, 'x'); };
  hbb::RequestRelay relay;
  relay.set_id(most(kMostId));
  relay.set_uuid(most(kMostUuid));
  relay.set_socket_addr(most(kMostAddress));
  relay.set_relay_server(most(kMostHost));
  relay.set_secure(true);
  relay.set_conn_type(hbb::TERMINAL);
  relay.mutable_control_permissions()->set_permissions(UINT64_MAX);
  relay.mutable_controlled_context()->set_conn_audit_ref(most(kMostAuditRef));
  CHECK(wrap_message(relay).size() <= kMostDatagram);
  hbb::PunchHole punch;
  punch.set_socket_addr(most(kMostAddress));
  punch.set_relay_server(most(kMostHost));
  punch.set_nat_type(hbb::SYMMETRIC);
  punch.set_udp_port(INT32_MIN);
  punch.set_force_relay(true);
  punch.set_upnp_port(INT32_MIN);
  punch.set_socket_addr_v6(most(kMostAddress));
  punch.mutable_control_permissions()->set_permissions(UINT64_MAX);
  punch.mutable_controlled_context()->set_conn_audit_ref(most(kMostAuditRef));
  CHECK(wrap_message(punch).size() <= kMostDatagram);
}

}  // namespace
}  // namespace junctor::wire
