// SPDX-License-Identifier: Apache-2.0
#include "heartbeat_load.hpp"

#include <sys/epoll.h>
#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <random>
#include <stdexcept>
#include <thread>
#include <utility>

#include "peers.hpp"
#include "wire/kinds.hpp"

namespace junctor::bench {
namespace {

constexpr int kBuffer = 4 << 20;
constexpr std::chrono::milliseconds kLost{100};
constexpr std::chrono::milliseconds kDrainEvery{1};  // at a pace answers wait in the socket: nobody hurries
constexpr double kGolden = 0.6180339887;
constexpr size_t kChunk = 1024;  // of bring_online: far below what the server asks its storage at a time
constexpr int kTries = 20;

/// A step through `count` numbers that meets all of them and keeps neighbours apart.
size_t step_through(size_t count) {
  auto step = std::max<size_t>(1, static_cast<size_t>(kGolden * static_cast<double>(count)));
  while (std::gcd(step, count) != 1) ++step;
  return step;
}

bool asks_for_key(std::string_view answer) {
  hbb::RendezvousMessage message;
  return message.ParseFromArray(answer.data(), static_cast<int>(answer.size())) &&
         message.register_peer_response().request_pk();
}

}  // namespace

wire::Socket datagrams_to(const wire::Address& server) {
  wire::Socket socket = wire::Socket::open(server.family, wire::Transport::kUdp);
  for (const int option : {SO_RCVBUFFORCE, SO_SNDBUFFORCE}) {
    ::setsockopt(socket.fd(), SOL_SOCKET, option, &kBuffer, sizeof kBuffer);
  }
  if (socket.connect(server, wire::Deadline{wire::Millis{1000}}) != 0) {
    throw std::runtime_error{"no way to " + server.text()};
  }
  return socket;
}

HeartbeatLoad::HeartbeatLoad(const wire::Address& server, size_t sockets, size_t peers)
    : peers_{peers}, step_{step_through(std::max<size_t>(peers / sockets, 1))}, epoll_{::epoll_create1(EPOLL_CLOEXEC)} {
  hbb::RegisterPeer message;
  message.set_id(peer_id(0));
  beat_ = wire::wrap_message(message);
  id_at_ = beat_.find(peer_id(0));
  for (size_t i = 0; i < sockets; ++i) {
    ways_.push_back({datagrams_to(server), 0, i});
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    ::epoll_ctl(epoll_.fd(), EPOLL_CTL_ADD, ways_[i].socket.fd(), &event);
  }
}

/// Peers that are as far apart as there are sockets have the same one; those behind the last whole round have none.
size_t HeartbeatLoad::next_peer(Way& way) const {
  const size_t round = peers_ - peers_ % ways_.size();
  way.peer += step_ * ways_.size();
  if (way.peer >= round) way.peer -= round;
  return way.peer;
}

void HeartbeatLoad::write_beat(size_t place, size_t peer) {
  const std::string id = peer_id(peer);
  beat_.replace(id_at_, id.size(), id);
  out_.put(place, beat_);
}

void HeartbeatLoad::send_next(Way& way, size_t count) {
  for (size_t i = 0; i < count; ++i) write_beat(i, next_peer(way));
  const size_t sent = out_.send(way.socket.fd(), count);
  way.under_way += sent;
  count_.sent += sent;
}

size_t HeartbeatLoad::receive(Way& way) {
  const size_t got = in_.receive(way.socket.fd(), MSG_DONTWAIT);
  for (size_t i = 0; i < got; ++i) count_.unknown += asks_for_key(in_.received(i)) ? 1 : 0;
  way.under_way -= std::min(way.under_way, got);
  count_.answered += got;
  return got;
}

size_t HeartbeatLoad::receive_all() {
  size_t all = 0;
  for (Way& way : ways_) {
    for (size_t got = UdpBatch::kCount; got == UdpBatch::kCount; all += got) got = receive(way);
  }
  return all;
}

bool HeartbeatLoad::wait(std::chrono::milliseconds patience) {
  epoll_event event{};
  return ::epoll_wait(epoll_.fd(), &event, 1, static_cast<int>(patience.count())) > 0;
}

void HeartbeatLoad::collect() {
  while (count_.answered < count_.sent && wait(kLost)) receive_all();
  for (Way& way : ways_) way.under_way = 0;
}

BeatCount HeartbeatLoad::saturate(size_t window, Seconds time) {
  const Clock::time_point begin = Clock::now();
  const Clock::time_point end = after(time);
  const size_t share = std::clamp<size_t>(window / ways_.size(), 1, UdpBatch::kCount);
  for (Way& way : ways_) send_next(way, share);
  std::array<epoll_event, 64> events{};
  while (Clock::now() < end) {
    const int ready = ::epoll_wait(epoll_.fd(), events.data(), static_cast<int>(events.size()), kLost.count());
    for (int i = 0; i < ready; ++i) {
      Way& way = ways_[events[static_cast<size_t>(i)].data.u64];
      send_next(way, receive(way));
    }
    for (Way& way : ways_) {
      if (ready == 0) send_next(way, share);
    }
  }
  collect();
  count_.seconds = seconds_since(begin);
  return std::exchange(count_, {});
}

BeatCount HeartbeatLoad::pace(double rate, Seconds time) {
  ::prctl(PR_SET_TIMERSLACK, 1UL);  // nanoseconds; as shipped the kernel may sleep 50 us longer
  std::minstd_rand random{1};
  std::exponential_distribution<double> gap{rate};
  const Clock::time_point begin = Clock::now();
  const Clock::time_point end = after(time);
  Clock::time_point due = begin;
  Clock::time_point drain = begin;
  size_t turn = 0;
  while (due < end) {
    std::this_thread::sleep_until(due);
    const Clock::time_point now = Clock::now();
    for (; due <= now; due += std::chrono::duration_cast<Clock::duration>(Seconds{gap(random)})) {
      send_next(ways_[turn++ % ways_.size()], 1);
    }
    if (now < drain) continue;
    receive_all();
    drain = now + kDrainEvery;
  }
  collect();
  count_.seconds = seconds_since(begin);
  return std::exchange(count_, {});
}

std::vector<double> HeartbeatLoad::one_by_one(Seconds time) {
  std::vector<double> times;
  const Clock::time_point end = after(time);
  while (true) {
    const Clock::time_point begin = Clock::now();
    if (begin >= end) break;
    send_next(ways_.front(), 1);
    wait(kLost);  // where nothing came, that is how long it took at least
    times.push_back(micros_since(begin));
    receive(ways_.front());
  }
  if (std::exchange(count_, {}).answered == 0) throw std::runtime_error{"no heartbeat was answered"};
  return times;
}

void HeartbeatLoad::wait_first_answer(Seconds patience) {
  const Clock::time_point end = after(patience);
  while (receive(ways_.front()) == 0) {
    if (Clock::now() >= end) throw std::runtime_error{"no answer after the start"};
    send_next(ways_.front(), 1);  // refused until the port is open
    wait(std::chrono::milliseconds{1});
  }
  count_ = {};
}

void HeartbeatLoad::try_chunk(size_t from, size_t to) {
  for (size_t way = 0; way < ways_.size(); ++way) send_share(way, from, to);
  collect();
}

void HeartbeatLoad::send_share(size_t way, size_t from, size_t to) {
  const size_t apart = ways_.size();
  size_t peer = from + (way + apart - from % apart) % apart;
  while (peer < to) {
    size_t count = 0;
    for (; count < UdpBatch::kCount && peer < to; peer += apart) write_beat(count++, peer);
    count_.sent += out_.send(ways_[way].socket.fd(), count);
  }
}

void HeartbeatLoad::bring_online(size_t from, size_t to) {
  for (size_t first = from; first < to; first += kChunk) {
    const size_t last = std::min(first + kChunk, to);
    bool all = false;
    for (int i = 0; i < kTries && !all; ++i) {
      try_chunk(first, last);
      const BeatCount count = std::exchange(count_, {});
      if (count.unknown > 0) throw std::runtime_error{"the server does not know " + peer_id(first) + " and others"};
      all = count.answered == last - first;
    }
    if (!all) throw std::runtime_error{"heartbeats of " + peer_id(first) + " and others are not answered"};
  }
}

}  // namespace junctor::bench
