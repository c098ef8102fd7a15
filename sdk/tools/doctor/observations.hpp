// SPDX-License-Identifier: Apache-2.0
// What doctor's steps have seen, before it is judged. Values, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "wire/client.hpp"

namespace junctor::tools::doctor {

using wire::Address;
using wire::Millis;
using Micros = std::chrono::microseconds;
using RegisterResult = hbb::RegisterPkResponse::Result;

struct NameSeen {
  std::vector<Address> addresses;  ///< in the system's order of preference, with port 0
  std::string error;               ///< of the resolver; empty where it answered
  Millis took{0};
};

struct PortSeen {
  Address address;
  int error = 0;  ///< errno of connecting; 0: it is open
  Millis took{0};
};

struct WebSocketSeen {
  PortSeen port;
  std::string status;  ///< first line of the answer to an upgrade; empty: none came
};

/// Over UDP.
struct RegistrationSeen {
  std::optional<RegisterResult> result;  ///< nothing: no answer
  bool refused = false;                  ///< the host said that nobody listens there
  bool wants_key_again = false;          ///< RegisterPeer right behind OK was answered with request_pk
  std::string error;                     ///< of this machine; empty: none
  Millis took{0};
};

struct TcpRegistrationSeen {
  std::optional<RegisterResult> result;
  int keep_alive_s = 0;
  std::optional<Millis> heartbeat;  ///< nothing: an empty frame was not answered
  std::string error;
  Millis took{0};
};

/// Ports of one local TCP port, as the server sees them; 0: no answer.
struct NatSeen {
  uint16_t local = 0;
  uint16_t at_p = 0;
  uint16_t at_p_minus_1 = 0;
  std::string configured;  ///< servers that a ConfigUpdate names
  Millis took{0};
};

struct UdpNatSeen {
  uint16_t local = 0;
  uint16_t seen = 0;
  Millis took{0};
};

enum class Signature { kNone, kUnchecked, kGenuine, kForeign };

struct EncryptionSeen {
  Signature offer = Signature::kNone;
  bool answered = false;  ///< a message over the encrypted connection
  std::string error;
  Millis took{0};
};

struct HttpSeen {
  std::optional<int> status;
  Millis took{0};
};

/// What came of a PunchHoleRequest.
struct Said {
  enum class What { kNothing, kUnknownId, kOffline, kWrongKey, kText, kFound };
  What what = What::kNothing;
  std::string text;  ///< kText: the server's own; kNothing: how the connection ended
};

/// Asked for an id that nobody has.
struct KeySeen {
  Said given;  ///< with the key that was given, or with none
  Said wrong;
  Millis took{0};
};

struct PunchSeen {
  bool pushed = false;
  bool is_local = false;  ///< FetchLocalAddr, not PunchHole
  Said said;
  Signature id = Signature::kNone;
  std::string relay_for_a;
  std::string relay_for_b;
  Address a_seen;
  std::string error;
  Millis push_took{0};
  Millis took{0};
};

struct RelayRequestSeen {
  bool pushed = false;
  bool answered = false;
  std::string refused;  ///< the server's words
  std::string relay_for_b;
  std::string error;
  Millis took{0};
};

/// One address of the relay, as it was handed out.
struct RelayAddressSeen {
  std::string text;
  bool handed_out = false;  ///< false: nobody gave it, it is what clients assume
  bool malformed = false;
  NameSeen name;
  PortSeen port;
};

struct TransferSeen {
  bool met = false;     ///< the two sides heard each other
  bool closed = false;  ///< the relay closed before that
  Micros rtt{0};        ///< from A to B and back
  size_t wanted = 0;    ///< bytes each way
  size_t a_to_b = 0;    ///< bytes that came, and in what time
  size_t b_to_a = 0;
  Micros a_to_b_took{0};
  Micros b_to_a_took{0};
  bool intact = true;
  std::string error;
};

struct OnlineSeen {
  std::vector<std::string> online;  ///< ids that are registered; one that nobody has is asked for behind them
  std::optional<std::string> at_p;  ///< OnlineResponse.states; nothing: no answer
  std::optional<std::string> at_p_minus_1;
  Millis took{0};
};

}  // namespace junctor::tools::doctor
