// SPDX-License-Identifier: Apache-2.0
#include "tools/doctor/examination.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include "tools/doctor/ask.hpp"
#include "tools/doctor/diagnosis.hpp"
#include "tools/doctor/lookup.hpp"
#include "tools/doctor/reach_steps.hpp"
#include "tools/doctor/session_steps.hpp"
#include "tools/doctor/signalling_steps.hpp"
#include "tools/doctor/words.hpp"

namespace junctor::tools::doctor {
namespace {

constexpr Millis kWhole{40'000};  // after that no step begins; the longest takes three times kMove
constexpr Millis kLookUp{5000};
constexpr Millis kConnect{4000};
constexpr Millis kAnswer{3000};
constexpr Millis kMaybe{2000};  // for what stock servers leave unanswered
constexpr Millis kMove{6000};
constexpr size_t kSample = size_t{4} << 20U;

constexpr const char* kSkippedWithoutTcp = "needs tcp_signalling";
constexpr const char* kNeedsAnswers = "needs an answer on TCP: see tcp_signalling and nat_tcp";
constexpr const char* kNeedsDevice = "needs a registered device";

}  // namespace

Examination::Examination(Target target, OnCheck on_check)
    : target_{std::move(target)}, on_check_{std::move(on_check)}, deadline_{kWhole}, uuid_{random_uuid()} {
  report_.server = text_of(target_.server);
}

Report Examination::run() {
  if (!find_server()) return std::move(report_);
  try_ports();
  try_udp();
  try_nat();
  try_encryption();
  try_tcp_registration();
  try_key();
  try_punch();
  try_relay_request();
  try_relay();
  try_online();
  return std::move(report_);
}

void Examination::add(Check check) {
  on_check_(check);
  report_.checks.push_back(std::move(check));
}

bool Examination::can(const char* name, bool needed, const std::string& why) {
  if (!needed) {
    add(skipped(name, why));
    return false;
  }
  if (deadline_.left() > Millis{0}) return true;
  add(skipped(name, "the time is up: what came before took too long"));
  return false;
}

Millis Examination::patience(Millis wanted) const { return std::max(std::min(wanted, deadline_.left()), Millis{1}); }

bool Examination::find_server() {
  const NameSeen seen = look_up(target_.server.host, patience(kLookUp));
  add(diagnose_name(target_, seen));
  if (seen.addresses.empty()) return false;
  std::vector<Address> addresses;
  for (const Address& address : seen.addresses) addresses.push_back(address.with_port(target_.port()));
  const std::vector<PortSeen> ports = reach(addresses, patience(kConnect));
  const auto open = std::find_if(ports.begin(), ports.end(), [](const PortSeen& port) { return port.error == 0; });
  tcp_ = open != ports.end();
  server_ = tcp_ ? open->address : addresses.front();
  add(diagnose_signalling(ports, server_));
  return true;
}

void Examination::try_ports() {
  const auto at = [this](int offset) { return server_.with_port(target_.port(offset)); };
  const Millis wait = patience(kConnect);
  const auto websocket = [&](int offset, const char* path) {
    return std::async(std::launch::async,
                      [this, wait, path, to = at(offset)] { return upgrade(to, target_.server.host, path, wait); });
  };
  auto signalling = websocket(2, "/ws/id");
  auto relay = websocket(3, "/ws/relay");
  const std::vector<PortSeen> ports = reach({at(-1), at(1)}, wait);
  add(diagnose_nat_port(ports[0]));
  add(diagnose_relay_port(ports[1]));
  add(diagnose_websocket(name::kWebSocket, signalling.get()));
  add(diagnose_websocket(name::kWebSocketRelay, relay.get()));
}

void Examination::try_udp() {
  if (!can(name::kUdp, true, "")) return;
  RegisteredUdp registered = register_over_udp(server_, patience(kConnect));
  udp_ = registered.seen.result.has_value();
  device_ = std::move(registered.device);
  add(diagnose_registration(target_, registered.seen, tcp_));
}

void Examination::try_nat() {
  if (can(name::kNat, tcp_, kSkippedWithoutTcp)) {
    const NatSeen seen = test_nat(server_, patience(kAnswer));
    speaks_ = seen.at_p != 0;
    add(diagnose_nat(seen));
  }
  if (can(name::kUdpNat, udp_, "needs udp_registration")) {
    add(diagnose_udp_nat(test_udp_nat(server_, patience(kMaybe))));
  }
}

void Examination::try_encryption() {
  if (can(name::kEncryption, speaks_, kNeedsAnswers)) {
    encryption_ = check_encryption(server_, target_.public_key, patience(kAnswer));
    add(diagnose_encryption(encryption_));
  }
  if (!can(name::kHttp, speaks_, kNeedsAnswers)) return;
  add(diagnose_http(ask_http(server_, connection_key(), patience(kMaybe))));
}

std::optional<wire::PublicKey> Examination::connection_key() const {
  return encryption_.answered ? target_.public_key : std::nullopt;
}

void Examination::try_tcp_registration() {
  const bool possible = speaks_ && (encryption_.answered || encryption_.offer == Signature::kNone);
  const bool unchecked = encryption_.offer == Signature::kUnchecked;
  const char* why = !speaks_    ? kNeedsAnswers
                    : unchecked ? "needs --key KEY: clients register on encrypted connections"
                                : "needs encrypted_signalling";
  if (!can(name::kTcpRegistration, possible, why)) return;
  RegisteredTcp registered = register_over_tcp(server_, connection_key(), patience(kAnswer));
  tcp_device_ = std::move(registered.device);
  add(diagnose_tcp_registration(registered.seen));
}

void Examination::try_key() {
  if (!can(name::kKey, speaks_, kNeedsAnswers)) return;
  const KeySeen seen = check_key(server_, target_.key, patience(kAnswer));
  key_taken_ = seen.given.what != Said::What::kWrongKey && seen.given.what != Said::What::kNothing;
  add(diagnose_key(target_, seen));
}

void Examination::try_punch() {
  const auto punch_to = [this](const char* name, std::optional<Device>& device) {
    const bool possible = device && key_taken_;
    if (!can(name, possible, device ? "needs a key that the site takes" : kNeedsDevice)) return;
    const PunchSeen seen = punch(target_, server_, *device, patience(kConnect));
    if (relay_for_a_.empty()) relay_for_a_ = seen.relay_for_a;
    if (relay_for_b_.empty()) relay_for_b_ = seen.relay_for_b;
    add(diagnose_punch(name, seen));
  };
  punch_to(name::kPunch, device_);
  punch_to(name::kTcpPunch, tcp_device_);
}

Device* Examination::any_device() {
  if (device_) return &*device_;
  return tcp_device_ ? &*tcp_device_ : nullptr;
}

void Examination::try_relay_request() {
  Device* device = any_device();
  const char* why = device == nullptr ? kNeedsDevice : "needs a key that the site takes";
  if (!can(name::kRelayRequest, device != nullptr && key_taken_, why)) return;
  const RelayRequestSeen seen = request_relay(target_, server_, *device, uuid_, relay_for_a_, patience(kAnswer));
  if (!seen.relay_for_b.empty()) relay_for_b_ = seen.relay_for_b;
  add(diagnose_relay_request(seen));
}

void Examination::try_relay() {
  if (!can(name::kRelayAddress, true, "")) return;
  const std::string assumed = target_.relay.empty() ? target_.default_relay() : target_.relay;
  const auto find = [&](const std::string& given) {
    return find_relay(given.empty() ? assumed : given, !given.empty() && given != target_.relay, patience(kConnect));
  };
  const RelayAddressSeen a = find(relay_for_a_);
  const RelayAddressSeen b = relay_for_b_ == relay_for_a_ ? a : find(relay_for_b_);
  const Check judged = diagnose_relay_address(server_, a, b);
  const bool reached = judged.result == Result::kOk;
  add(judged);
  if (can(name::kTransfer, reached, "needs relay_address")) try_transfer(a, b);
  if (can(name::kRelayKey, reached, "needs relay_address")) {
    add(diagnose_relay_key(refuses_wrong_key(a.port.address, patience(kMaybe))));
  }
}

void Examination::try_transfer(const RelayAddressSeen& a, const RelayAddressSeen& b) {
  const Device* device = any_device();
  const std::string id = device != nullptr ? device->id() : throw_away_id();
  const RelaySide first{a.port.address, target_.key, uuid_, id};
  const RelaySide second{b.port.address, target_.key, uuid_, ""};
  add(diagnose_transfer(target_, transfer(first, second, kSample, patience(kMove))));
}

void Examination::try_online() {
  if (!can(name::kOnline, speaks_, kNeedsAnswers)) return;
  std::vector<std::string> online;
  for (std::optional<Device>* device : {&device_, &tcp_device_}) {
    if (!*device) continue;
    try {
      (*device)->refresh();
    } catch (const wire::ClientError&) {
      continue;  // its connection has ended, so it is offline
    }
    online.push_back((*device)->id());
  }
  add(diagnose_online(ask_online(server_, std::move(online), patience(kMaybe))));
}

}  // namespace junctor::tools::doctor
