// SPDX-License-Identifier: Apache-2.0
// B: registers and serves whoever comes, by the rules of protocol.md 6.4 and 6.5. Each push is served on a thread of
// its own; the object outlives them all, as the process ends with it.
#pragma once

#include <atomic>
#include <map>
#include <string>

#include "client.hpp"
#include "registration.hpp"

namespace junctor::nat {

class Controlled {
 public:
  explicit Controlled(const Arguments& arguments);

  /// Says `registered`, then each way by which somebody came. Ends the process when it has served as many as it was
  /// told to.
  void run();

 private:
  void pushed(const hbb::RendezvousMessage& message);
  bool is_repeated(const std::string& socket_addr);
  template <class Work>
  void apart(Work work);

  // What the pushes ask for; each on its thread.
  void punch(const hbb::PunchHole& push);
  void punch_tcp(const hbb::PunchHole& push, const std::string& v6);
  void punch_udp(const hbb::PunchHole& push, const std::string& v6);
  void meet_in_lan(const hbb::FetchLocalAddr& push);
  void relay_asked(const hbb::RequestRelay& push);

  template <class Push>
  void offer_relay(const Push& push, const std::string& v6);
  std::string punch_v6(const std::string& socket_addr_v6);
  void answer_path(UdpClient socket, const Address& a, const char* way);
  void listen(const Address& local, const std::function<void()>& ready, const char* way);
  bool must_relay(const hbb::PunchHole& push) const;
  hbb::PunchHoleSent punch_hole_sent(const hbb::PunchHole& push, const std::string& v6) const;
  void session(TcpClient& stream, const char* way);
  void served();

  const Arguments& arguments_;
  const wire::Peer peer_;
  Registration registration_;
  hbb::NatType nat_type_ = hbb::UNKNOWN_NAT;
  std::atomic<int> served_{0};
  std::map<Address, std::chrono::steady_clock::time_point> seen_;  ///< the last pushes, by A's address
};

}  // namespace junctor::nat
