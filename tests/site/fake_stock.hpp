// SPDX-License-Identifier: Apache-2.0
// As much of a stock ID server as doctor talks to: no KeyExchange, no NAT test over UDP, no registration over TCP, the
// online query on P-1 alone (protocol.md 5 and 6). Its loop is a thread of its own, which ends with it.
#pragma once

#include <atomic>
#include <list>
#include <map>
#include <string>
#include <thread>

#include "support/ports.hpp"
#include "wire/client.hpp"
#include "wire/signing.hpp"

namespace junctor::site {

class FakeStock {
 public:
  struct Ways {
    std::string relay;    ///< what it hands out
    bool silent = false;  ///< takes connections and datagrams, and says nothing
  };

  FakeStock(const wire::SigningKeys& keys, Ways ways);
  ~FakeStock();
  FakeStock(const FakeStock&) = delete;
  FakeStock& operator=(const FakeStock&) = delete;

  uint16_t port() const { return ports_.base(); }

 private:
  struct Device {
    wire::Address address;
    std::string pk;
  };
  struct Client {
    wire::TcpClient connection;
    bool at_p;
  };

  void run();
  void take_connections();
  void serve(Client& client);
  void on_datagram(const wire::Address& from, const hbb::RendezvousMessage& message);
  void on_message(Client& from, const hbb::RendezvousMessage& message);
  void on_punch_request(Client& a, const hbb::PunchHoleRequest& request);
  void on_relay_request(Client& a, const hbb::RequestRelay& request);
  void on_punch_sent(const wire::Address& from, const hbb::PunchHoleSent& answer);
  void on_relay_response(const hbb::RelayResponse& answer);
  void on_online(Client& a, const hbb::OnlineRequest& request);
  Client* asking(const std::string& field);

  testing::PortBlock ports_;
  const wire::SigningKeys& keys_;
  Ways ways_;
  wire::UdpClient udp_;
  wire::TcpListener p_;
  wire::TcpListener p_minus_1_;
  std::list<Client> clients_;
  std::map<std::string, Device> devices_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace junctor::site
