// SPDX-License-Identifier: Apache-2.0
// What all sockets of one loop share. Lives on its loop.
#include "net/net_loop.hpp"

#include <fcntl.h>

#include <algorithm>
#include <unordered_map>

#include "net/bridge.hpp"
#include "net/stream.hpp"

namespace junctor::net {

namespace {

/// A client with fewer connections, or with fewer times the newcomer's, does not give way to him.
constexpr size_t kMany = 16;
constexpr size_t kManyTimes = 4;

}  // namespace

NetLoop::NetLoop(loop::EventLoop& loop, PipePool& pipes, const loop::Clock& cpu)
    : loop_{loop},
      pipes_{pipes},
      scratch_{new std::byte[kScratch]},
      pause_{loop::ShortTimer::of<&NetLoop::read_gathered>(this)},
      bridge_pause_{cpu} {
  restore_spare();
}

NetLoop::~NetLoop() {
  bridges_.splice(gathering_);
  while (!bridges_.empty()) delete &bridges_.front();
  while (!streams_.empty()) delete &streams_.front();
  pipes_.give_back(std::move(pipe_));
}

void NetLoop::close_all() {
  loop_.assert_here();
  closing_ = true;
  loop::List<Bridge> bridges;
  bridges.splice(bridges_);
  bridges.splice(gathering_);
  while (!bridges.empty()) {
    Bridge& bridge = bridges.pop_front();
    bridges_.push_back(bridge);
    bridge.close();
  }
  loop::List<Stream> streams;
  streams.splice(streams_);
  while (!streams.empty()) {
    Stream& stream = streams.pop_front();
    streams_.push_back(stream);
    if (stream.state_ == Stream::State::kLingering) {
      delete &stream;
    } else {
      stream.abort(Status::kClosed);
    }
  }
}

void NetLoop::gather(Bridge& bridge, loop::Duration pause) {
  gathering_.push_back(bridge);
  const loop::Instant end = loop_.now() + pause;
  if (pause_.armed() && pause_ends_ <= end) return;
  pause_ends_ = end;
  loop_.start(pause_, pause);
}

void NetLoop::read_gathered() {
  loop::List<Bridge> due;
  due.splice(gathering_);
  while (!due.empty()) {
    Bridge& bridge = due.pop_front();
    bridges_.push_back(bridge);
    bridge.read_gathered();
  }
}

Pipe NetLoop::borrow_pipe() {
  if (pipe_) return std::move(pipe_);
  return pipes_.borrow();
}

void NetLoop::give_back_pipe(Pipe pipe, bool empty) {
  if (empty && !pipe_) {
    pipe_ = std::move(pipe);
  } else {
    pipes_.give_back(std::move(pipe), empty);
  }
}

bool NetLoop::drop_spare() {
  if (!spare_ || shedding_.exchange(true, std::memory_order_relaxed)) return false;
  spare_.reset();
  return true;
}

bool NetLoop::make_room_for(const Address& client) {
  std::unordered_map<Limits::Key, size_t> many;
  for (const Stream& stream : streams_) ++many[Limits::key_of(stream.peer())];
  const auto largest = std::max_element(many.begin(), many.end(),
                                        [](const auto& one, const auto& other) { return one.second < other.second; });
  if (largest == many.end() || largest->second < kMany) return false;
  if (largest->second < kManyTimes * (many[Limits::key_of(client)] + 1)) return false;
  Stream* idlest = nullptr;
  for (Stream& stream : streams_) {
    if (stream.state_ != Stream::State::kOpen || Limits::key_of(stream.peer()) != largest->first) continue;
    if (idlest == nullptr || stream.last_in_ < idlest->last_in_) idlest = &stream;
  }
  if (idlest == nullptr) return false;
  counters_.made_room.add();
  idlest->abort(Status::kLimit);
  return true;
}

void NetLoop::take_back_spare() {
  restore_spare();
  shedding_.store(false, std::memory_order_relaxed);
}

void NetLoop::restore_spare() {
  if (!spare_) spare_ = Fd{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
}

}  // namespace junctor::net
