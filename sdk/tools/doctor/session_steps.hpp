// SPDX-License-Identifier: Apache-2.0
// A asks for B and both play their parts (protocol.md 6.4 and 6.5). One thread, and one more while bytes are sent.
#pragma once

#include <optional>
#include <string>

#include "tools/doctor/device.hpp"
#include "tools/doctor/observations.hpp"
#include "tools/doctor/target.hpp"

namespace junctor::tools::doctor {

PunchSeen punch(const Target& target, const Address& server, Device& b, Millis patience);

/// `relay`: what A was given for it.
RelayRequestSeen request_relay(const Target& target, const Address& server, Device& b, const std::string& uuid,
                               const std::string& relay, Millis patience);

/// An address of the relay, looked up and dialled.
RelayAddressSeen find_relay(const std::string& text, bool handed_out, Millis patience);

struct RelaySide {
  Address relay;
  std::string key;
  std::string uuid;
  std::string id;  ///< B's; from A alone
};
/// Joins both sides, measures the round trip and `size` bytes each way.
TransferSeen transfer(const RelaySide& a, const RelaySide& b, size_t size, Millis patience);

/// True where the relay closes on a key that is not the site's.
bool refuses_wrong_key(const Address& relay, Millis patience);

/// 32 random hex digits.
std::string random_uuid();

}  // namespace junctor::tools::doctor
