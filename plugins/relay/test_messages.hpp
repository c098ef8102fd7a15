// SPDX-License-Identifier: Apache-2.0
// What clients say to a relay, for its tests. Any thread.
#pragma once

#include <string>

#include "wire/frame.hpp"
#include "wire/rendezvous.pb.h"

namespace junctor::relay::testing {

inline std::string framed_request(const std::string& uuid, const std::string& id = "", const std::string& key = "") {
  hbb::RendezvousMessage message;
  message.mutable_request_relay()->set_uuid(uuid);
  message.mutable_request_relay()->set_id(id);
  message.mutable_request_relay()->set_licence_key(key);
  std::string frame;
  wire::append_frame(message.SerializeAsString(), frame);
  return frame;
}

}  // namespace junctor::relay::testing
