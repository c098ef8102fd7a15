// SPDX-License-Identifier: Apache-2.0
#include "punch_load.hpp"

#include <sys/epoll.h>

#include <array>
#include <stdexcept>

#include "peers.hpp"

namespace junctor::bench {
namespace {

constexpr size_t kFirstDevice = 900'000'000;  // as a number of a peer: beside those that are stored
constexpr uint64_t kDeviceTag = uint64_t{1} << 32;
constexpr int kGiveUpMs = 5000;
constexpr const char* kVersion = "1.4.0";

/// What B sends for a push; empty for anything else.
std::string answer_to(const hbb::RendezvousMessage& push, const std::string& id, const wire::Address& device) {
  if (push.has_fetch_local_addr()) {
    hbb::LocalAddr answer;
    answer.set_socket_addr(push.fetch_local_addr().socket_addr());
    answer.set_local_addr(wire::address_field(device));
    answer.set_relay_server(push.fetch_local_addr().relay_server());
    answer.set_id(id);
    answer.set_version(kVersion);
    return wire::wrap_message(answer);
  }
  if (!push.has_punch_hole()) return {};
  hbb::PunchHoleSent answer;
  answer.set_socket_addr(push.punch_hole().socket_addr());
  answer.set_id(id);
  answer.set_relay_server(push.punch_hole().relay_server());
  answer.set_nat_type(hbb::ASYMMETRIC);
  answer.set_version(kVersion);
  return wire::wrap_message(answer);
}

}  // namespace

PunchLoad::PunchLoad(const Subject& server, const std::string& device_ip, size_t devices)
    : server_{server},
      device_address_{device_ip.empty() ? wire::any_local(server.tcp) : wire::Address::parse_ip(device_ip).value()},
      epoll_{::epoll_create1(EPOLL_CLOEXEC)} {
  for (size_t i = 0; i < devices; ++i) {
    devices_.push_back(
        std::make_unique<Device>(Device{numbered_peer(kFirstDevice + i), wire::UdpClient{device_address_}}));
    Device& device = *devices_.back();
    const auto result = wire::register_peer(device.socket, server.tcp, device.peer);
    if (result != hbb::RegisterPkResponse::OK) throw std::runtime_error{server.name + " refuses to register devices"};
    watch(device.socket.fd(), kDeviceTag + i);
  }
}

void PunchLoad::watch(int fd, uint64_t tag) const {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = tag;
  ::epoll_ctl(epoll_.fd(), EPOLL_CTL_ADD, fd, &event);
}

std::string PunchLoad::request_to(const Device& device) const {
  hbb::PunchHoleRequest request;
  request.set_id(device.peer.id);
  request.set_nat_type(hbb::ASYMMETRIC);
  request.set_licence_key(server_.key);
  request.set_version(kVersion);
  return wire::wrap_message(request);
}

void PunchLoad::begin(uint64_t number) {
  const Clock::time_point now = Clock::now();
  Exchange exchange{wire::TcpClient::connect(server_.tcp), now};
  exchange.a.send_frame(request_to(*devices_[number % devices_.size()]));
  watch(exchange.a.fd(), number);
  under_way_.emplace(number, std::move(exchange));
}

/// A real B does not wait for the server's offer of encryption: it says its message and closes.
void PunchLoad::on_device(Device& device) const {
  while (const auto push = device.socket.receive(wire::Millis{0})) {
    const std::string answer = answer_to(push->message, device.peer.id, device.socket.local_address());
    if (answer.empty()) continue;
    wire::TcpClient::Options options;
    options.local = device_address_.with_port(0);
    wire::TcpClient::connect(server_.tcp, options).send_frame(answer);
  }
}

void PunchLoad::on_answer(uint64_t number, PunchResult& result) {
  const auto found = under_way_.find(number);
  if (found == under_way_.end()) return;
  const auto message = found->second.a.receive(wire::Millis{0});
  if (!message && found->second.a.end() == wire::TcpClient::End::kNotYet) return;
  const bool good = message && !message->punch_hole_response().socket_addr().empty();
  if (good) {
    result.times.push_back(micros_since(found->second.begin));
  } else {
    ++result.failed;
  }
  under_way_.erase(found);
}

PunchResult PunchLoad::run(size_t count, size_t at_once) {
  PunchResult result;
  const Clock::time_point start = Clock::now();
  std::array<epoll_event, 64> events{};
  for (uint64_t next = 0; next < count || !under_way_.empty();) {
    while (next < count && under_way_.size() < at_once) begin(next++);
    const int ready = ::epoll_wait(epoll_.fd(), events.data(), static_cast<int>(events.size()), kGiveUpMs);
    if (ready <= 0) break;
    for (int i = 0; i < ready; ++i) {
      const uint64_t tag = events[static_cast<size_t>(i)].data.u64;
      if (tag >= kDeviceTag) {
        on_device(*devices_[tag - kDeviceTag]);
      } else {
        on_answer(tag, result);
      }
    }
  }
  result.failed += under_way_.size();
  under_way_.clear();
  result.seconds = seconds_since(start);
  if (result.times.empty()) throw std::runtime_error{"no punch exchange came to its end"};
  return result;
}

std::vector<double> PunchLoad::push(Seconds time, size_t most) {
  Device& device = *devices_.front();
  wire::TcpClient a = wire::TcpClient::connect(server_.tcp);
  const std::string request = request_to(device);
  std::vector<double> times;
  const Clock::time_point end = after(time);
  for (Clock::time_point begin = Clock::now(); begin < end && times.size() < most; begin = Clock::now()) {
    a.send_frame(request);
    if (!device.socket.receive_bytes()) throw std::runtime_error{"no push came"};
    times.push_back(micros_since(begin));
  }
  return times;
}

}  // namespace junctor::bench
