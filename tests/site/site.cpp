// SPDX-License-Identifier: Apache-2.0
#include "site.hpp"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <cstring>
#include <stdexcept>
#include <utility>

namespace junctor::site {

using testing::patient;

Site::Site(const std::string& more, testing::ServerOptions options) : server_{std::move(options)} {
  server_.conf("10-site", kWholeSite);
  if (!more.empty()) server_.conf("90-test", more);
}

wire::Address Site::at(int offset) const { return ip("127.0.0.1").with_port(server_.port(offset)); }

std::string Site::key() { return server_.ctl("keys").object()->getValue<std::string>("public_key"); }

wire::PublicKey Site::public_key() { return wire::parse_public_key(key()).value(); }

int64_t Site::metric(const std::string& instance, const std::string& name, const std::string& label) {
  const auto metrics = server_.ctl("status").object()->getArray("metrics");
  for (unsigned i = 0; i < metrics->size(); ++i) {
    const auto row = metrics->getObject(i);
    if (row->getValue<std::string>("instance") == instance && row->getValue<std::string>("metric") == name &&
        row->getValue<std::string>("label") == label) {
      return row->getValue<int64_t>("value");
    }
  }
  throw std::runtime_error{"there is no metric " + name + " {" + label + "} of " + instance};
}

int64_t Site::memory_kib() { return server_.ctl("status").object()->getValue<int64_t>("memory_kib"); }

wire::TcpClient Site::dial(const std::string& from_ip, int offset) const {
  wire::TcpClient::Options options;
  options.local = ip(from_ip);
  options.timeout = patient(wire::kPatience);
  return wire::TcpClient::connect(at(offset), options);
}

wire::UdpClient Site::datagrams(const std::string& from_ip) { return wire::UdpClient{ip(from_ip)}; }

wire::Address ip(const std::string& text) { return wire::Address::parse_ip(text).value(); }

wire::Address decoded(const std::string& field) { return wire::decode_address(field).value(); }

wire::Address outer_address() {
  ifaddrs* all = nullptr;
  wire::Address found;
  if (::getifaddrs(&all) != 0) return found;
  for (const ifaddrs* one = all; one != nullptr && found.is_none(); one = one->ifa_next) {
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET) continue;
    wire::Octets4 octets{};
    std::memcpy(octets.data(), &reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr, octets.size());
    const wire::Address address = wire::Address::v4(octets, 0);
    if (!address.is_loopback()) found = address;
  }
  ::freeifaddrs(all);
  return found;
}

Device::Device(Site& site, const std::string& from_ip, const std::string& id)
    : peer_{wire::Peer::make(id)}, socket_{Site::datagrams(from_ip)} {
  const auto result = register_once(socket_, site.at(), peer_.register_pk());
  if (result != hbb::RegisterPkResponse::OK) throw std::runtime_error{"the device is not registered"};
}

hbb::RendezvousMessage Device::pushed(Millis patience) {
  const auto received = socket_.receive(patient(patience));
  return received ? received->message : hbb::RendezvousMessage{};
}

std::optional<bool> Device::beat(const Site& site, Millis patience) {
  return site::beat(socket_, site.at(), peer_, patience);
}

std::optional<bool> beat(wire::UdpClient& socket, const wire::Address& server, const wire::Peer& peer,
                         Millis patience) {
  socket.send(server, peer.register_peer());
  const auto answer = socket.receive(patient(patience));
  if (!answer || !answer->message.has_register_peer_response()) return std::nullopt;
  return answer->message.register_peer_response().request_pk();
}

std::optional<hbb::RegisterPkResponse::Result> register_once(wire::UdpClient& socket, const wire::Address& server,
                                                             const hbb::RegisterPk& request, Millis patience) {
  socket.send(server, request);
  const auto answer = socket.receive(patient(patience));
  if (!answer || !answer->message.has_register_pk_response()) return std::nullopt;
  return answer->message.register_pk_response().result();
}

hbb::PunchHoleRequest punch_request(Site& site, const std::string& id) {
  hbb::PunchHoleRequest request;
  request.set_id(id);
  request.set_nat_type(hbb::ASYMMETRIC);
  request.set_licence_key(site.key());
  return request;
}

hbb::PunchHoleSent hole_sent(const std::string& id, const std::string& a) {
  hbb::PunchHoleSent sent;
  sent.set_id(id);
  sent.set_socket_addr(a);
  sent.set_version("1.3.8");
  return sent;
}

hbb::PunchHoleResponse ask_for(Site& site, const std::string& id) {
  wire::TcpClient a = site.dial("127.0.0.2");
  a.send(punch_request(site, id));
  const auto answer = a.receive(patient(wire::kPatience));
  if (!answer || !answer->has_punch_hole_response()) throw std::runtime_error{"no PunchHoleResponse"};
  return answer->punch_hole_response();
}

bool relays(Site& site, const std::string& uuid) {
  const std::string key = site.key();
  const auto side = [&](const std::string& from, const std::string& id) {
    wire::TcpClient client = site.dial(from, 1);
    hbb::RequestRelay request;
    request.set_uuid(uuid);
    request.set_licence_key(key);
    request.set_id(id);
    client.send(request);
    client.send_raw(from);
    return client;
  };
  wire::TcpClient a = side("127.0.0.2", "123456789");
  wire::TcpClient b = side("127.0.0.3", "");
  const Millis patience = patient(wire::kPatience);
  return a.receive_exactly(9, patience) == "127.0.0.3" && b.receive_exactly(9, patience) == "127.0.0.2";
}

bool connects(Site& site, Device& b) {
  const Millis patience = patient(wire::kPatience);
  wire::TcpClient a = site.dial("127.0.0.2");
  a.send(punch_request(site, b.id()));
  const hbb::RendezvousMessage push = b.pushed();
  if (!push.has_punch_hole()) return false;
  wire::TcpClient answering = site.dial(b.socket().local_address().ip_text());
  answering.send(hole_sent(b.id(), push.punch_hole().socket_addr()));
  const auto answer = a.receive(patience);
  if (!answer || !answer->has_punch_hole_response()) return false;
  const auto opened = wire::open_id_pk(site.public_key(), answer->punch_hole_response().pk());
  return opened && opened->id == b.id() && opened->pk == wire::bytes_of(b.peer().keys.public_key());
}

}  // namespace junctor::site
