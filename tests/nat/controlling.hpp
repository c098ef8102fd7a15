// SPDX-License-Identifier: Apache-2.0
// A: asks for B and connects by the first way that opens, by the rules of protocol.md 6.4 and 6.5. Each way is tried on
// a thread of its own; the object outlives them all, as the process ends with it.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "client.hpp"
#include "race.hpp"

namespace junctor::nat {

class Controlling {
 public:
  explicit Controlling(const Arguments& arguments) : arguments_{arguments} {}

  /// Returns when the session is over; throws where there was none. Says the way and the milliseconds that it took.
  void run();

 private:
  enum class Over { kTcp, kUdp };
  void request(Over over);
  std::optional<hbb::RendezvousMessage> ask(TcpClient& signalling, Over over) const;
  wire::PublicKey verified(const std::string& signed_id) const;

  void punch_tcp(TcpClient& signalling, const hbb::PunchHoleResponse& response, Over over);
  void punch_udp(const hbb::PunchHoleResponse& response);
  void try_v6(const std::string& socket_addr_v6, const std::string& signed_id);
  void punched(UdpClient& socket, const Address& b, const std::string& signed_id, const char* way);
  void take_relay(const hbb::RelayResponse& response);
  void ask_for_relay(const std::string& relay_server, const wire::PublicKey& pk);
  void join(const std::string& relay_server, const std::string& uuid, const wire::PublicKey& pk);
  bool claim(const char* way);

  const Arguments& arguments_;
  hbb::NatType nat_type_ = hbb::UNKNOWN_NAT;
  std::optional<UdpClient> udp_;
  uint16_t udp_port_ = 0;
  std::optional<UdpClient> v6_;
  std::atomic<bool> v6_tried_{false};
  std::chrono::steady_clock::time_point begin_;
  Race race_;
};

}  // namespace junctor::nat
